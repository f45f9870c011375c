"""What the machine says of itself and of processes: processor time, memory, and what it is."""

import os
import subprocess
import time
from dataclasses import dataclass

TICKS = os.sysconf("SC_CLK_TCK")


def read(path: str) -> str:
    with open(path, encoding="utf-8", errors="replace") as file:
        return file.read()


def children(pid: int) -> list[int]:
    """The process and all that descend from it."""
    found = [pid]
    for task in os.listdir(f"/proc/{pid}/task"):
        try:
            its = read(f"/proc/{pid}/task/{task}/children").split()
        except (FileNotFoundError, ProcessLookupError):
            continue  # a thread that has just ended
        for child in its:
            found += children(int(child))
    return found


def tree(pids: list[int]) -> list[int]:
    return [member for pid in pids for member in children(pid)]


def cpu_seconds(pids: list[int]) -> float:
    """User and system time of all threads, and of children that have ended and were waited for."""
    ticks = 0
    for pid in tree(pids):
        fields = read(f"/proc/{pid}/stat").rsplit(")", 1)[1].split()
        ticks += sum(int(fields[index]) for index in (11, 12, 13, 14))
    return ticks / TICKS


@dataclass(frozen=True)
class MachineTime:
    busy: float
    steal: float

    @staticmethod
    def now() -> "MachineTime":
        """Everything the processors did, whoever for, and what the hypervisor took away."""
        user, nice, system, _, _, irq, softirq, steal = (int(f) / TICKS for f in read("/proc/stat").split()[1:9])
        return MachineTime(user + nice + system + irq + softirq + steal, steal)


def user_memory_kib(pids: list[int]) -> int:
    """Memory that is the processes' own: neither the kernel's for their sockets nor pages of files."""
    total = 0
    for pid in tree(pids):
        for line in read(f"/proc/{pid}/status").splitlines():
            if line.startswith("RssAnon:"):
                total += int(line.split()[1])
    return total


def fsync_ms(folder: str) -> float:
    """The median of fifty appends of 4 KiB, each made durable."""
    path = os.path.join(folder, "fsync")
    times = []
    with open(path, "wb", buffering=0) as file:
        for _ in range(50):
            begin = time.monotonic()
            file.write(bytes(4096))
            os.fdatasync(file.fileno())
            times.append((time.monotonic() - begin) * 1e3)
    os.remove(path)
    return sorted(times)[len(times) // 2]


def output_of(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)
    return (done.stdout + done.stderr).strip()


def filesystem_of(folder: str) -> str:
    return output_of("stat", "--file-system", "--format=%T", folder)


def load() -> str:
    return " ".join(read("/proc/loadavg").split()[:3])


def describe(binary_folder: str) -> dict[str, str]:
    """The commit is that of the checkout the binary lies in."""
    cpu = next((line.split(":")[1].strip() for line in read("/proc/cpuinfo").splitlines()
                if line.startswith("model name")), "unknown")
    memory = int(read("/proc/meminfo").split()[1]) // 1024 // 1024
    git = ["git", "-c", "safe.directory=*", "-C", binary_folder]
    return {
        "processor": f"{cpu}, {os.cpu_count()} of them; {memory} GiB",
        "kernel": f"{os.uname().sysname} {os.uname().release}",
        "commit": output_of(*git, "describe", "--always", "--dirty", "--abbrev=12"),
        "congestion control": read("/proc/sys/net/ipv4/tcp_congestion_control").strip(),
        "load before": load(),
    }
