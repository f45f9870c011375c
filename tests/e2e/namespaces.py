"""Network namespaces of a test's own: they reach nothing of the machine's network, and go with the process."""

import ctypes
import os
import shutil
import subprocess
import sys
import threading

CLONE_NEWNET = 0x40000000
LIMIT = 10
LIBC = ctypes.CDLL(None, use_errno=True)
os.environ["PATH"] += ":/usr/sbin:/sbin"


def skip(why):
    print(f"SKIPPED: {os.path.basename(sys.argv[0])} tried NOTHING: {why}", file=sys.stderr)
    sys.exit(77)


def in_own_namespaces():
    """Starts the program over inside a namespace of its own, unless it is there already."""
    if "SHIRGATE_ISOLATED" in os.environ:
        return
    for tool in ("nft", "ip", "unshare", "nsenter"):
        if shutil.which(tool) is None:
            skip(f"{tool} is not installed")
    isolate = ["unshare", "--net"] if os.geteuid() == 0 else ["unshare", "--map-root-user", "--net"]
    if subprocess.run([*isolate, "ip", "link", "add", "name", "try0", "type", "veth", "peer", "name", "try1"],
                      capture_output=True, check=False, timeout=LIMIT).returncode != 0:
        skip("network namespaces with veth pairs are not permitted")
    os.environ["SHIRGATE_ISOLATED"] = "yes"
    os.execvp(isolate[0], [*isolate, sys.executable, *sys.argv])


def in_thread(work):
    """The result of work(), run in a thread of its own: a network namespace is entered by thread."""
    box = {}

    def run():
        try:
            box["result"] = work()
        except BaseException as error:  # carried over to the caller
            box["error"] = error

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    if "error" in box:
        raise box["error"]
    return box["result"]


def must(result):
    if result != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


class Namespace:
    """`inside` before a command runs it in here."""

    def __init__(self):
        def make():
            must(LIBC.unshare(CLONE_NEWNET))
            return os.open("/proc/thread-self/ns/net", os.O_RDONLY)
        self.fd = in_thread(make)
        self.inside = ["nsenter", f"--net=/proc/{os.getpid()}/fd/{self.fd}"]
        self.run("ip", "link", "set", "lo", "up")

    def do(self, work):
        """work() in here. The sockets it opens and the threads it starts stay in here."""
        def enter_and_work():
            must(LIBC.setns(self.fd, CLONE_NEWNET))
            return work()
        return in_thread(enter_and_work)

    def run(self, *command, **options):
        return subprocess.run([*self.inside, *command], check=True, capture_output=True, text=True, timeout=LIMIT,
                              **options).stdout

    def rules(self, script):
        """Loads nftables rules in the place of all that were there."""
        self.run("nft", "-f", "-", input="flush ruleset\n" + script)

    def needs(self, feature, *command, **options):
        """Runs what the kernel may not be able to do, and skips the whole test then."""
        try:
            self.run(*command, **options)
        except subprocess.CalledProcessError as error:
            skip(f"the kernel lacks {feature}: {error.stderr.strip()}")

    def take(self, device, *addresses):
        """Moves a device in here and brings it up with these addresses."""
        subprocess.run(["ip", "link", "set", device, "netns", f"/proc/{os.getpid()}/fd/{self.fd}"], check=True,
                       timeout=LIMIT)
        self.run("ip", "link", "set", device, "up")
        for address in addresses:
            self.run("ip", "address", "add", address, "dev", device)


def cable(one, other):
    """Two devices, each the other's far end."""
    subprocess.run(["ip", "link", "add", "name", one, "type", "veth", "peer", "name", other], check=True, timeout=LIMIT)


def three_hosts(shir, gate, *outside):
    """A SHIR host, the gate's machine and everything outside, in a row, with these addresses. The gate's machine knows
    the way to both; what comes from the SHIR host comes in by `inside0`."""
    shir_host, gate_host, cloud = Namespace(), Namespace(), Namespace()
    cable("shir0", "inside0")
    cable("outside0", "world0")
    shir_host.take("shir0", f"{shir}/24")
    gate_host.take("inside0", f"{gate}/24")
    gate_host.take("outside0", "10.88.0.1/24")
    cloud.take("world0", "10.88.0.2/24", *(f"{address}/32" for address in outside))
    shir_host.run("ip", "route", "add", "default", "via", gate)
    gate_host.run("ip", "route", "add", "default", "via", "10.88.0.2")
    return shir_host, gate_host, cloud
