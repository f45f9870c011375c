"""What is measured. A cell is one kind of work for a proxy; measuring it gives figures by name."""

import json
import resource
import subprocess
import time
from dataclasses import dataclass
from typing import Callable

import machine
from lab import Lab, Via, bulk_targets, stop
from peers import Peer

GIB = 1 << 30
Figures = dict[str, float]


@dataclass
class Context:
    lab: Lab
    ends: subprocess.Popen[str]
    seconds: float
    idle_tunnels: int


@dataclass(frozen=True)
class Cell:
    name: str
    group: str
    measure: Callable[[Context, Peer], Figures]
    columns: str = ""    # of figures.COLUMNS
    fresh: bool = False  # a proxy that has done nothing before


@dataclass(frozen=True)
class Spent:
    """Processor time while something was measured. `elsewhere`: neither proxy nor ends; what else the machine did."""
    proxy: float
    machine: float
    elsewhere_cores: float
    steal_cores: float


class Watch:
    def __init__(self, context: Context, peer: Peer) -> None:
        self.pids, self.ends = peer.pids(), context.ends.pid
        self.begin = time.monotonic()
        self.before = self.readings()

    def readings(self) -> tuple[float, machine.MachineTime, float]:
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        ours = machine.cpu_seconds([self.ends]) + used.ru_utime + used.ru_stime
        return machine.cpu_seconds(self.pids), machine.MachineTime.now(), ours

    def spent(self) -> Spent:
        took = time.monotonic() - self.begin
        proxy, everything, ours = (self.readings()[0] - self.before[0], self.readings()[1], self.readings()[2])
        busy = everything.busy - self.before[1].busy
        steal = everything.steal - self.before[1].steal
        elsewhere = busy - proxy - (ours - self.before[2])
        return Spent(proxy, busy, max(elsewhere, 0) / took, steal / took)


def some(count: float) -> float:
    if count <= 0:
        raise RuntimeError("nothing got through")
    return count


def noise(spent: Spent) -> Figures:
    return {"elsewhere_cores": spent.elsewhere_cores, "steal_cores": spent.steal_cores}


def bulk(direction: str, tunnels: int, least_seconds: float = 0) -> Callable[[Context, Peer], Figures]:
    part = "sink" if direction == "up" else "source"

    def measure(context: Context, peer: Peer) -> Figures:
        watch = Watch(context, peer)
        result = context.lab.run("bulk", part, peer.via(part), direction=direction, tunnels=tunnels,
                                 seconds=max(context.seconds, least_seconds))
        spent = watch.spent()
        gib = some(result["all_bytes"]) / GIB
        return {"gbit_per_s": result["bytes_per_s"] * 8 / 1e9, "cpu_s_per_gib": spent.proxy / gib,
                "machine_s_per_gib": spent.machine / gib, "failures": result["failures"], **noise(spent)}
    return measure


def setup(clients: int) -> Callable[[Context, Peer], Figures]:
    def measure(context: Context, peer: Peer) -> Figures:
        watch = Watch(context, peer)
        result = context.lab.run("setup", "echo", peer.via("echo"), clients=clients, seconds=context.seconds)
        spent = watch.spent()
        tunnels = some(result["all_tunnels"])
        return {"tunnels_per_s": result["tunnels_per_s"], "cpu_us_per_tunnel": spent.proxy / tunnels * 1e6,
                "machine_us_per_tunnel": spent.machine / tunnels * 1e6, "p50_us": result["setup_p50_us"],
                "p99_us": result["setup_p99_us"], "failures": result["failures"], **noise(spent)}
    return measure


def rtt(context: Context, peer: Peer) -> Figures:
    watch = Watch(context, peer)
    result = context.lab.run("rtt", "echo", peer.via("echo"), seconds=context.seconds)
    spent = watch.spent()
    return {"p50_us": result["rtt_p50_us"], "p99_us": result["rtt_p99_us"],
            "cpu_us_per_trip": spent.proxy / some(result["all_trips"]) * 1e6, "failures": result["failures"],
            **noise(spent)}


def idle(context: Context, peer: Peer) -> Figures:
    """A few tunnels first, so that what a proxy allocates once is not counted as theirs."""
    context.lab.run("setup", "echo", peer.via("echo"), clients=16, seconds=0.1)
    before = machine.user_memory_kib(peer.pids())
    holder = subprocess.Popen(context.lab.command("idle", "echo", peer.via("echo"), tunnels=context.idle_tunnels),
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert holder.stdout is not None
    try:
        result = json.loads(holder.stdout.readline())
        after = machine.user_memory_kib(peer.pids())
    finally:
        stop(holder)
    return {"user_kib_per_tunnel": (after - before) / some(result["tunnels"]), "tunnels": result["tunnels"],
            "user_mib": after / 1024, "failures": result["failures"]}


def mixed(context: Context, peer: Peer) -> Figures:
    uploads: Via = peer.via("block")
    watch = Watch(context, peer)
    result = context.lab.run("mixed", "echo", peer.via("echo"), seconds=max(context.seconds, 3),
                             bulk_via=",".join(uploads.endpoints), bulk_targets=bulk_targets("block"))
    spent = watch.spent()
    return {"burst_gbit_per_s": result["burst_bytes_per_s"] * 8 / 1e9, "ping_p50_us": result["ping_p50_us"],
            "ping_p99_us": result["ping_p99_us"], "call_p99_us": result["call_p99_us"],
            "cpu_s_per_gib": spent.proxy / (some(result["burst_bytes"]) / GIB), "failures": result["failures"],
            **noise(spent)}


def on_loopback() -> list[Cell]:
    return [
        Cell("bulk, 1 tunnel up", "bulk", bulk("up", 1), "bulk"),
        Cell("bulk, 1 tunnel down", "bulk", bulk("down", 1), "bulk"),
        Cell("bulk, 8 tunnels up", "bulk", bulk("up", 8), "bulk"),
        Cell("bulk, 8 tunnels down", "bulk", bulk("down", 8), "bulk"),
        Cell("set-up, 16 clients", "setup", setup(16), "setup"),
        Cell("round trip", "rtt", rtt, "rtt"),
        Cell("idle tunnels", "idle", idle, "idle", fresh=True),
        Cell("mixed", "mixed", mixed, "mixed"),
    ]
