"""The proxies that are compared: how each is configured at its best, started, and stopped. Only processes started here
are ever ended."""

import os
import resource
import signal
import subprocess
import time
from dataclasses import dataclass, field
from typing import Callable

import configurations
from lab import LOOPBACK, PARTS, Lab, Network, Via
from packages import environment, program

START_LIMIT = 20
MOVING = ("bulk", "mixed", "rtt")  # where the way bytes are moved makes a difference


@dataclass
class Tools:
    """Where the programs are."""
    root: str
    shirgate: str
    bare: str


@dataclass
class Peer:
    """`write` puts the configuration into a folder and gives the command; `blind` ones know each part by a port."""
    name: str
    port: int
    blind: bool
    write: Callable[["Peer", str, Tools], list[str]]
    network: Network = LOOPBACK
    process: subprocess.Popen[bytes] | None = None
    log: str = ""
    program: str = ""  # in place of the usual one
    groups: tuple[str, ...] = ()  # of cells it is for; empty: all
    options: dict[str, str] = field(default_factory=dict)

    def via(self, part: str) -> Via:
        port = self.port + PARTS.index(part) if self.blind else self.port
        return Via([f"{self.network.proxy}:{port}"], self.blind)

    def pids(self) -> list[int]:
        return [self.process.pid] if self.process else []

    def start(self, folder: str, tools: Tools, where: Lab) -> None:
        os.makedirs(folder)
        os.chmod(folder, 0o755)
        command = self.write(self, folder, tools)
        self.log = os.path.join(folder, "output")
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen([*where.proxy_inside, *command], stdout=log, stderr=log,
                                            stdin=subprocess.DEVNULL, env=environment(tools.root))
        # nsenter execs, so the pid is the proxy's own.
        endpoint = self.via("echo").endpoints[0].replace(":", "/")
        check = ["bash", "-c", f"exec 3<>/dev/tcp/{endpoint}"]
        until = time.monotonic() + START_LIMIT
        while subprocess.run([*where.clients_inside, *check], capture_output=True, check=False).returncode != 0:
            if self.process.poll() is not None or time.monotonic() > until:
                self.stop()
                raise RuntimeError(f"{self.name} did not start: {self.said()}")
            time.sleep(0.05)

    def said(self) -> str:
        with open(self.log, encoding="utf-8", errors="replace") as log:
            return log.read()[-2000:]

    def stop(self) -> None:
        if self.process is None:
            return
        process, self.process = self.process, None
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


class Direct(Peer):
    """No proxy at all: what the ends and the wire can do by themselves."""

    def __init__(self) -> None:
        super().__init__("direct", 0, True, lambda *_: [])

    def via(self, part: str) -> Via:
        return Via([f"{address}:443" for address in self.network.far_addresses(part)], True)

    def start(self, folder: str, tools: Tools, where: Lab) -> None:
        pass


def write(folder: str, name: str, text: str) -> str:
    path = os.path.join(folder, name)
    with open(path, "w", encoding="ascii") as file:
        file.write(text)
    return path


def required(tools: Tools, name: str) -> str:
    path = program(tools.root, name)
    if path is None:
        raise RuntimeError(f"{name} is not unpacked; add --fetch")
    return path


def haproxy(peer: Peer, folder: str, tools: Tools) -> list[str]:
    config = write(folder, "haproxy.cfg", configurations.haproxy(peer.network, peer.port, peer.options["splice"]))
    return [required(tools, "haproxy"), "-db", "-f", config]


def nginx(peer: Peer, folder: str, tools: Tools) -> list[str]:
    config = write(folder, "nginx.conf", configurations.nginx(peer.network, peer.port, folder, tools.root))
    return [required(tools, "nginx"), "-p", folder, "-c", config, "-e", os.path.join(folder, "error.log")]


def squid(peer: Peer, folder: str, tools: Tools) -> list[str]:
    os.chmod(folder, 0o777)  # the workers run as another user
    config = write(folder, "squid.conf", configurations.squid(peer.network, peer.port, folder, tools.root))
    return [required(tools, "squid"), "--foreground", "-f", config]


def tinyproxy(peer: Peer, folder: str, tools: Tools) -> list[str]:
    return [required(tools, "tinyproxy"), "-d", "-c",
            write(folder, "tinyproxy.conf", configurations.tinyproxy(peer.network, peer.port, folder))]


def bare(peer: Peer, _: str, tools: Tools) -> list[str]:
    targets = ",".join(f"{name}:443={address}:443" for name, address in peer.network.addresses().items())
    engine = [item for key, value in peer.options.items() for item in (f"--{key}", value)]
    return [tools.bare, *engine, "--listen", f"{peer.network.proxy}:{peer.port}", "--targets", targets]


def shirgate(peer: Peer, folder: str, tools: Tools) -> list[str]:
    config = write(folder, "shirgate.toml", configurations.shirgate(peer.network, peer.port, folder, peer.options))
    lab = [] if peer.network != LOOPBACK else ["--lab"]
    return [peer.program or tools.shirgate, "serve", "--config", config, *lab]


def other_builds(paths: list[str]) -> list[Peer]:
    """Builds of shirgate beside the one that is measured, named like their files."""
    return [Peer(os.path.basename(path), 3112 + number, False, shirgate, program=path)
            for number, path in enumerate(paths)]


def every_peer() -> list[Peer]:
    return [
        Direct(),
        Peer("bare splice", 3100, False, bare, options={"engine": "splice"}),
        Peer("bare copy 64K", 3101, False, bare, options={"engine": "copy", "copy-bytes": "65536"}),
        Peer("bare copy 256K", 3102, False, bare, options={"engine": "copy", "copy-bytes": "262144"}),
        Peer("shirgate", 3110, False, shirgate),
        Peer("shirgate copy", 3160, False, shirgate, groups=MOVING, options={"gate.relay": "copy"}),
        Peer("shirgate splice", 3161, False, shirgate, groups=MOVING, options={"gate.relay": "splice"}),
        Peer("haproxy splice", 3120, True, haproxy, options={"splice": "forced"}),
        Peer("haproxy auto", 3130, True, haproxy, options={"splice": "auto"}),
        Peer("nginx stream", 3140, True, nginx),
        Peer("squid", 3150, False, squid),
        Peer("tinyproxy", 3151, False, tinyproxy),
    ]


def free_descriptors() -> None:
    """As many descriptors as the machine allows this user without asking for more."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
