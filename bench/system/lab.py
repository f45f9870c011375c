"""Where everything is: addresses, names, the far ends, and how the load tool is called.

All of it lies in network namespaces of the benchmark's own, so port 443 is free:

  loopback   clients 127.0.0.11…26 --- proxy 127.0.0.1 --- far ends 127.0.PART.1…16
  wires      clients 10.9.0.11…26  --- proxy 10.9.0.1  --- far ends 20.60.PART.1…16
"""

import json
import subprocess
from dataclasses import dataclass, field

from packages import warn

WIDTH = 16
PARTS = ["sink", "source", "echo", "block"]
LIMIT = 120


@dataclass(frozen=True)
class Network:
    proxy: str
    far: str  # the first half of the far ends' addresses

    @property
    def clients(self) -> list[str]:
        return [f"{self.proxy[:-1]}{11 + index}" for index in range(WIDTH)]

    def far_addresses(self, part: str) -> list[str]:
        return [f"{self.far}.{PARTS.index(part) + 1}.{index + 1}" for index in range(WIDTH)]

    def addresses(self) -> dict[str, str]:
        """Of every name."""
        return {name(part, index): address for part in PARTS for index, address in enumerate(self.far_addresses(part))}


LOOPBACK = Network("127.0.0.1", "127.0")
WIRES = Network("10.9.0.1", "20.60")


def name(part: str, index: int) -> str:
    return f"{part}{index + 1}.bench.contoso.example"


@dataclass
class Via:
    """How tunnels to one part begin: where to connect, and whether CONNECT is said there."""
    endpoints: list[str]
    blind: bool


@dataclass
class Lab:
    """`inside` is what stands before a command to run it where the clients, the proxy and the far ends are."""
    tool: str
    hello: str
    congestion: str
    network: Network = LOOPBACK
    clients_inside: list[str] = field(default_factory=list)
    proxy_inside: list[str] = field(default_factory=list)
    ends_inside: list[str] = field(default_factory=list)

    def start_ends(self) -> subprocess.Popen[str]:
        command = [*self.ends_inside, self.tool, "ends", "--congestion", self.congestion]
        for part in PARTS:
            command += [f"--{part}", ",".join(f"{address}:443" for address in self.network.far_addresses(part))]
        ends = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert ends.stdout is not None
        if not ends.stdout.readline():
            raise RuntimeError(f"the far ends did not start: {ends.wait(LIMIT)}")
        return ends

    def command(self, what: str, part: str, via: Via, **options: object) -> list[str]:
        targets = [f"{name(part, i)}:443/{name(part, i)}" for i in range(WIDTH)]
        command = [*self.clients_inside, self.tool, what, "--via", ",".join(via.endpoints),
                   "--targets", ",".join(targets), "--blind", "yes" if via.blind else "no", "--hello", self.hello,
                   "--from", ",".join(self.network.clients), "--congestion", self.congestion]
        for key, value in options.items():
            command += [f"--{key.replace('_', '-')}", str(value)]
        return command

    def run(self, what: str, part: str, via: Via, **options: object) -> dict[str, float]:
        done = subprocess.run(self.command(what, part, via, **options), capture_output=True, text=True, check=False,
                              timeout=LIMIT)
        if not done.stdout.strip():
            raise RuntimeError(f"load {what} said nothing: {done.stderr}")
        result: dict[str, float | str] = json.loads(done.stdout)
        first_failure = result.pop("first_failure", None)
        figures = {key: float(value) for key, value in result.items()}
        if first_failure is not None:
            warn(f"load {what}: {figures['failures']:.0f} failures, the first: {first_failure}")
        return figures


def bulk_targets(part: str) -> str:
    return ",".join(f"{name(part, i)}:443/{name(part, i)}" for i in range(WIDTH))


def stop(process: subprocess.Popen[str]) -> None:
    """Ends what waits for its stdin to close."""
    if process.stdin:
        process.stdin.close()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    if process.stdout:
        process.stdout.close()
