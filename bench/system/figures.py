"""From samples to medians and to ratios within a round."""

import statistics
from dataclasses import dataclass
from typing import Any

HAPROXY, SQUID = "haproxy splice", "squid"
SPLICED = [HAPROXY, "bare splice", SQUID]
COPIED = [HAPROXY, "bare copy 64K", SQUID]  # few bytes at a time are better copied
REFERENCES = {"bulk": SPLICED, "mixed": SPLICED, "setup": COPIED, "rtt": COPIED, "idle": COPIED}


@dataclass(frozen=True)
class Sample:
    cell: str
    round: int
    peer: str
    figures: dict[str, float]

    def to_json(self) -> dict[str, Any]:
        return {"cell": self.cell, "round": self.round, "peer": self.peer, **self.figures}


@dataclass(frozen=True)
class Column:
    figure: str
    title: str
    digits: int
    more_is_better: bool = False
    compared: bool = True  # with the references


COLUMNS: dict[str, list[Column]] = {
    "bulk": [Column("gbit_per_s", "Gbit/s", 1, True), Column("cpu_s_per_gib", "CPU-s/GiB", 3),
             Column("machine_s_per_gib", "machine CPU-s/GiB", 3, compared=False)],
    "setup": [Column("tunnels_per_s", "tunnels/s", 0, True), Column("cpu_us_per_tunnel", "CPU µs/tunnel", 1),
              Column("p50_us", "p50 µs", 0, compared=False), Column("p99_us", "p99 µs", 0, compared=False)],
    "rtt": [Column("p50_us", "p50 µs", 1), Column("p99_us", "p99 µs", 1),
            Column("cpu_us_per_trip", "CPU µs/trip", 1, compared=False)],
    "idle": [Column("user_kib_per_tunnel", "user KiB/tunnel", 2), Column("tunnels", "tunnels", 0, compared=False)],
    "mixed": [Column("burst_gbit_per_s", "bursts Gbit/s", 1, True), Column("ping_p99_us", "ping p99 µs", 0),
              Column("call_p99_us", "call p99 µs", 0, compared=False),
              Column("cpu_s_per_gib", "CPU-s/GiB", 3, compared=False)],
}


def values(samples: list[Sample], cell: str, peer: str, figure: str) -> dict[int, float]:
    """By round."""
    return {s.round: s.figures[figure] for s in samples if s.cell == cell and s.peer == peer and figure in s.figures}


def median(numbers: list[float]) -> float:
    return statistics.median(numbers) if numbers else float("nan")


@dataclass(frozen=True)
class Ratio:
    median: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.median:.2f} [{self.low:.2f}–{self.high:.2f}]"


def ratio(samples: list[Sample], cell: str, peer: str, reference: str, figure: str) -> Ratio | None:
    """Median and quartiles of the ratios of each round. Only those mean something: the machine's speed changes."""
    mine, theirs = (values(samples, cell, name, figure) for name in (peer, reference))
    ratios = sorted(mine[number] / theirs[number] for number in mine if theirs.get(number, 0) > 0)
    if not ratios:
        return None
    if len(ratios) == 1:
        return Ratio(ratios[0], ratios[0], ratios[0])
    low, _, high = statistics.quantiles(ratios, n=4, method="inclusive")
    return Ratio(median(ratios), low, high)
