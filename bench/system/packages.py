"""The peers as Debian ships them, unpacked below build/ and run from there. Nothing is installed: no service starts, no
file of the system changes, and it needs no root."""

import glob
import os
import subprocess
import sys

PACKAGES = ["haproxy", "nginx", "libnginx-mod-stream", "squid", "tinyproxy", "ethtool"]


def say(text: str) -> None:
    print(f"== {text}", flush=True)


def fetch(root: str) -> None:
    """Downloads the packages with what they depend on and this machine lacks, and unpacks them into `root`."""
    if program(root, "ethtool") and program(root, "haproxy"):
        return
    say(f"unpacking {' '.join(PACKAGES)} into {root}")
    archives = os.path.join(root, "archives")
    os.makedirs(os.path.join(archives, "partial"), exist_ok=True)
    apt = ["apt-get", "-qq", "-o", f"Dir::Cache::archives={archives}", "-o", "Debug::NoLocking=1",
           "-o", "APT::Sandbox::User=root", "--download-only", "--yes", "--no-install-recommends", "--reinstall"]
    if subprocess.run([*apt, "install", *PACKAGES], check=False, timeout=600).returncode != 0:
        warn("the peers can't be downloaded; if it is because the lists of packages are old: apt-get update")
    for archive in sorted(glob.glob(os.path.join(archives, "*.deb"))):
        subprocess.run(["dpkg", "--extract", archive, root], check=True, timeout=60)


def program(root: str, name: str) -> str | None:
    for folder in ("usr/sbin", "usr/bin", "sbin", "bin"):
        path = os.path.join(root, folder, name)
        if os.access(path, os.X_OK):
            return path
    return None


def environment(root: str) -> dict[str, str]:
    """Libraries that only the peers need lie beside them."""
    libraries = glob.glob(os.path.join(root, "usr/lib/*-linux-gnu"))
    return {**os.environ, "LD_LIBRARY_PATH": ":".join(libraries)}


def version(root: str, name: str) -> str:
    path = program(root, name)
    if path is None:
        return "not unpacked"
    done = subprocess.run([path, "-v"], capture_output=True, text=True, check=False, timeout=30, env=environment(root))
    return (done.stdout + done.stderr).splitlines()[0]


def warn(text: str) -> None:
    print(f"!! {text}", file=sys.stderr, flush=True)
