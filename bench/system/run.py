#!/usr/bin/env python3
"""shirgate beside every proxy a user could pick instead, on this machine, in one run. ./dev bench system calls it.

The peers take turns, there and back from round to round, so that whatever else the machine does falls on all of them;
only ratios within a round mean something. See bench/system/README.md.
"""

import argparse
import os
import shlex
import shutil
import signal
import sys
import tempfile

import isolation
import machine
import packages
import results
from cells import Cell, Context
from figures import Sample
from lab import Lab
from packages import say, warn
from peers import Peer, Tools, every_peer, free_descriptors
from places import Wish, all_places

HERE = os.path.dirname(os.path.abspath(__file__))
REPOSITORY = os.path.dirname(os.path.dirname(HERE))
GROUPS = ["bulk", "setup", "rtt", "idle", "mixed", "veth", "delay"]


def arguments() -> argparse.Namespace:
    build = os.path.join(REPOSITORY, "build")
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cells", default=",".join(GROUPS), help="of " + ",".join(GROUPS))
    parser.add_argument("--peers", default="", help="names of peers, with commas; default all")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--seconds", type=float, default=2, help="of each measurement")
    parser.add_argument("--idle-tunnels", type=int, default=8000)
    parser.add_argument("--durable-clients", type=int, default=256, help="of the set-up with durability fsync; 0: none")
    parser.add_argument("--congestion", choices=["cubic", "host"], default="cubic")
    parser.add_argument("--beside", action="append", default=[], metavar="PATH", help="another build of shirgate")
    parser.add_argument("--quick", action="store_true", help="about two minutes: bulk, setup and rtt, two rounds")
    parser.add_argument("--fetch", action="store_true", help="unpack peers that are missing below build/peers")
    parser.add_argument("--output", default=os.path.join(HERE, "..", "results"), help="folder of the report")
    parser.add_argument("--shirgate", default=os.path.join(build, "release/bin/shirgate"))
    parser.add_argument("--tools", default=os.path.join(build, "release/bin"), help="folder of load and bare")
    parser.add_argument("--root", default=os.path.join(build, "peers"), help="where the peers are unpacked")
    parser.add_argument("--note", default="", help="what to say of the circumstances")
    options = parser.parse_args()
    if options.quick:
        options.cells, options.rounds, options.seconds, options.durable_clients = "bulk,setup,rtt", 2, 1.0, 0
    return options


def wish_of(options: argparse.Namespace) -> Wish:
    groups, peers = options.cells.split(","), options.peers.split(",") if options.peers else []
    known = [peer.name for peer in every_peer()]
    for name, names in [(group, GROUPS) for group in groups] + [(peer, known) for peer in peers]:
        if name not in names:
            sys.exit(f"there is no '{name}'; there are: {', '.join(names)}")
    return Wish(groups, peers, options.seconds, options.idle_tunnels, options.durable_clients, options.beside)


def start(peers: list[Peer], folder: str, tools: Tools, lab: Lab) -> list[Peer]:
    """Those that started; of the others it says why not."""
    started = []
    for peer in peers:
        try:
            peer.start(tempfile.mkdtemp(dir=folder) + "/" + peer.name.replace(" ", "-"), tools, lab)
            started.append(peer)
        except RuntimeError as error:
            warn(f"{peer.name} is left out: {error}")
    return started


def measure(cell: Cell, number: int, peer: Peer, context: Context) -> Sample | None:
    try:
        found = cell.measure(context, peer)
    except (RuntimeError, OSError, ValueError) as error:
        warn(f"{cell.name}, {peer.name}: {error}")
        return None
    line = "  ".join(f"{key} {value:.4g}" for key, value in found.items() if key != "steal_cores")
    print(f"{number} {cell.name:22} {peer.name:15} {line}", flush=True)
    return Sample(cell.name, number, peer.name, found)


def rounds_of(cells: list[Cell], peers: list[Peer], count: int, context: Context, folder: str,
              tools: Tools) -> list[Sample]:
    """Peers stay up over all cells but those that want them fresh."""
    samples: list[Sample] = []
    for cell in cells:
        fitting = [peer for peer in peers if not peer.groups or cell.group in peer.groups]
        running = fitting if cell.fresh else start(fitting, folder, tools, context.lab)
        try:
            for number in range(count):
                for peer in running[:: 1 if number % 2 == 0 else -1]:
                    if cell.fresh and not start([peer], folder, tools, context.lab):
                        continue
                    samples += [s for s in [measure(cell, number, peer, context)] if s]
                    if cell.fresh:
                        peer.stop()
        finally:
            for peer in peers:
                peer.stop()
    return samples


def main() -> int:
    options = arguments()
    if not isolation.isolated():
        if options.fetch:
            packages.fetch(options.root)
        isolation.restart_isolated()
    # What was started is stopped then, too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    free_descriptors()
    folder = tempfile.mkdtemp(prefix="shirgate-bench-", dir="/var/tmp")
    os.chmod(folder, 0o755)
    try:
        return run(options, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def facts_of(options: argparse.Namespace, folder: str) -> dict[str, str]:
    facts = machine.describe(os.path.dirname(os.path.realpath(options.shirgate)))
    facts["congestion control"] = "cubic everywhere" if options.congestion == "cubic" else facts["congestion control"]
    facts["shirgate"] = machine.output_of(options.shirgate, "--version").splitlines()[0]
    for name in ("haproxy", "nginx", "squid", "tinyproxy"):
        facts[name] = packages.version(options.root, name)
    facts["audit log on"] = f"{machine.filesystem_of(folder)}, fdatasync of 4 KiB {machine.fsync_ms(folder):.2f} ms"
    facts["rounds"] = f"{options.rounds} of {options.seconds:g} s"
    if options.note:
        facts["note"] = options.note
    return facts


def command_line() -> str:
    """What was typed, an option a line where it is long."""
    words = "bench/system/run.py " + " ".join(shlex.quote(word) for word in sys.argv[1:])
    return words if len(words) <= 110 else words.replace(" --", " \\\n  --")


def run(options: argparse.Namespace, folder: str) -> int:
    isolation.prepare(folder, options.root, options.congestion)
    tools = Tools(options.root, options.shirgate, os.path.join(options.tools, "bare"))
    hello = os.path.join(REPOSITORY, "tests/corpus/captures/bun-fetch-boringssl.bin")
    lab = Lab(os.path.join(options.tools, "load"), hello, options.congestion)
    facts = facts_of(options, folder)
    samples: list[Sample] = []
    cells: list[Cell] = []
    for place in all_places(lab, wish_of(options), tools):
        with place as there:
            cells += there.cells
            samples += rounds_of(there.cells, there.peers, options.rounds, there.context, folder, tools)
    facts["load after"] = machine.load()
    path = results.write(options.output, samples, cells, facts, command_line())
    with open(path, encoding="utf-8") as file:
        print(file.read())
    say(f"written: {os.path.relpath(path)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
