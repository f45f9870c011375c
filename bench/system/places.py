"""Where cells are measured: on loopback, or on wires between namespaces. A place starts the far ends and takes all of
it away again."""

import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import configurations
import wires
from cells import Cell, Context, bulk, on_loopback, setup
from lab import LOOPBACK, WIRES, Lab, stop
from packages import program, warn
from peers import Peer, Tools, every_peer, other_builds

ON_WIRES = ["direct", "bare splice", "bare copy 64K", "bare copy 256K", "shirgate", "haproxy splice"]
DELAY_MS = 10
GROWN_S = 4.0  # a window that far away takes a while to grow


@dataclass
class Place:
    cells: list[Cell]
    peers: list[Peer]
    context: Context


@dataclass(frozen=True)
class Wish:
    """What a run was asked for."""
    groups: list[str]
    peers: list[str]  # empty: all
    seconds: float
    idle_tunnels: int
    durable_clients: int
    builds: list[str]  # of shirgate, beside the one


def chosen(wish: Wish) -> list[Peer]:
    return [peer for peer in every_peer() if not wish.peers or peer.name in wish.peers] + other_builds(wish.builds)


@contextmanager
def far_ends(lab: Lab, wish: Wish) -> Iterator[Context]:
    ends = lab.start_ends()
    try:
        yield Context(lab, ends, wish.seconds, wish.idle_tunnels)
    finally:
        stop(ends)


@contextmanager
def loopback(lab: Lab, wish: Wish) -> Iterator[Place]:
    with far_ends(lab, wish) as context:
        cells = [cell for cell in on_loopback() if cell.group in wish.groups]
        yield Place(cells, chosen(wish), context)


def on_wires(wish: Wish) -> list[Peer]:
    return [replace_network(peer) for peer in chosen(wish) if peer.name in ON_WIRES or peer.program]


def replace_network(peer: Peer) -> Peer:
    peer.network = WIRES
    return peer


@contextmanager
def veth(lab: Lab, wish: Wish, ethtool: str | None, offloads: bool) -> Iterator[Place]:
    built = wires.veth(lab.congestion, ethtool, offloads)
    try:
        with far_ends(built.lab(lab), wish) as context:
            how = "offloads on" if offloads else "offloads off"
            cells = [Cell(f"veth, {how}, 1 tunnel {way}", "veth", bulk(way, 1), "bulk")
                     for way in ("up", "down")]
            yield Place(cells, on_wires(wish), context)
    finally:
        built.close()


@contextmanager
def delayed(lab: Lab, wish: Wish) -> Iterator[Place]:
    built, wire = wires.slow(lab.congestion, lab.tool, DELAY_MS)
    try:
        with far_ends(built.lab(lab), wish) as context:
            far = f"far ends {2 * DELAY_MS} ms away"
            cells = [Cell(f"{far}, 1 tunnel {way}", "delay", bulk(way, 1, GROWN_S), "bulk") for way in ("up", "down")]
            cells.append(Cell(f"{far}, set-up, 1 client", "delay", setup(1), "setup"))
            yield Place(cells, on_wires(wish), context)
    finally:
        wire.close()
        built.close()


@contextmanager
def durable(lab: Lab, wish: Wish) -> Iterator[Place]:
    """Every event on the disk before the client hears 200, with many clients, beside the default."""
    peers = [peer for peer in every_peer() if peer.name == "shirgate"]
    peers.append(replace(peers[0], name="shirgate fsync", port=3111, options={"audit.durability": "fsync"}))
    with far_ends(lab, wish) as context:
        cells = [Cell(f"set-up, {wish.durable_clients} clients, audit durability", "setup", setup(wish.durable_clients),
                      "setup")]
        yield Place(cells, peers, context)


def knows_durability(tools: Tools) -> bool:
    with tempfile.NamedTemporaryFile("w", suffix=".toml", dir="/var/tmp") as file:
        file.write(configurations.shirgate(LOOPBACK, 3111, "/var/tmp", {"audit.durability": "fsync"}))
        file.flush()
        done = subprocess.run([tools.shirgate, "check", file.name], capture_output=True, check=False, timeout=30)
    return done.returncode == 0


def all_places(lab: Lab, wish: Wish, tools: Tools) -> Iterator[Any]:
    """Context managers, in the order of the report."""
    if set(wish.groups) & {"bulk", "setup", "rtt", "idle", "mixed"}:
        yield loopback(lab, wish)
    if "setup" in wish.groups and wish.durable_clients:
        if knows_durability(tools):
            yield durable(lab, wish)
        else:
            warn('skipped: this shirgate has no [audit] durability = "fsync" to measure')
    if "veth" in wish.groups:
        yield veth(lab, wish, None, True)
        ethtool = program(tools.root, "ethtool")
        if ethtool:
            yield veth(lab, wish, ethtool, False)
        else:
            warn("skipped: veth without offloads needs ethtool; add --fetch")
    if "delay" in wish.groups:
        yield delayed(lab, wish)
