"""Namespaces of the benchmark's own: network, so that addresses, ports and congestion control are its own; mounts, so
that proxies with paths compiled in (/run/squid, /dev/shm, /etc/hosts) find private ones there."""

import glob
import os
import subprocess
import sys

import configurations
from packages import warn

MARK = "SHIRGATE_BENCH_ISOLATED"


def isolated() -> bool:
    return MARK in os.environ


def restart_isolated() -> None:
    """Starts the program over inside. Does not return."""
    isolate = ["unshare", "--net", "--mount"] + ([] if os.geteuid() == 0 else ["--map-root-user"])
    if subprocess.run([*isolate, "true"], capture_output=True, check=False).returncode != 0:
        warn("network namespaces are not permitted here, and every cell needs one: run it as root")
        sys.exit(77)
    os.environ[MARK] = "yes"
    os.execvp(isolate[0], [*isolate, sys.executable, *sys.argv])


def run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True, text=True, timeout=30)


def prepare(folder: str, root: str, congestion: str) -> None:
    """Private mounts."""
    for place in ("/run", "/dev/shm"):
        run("mount", "-t", "tmpfs", "none", place)
    os.makedirs("/run/squid", mode=0o777)
    os.chmod("/run/squid", 0o777)
    hosts = os.path.join(folder, "hosts")
    with open(hosts, "w", encoding="ascii") as file:
        file.write(configurations.hosts_file())
    run("mount", "--bind", hosts, "/etc/hosts")
    # Squid's workers drop LD_LIBRARY_PATH.
    cache = os.path.join(folder, "ld.so.cache")
    run("/sbin/ldconfig", "-C", cache, *glob.glob(os.path.join(root, "usr/lib/*-linux-gnu")))
    run("mount", "--bind", cache, "/etc/ld.so.cache")
    run("ip", "link", "set", "lo", "up")
    for network in ("127.0.0.0/8", "127.0.0.1"):
        run("ip", "route", "replace", "local", network, "dev", "lo", "src", "127.0.0.1", *by_route(congestion))


def by_route(congestion: str) -> list[str]:
    """Proxies have no setting for congestion control, so the route decides for their sockets. A namespace's default
    could only be what its host allows to everybody."""
    return [] if congestion == "host" else ["congctl", congestion]
