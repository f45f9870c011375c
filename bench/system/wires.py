"""Client, proxy and server in network namespaces of their own, joined by wires: veth at MTU 1500, or TUN devices
between which every packet is kept back for a while (this needs no netem in the kernel)."""

import fcntl
import os
import struct
import subprocess
import sys
from dataclasses import replace

from isolation import by_route
from lab import WIRES, Lab, stop

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../tests/e2e"))
from namespaces import Namespace, cable  # noqa: E402  # the end-to-end tests' own

MTU = "1500"
OFFLOADS = ["tso", "gso", "gro"]
TUNSETIFF, IFF_TUN, IFF_NO_PI = 0x400454CA, 0x0001, 0x1000


class Wires:
    """client 10.9.0.11 ---(client wire)--- 10.9.0.1 proxy 20.60.0.1 ---(server wire)--- 20.60.PART.N server"""

    def __init__(self) -> None:
        self.client, self.proxy, self.server = Namespace(), Namespace(), Namespace()

    def close(self) -> None:
        for namespace in (self.client, self.proxy, self.server):
            os.close(namespace.fd)

    def lab(self, base: Lab) -> Lab:
        return replace(base, network=WIRES, clients_inside=self.client.inside, proxy_inside=self.proxy.inside,
                       ends_inside=self.server.inside)

    def address(self, client_device: str, proxy_devices: tuple[str, str], server_device: str, congestion: str) -> None:
        """The direct tunnels go the same way, forwarded by the kernel in the proxy's namespace."""
        for address in WIRES.clients:
            self.client.run("ip", "address", "add", f"{address}/32", "dev", client_device)
        self.proxy.run("ip", "address", "add", f"{WIRES.proxy}/32", "dev", proxy_devices[0])
        self.proxy.run("ip", "address", "add", "20.60.0.1/32", "dev", proxy_devices[1])
        for part in range(1, 5):
            for index in range(1, 17):
                self.server.run("ip", "address", "add", f"20.60.{part}.{index}/32", "dev", server_device)
        routes = [(self.client, "10.9.0.1/32", client_device, []),
                  (self.client, "20.60.0.0/16", client_device, ["via", "10.9.0.1", "onlink"]),
                  (self.proxy, "10.9.0.0/24", proxy_devices[0], []),
                  (self.proxy, "20.60.0.0/16", proxy_devices[1], []),
                  (self.server, "20.60.0.1/32", server_device, []),
                  (self.server, "10.9.0.0/24", server_device, ["via", "20.60.0.1", "onlink"])]
        for namespace, network, device, via in routes:
            namespace.run("ip", "route", "add", network, *via, "dev", device, *by_route(congestion))
        self.proxy.run("sysctl", "-q", "net.ipv4.ip_forward=1")


def veth(congestion: str, ethtool: str | None, offloads: bool) -> Wires:
    wires = Wires()
    for near, far, namespace in (("c0", "p0", wires.client), ("s0", "p1", wires.server)):
        cable(near, far)
        namespace.take(near)
        wires.proxy.take(far)
        for owner, device in ((namespace, near), (wires.proxy, far)):
            owner.run("ip", "link", "set", device, "mtu", MTU)
            if not offloads:
                assert ethtool is not None
                owner.run(ethtool, "-K", device, *[word for name in OFFLOADS for word in (name, "off")])
    wires.address("c0", ("p0", "p1"), "s0", congestion)
    return wires


def open_tun(name: str) -> int:
    """In the namespace of the thread that calls."""
    fd = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
    fcntl.ioctl(fd, TUNSETIFF, struct.pack("16sH", name.encode(), IFF_TUN | IFF_NO_PI))
    subprocess.run(["ip", "link", "set", name, "mtu", MTU, "txqueuelen", "10000", "up"], check=True, timeout=10)
    return fd


class SlowWire:
    """Two TUN devices; what goes in at one comes out at the other later."""

    def __init__(self, tool: str, near: tuple[Namespace, str], far: tuple[Namespace, str], milliseconds: float) -> None:
        devices = [namespace.do(lambda name=name: open_tun(name)) for namespace, name in (near, far)]
        command = [tool, "delay", "--near-fd", str(devices[0]), "--far-fd", str(devices[1]),
                   "--milliseconds", str(milliseconds)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                        pass_fds=devices)
        for device in devices:
            os.close(device)

    def close(self) -> None:
        stop(self.process)


def slow(congestion: str, tool: str, milliseconds: float) -> tuple[Wires, SlowWire]:
    """Clients near the proxy, the far ends far away."""
    wires = Wires()
    cable("c0", "p0")
    wires.client.take("c0")
    wires.proxy.take("p0")
    wire = SlowWire(tool, (wires.proxy, "p1"), (wires.server, "s0"), milliseconds)
    wires.address("c0", ("p0", "p1"), "s0", congestion)
    return wires, wire
