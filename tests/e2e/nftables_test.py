#!/usr/bin/env python3
"""The nftables script that `shirgate rules --format nftables` prints, loaded for real between three network namespaces:
a SHIR host, the gate's machine that routes for it, and everything outside.

Usage: nftables_test.py PATH_TO_SHIRGATE. Needs nft, ip and the right to make network namespaces; says so and ends with 77
where it has not got them. The namespaces belong to this process and go with it.
"""

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import unittest

from namespaces import Namespace, cable, in_own_namespaces, skip

DEADLINE = 10

CONFIG = """
[gate]
listen = ["10.20.0.10:3128"]
[audit]
directory = "/nowhere"
[dns]
servers = ["20.60.0.53"]
[[runtime]]
name = "prod"
clients = ["10.20.0.21"]
factory = "contoso-prod"
region = "westeurope"
interactive_authoring = "off"
[[allow]]
runtime = "prod"
channel = "erp"
hosts = ["erp.contoso.example"]
ports = [443]
addresses = ["10.40.0.0/24"]
ticket = "} accept \\u000a \\" ; #"
"""


class Machine(Namespace):
    def listen(self, address, port):
        def make():
            listener = socket.create_server((address, port))
            listener.setblocking(False)
            return listener
        return self.do(make)

    def connect(self, address, port, source=None):
        """A connection, or the OSError there was instead."""
        try:
            return self.do(lambda: socket.create_connection((address, port), DEADLINE, source and (source, 0)))
        except OSError as error:
            return error


def wait_for(condition, what):
    until = time.monotonic() + DEADLINE
    while time.monotonic() < until:
        if condition():
            return
        time.sleep(0.02)
    raise AssertionError(f"not within {DEADLINE} s: {what}")


def route():
    with open("/proc/sys/net/ipv4/ip_forward", "w", encoding="ascii") as file:
        file.write("1")


class OnTheGatesMachine(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.shir, cls.gate, cls.outside = Machine(), Machine(), Machine()
        cable("shir0", "inside0")
        cable("outside0", "world0")
        for namespace, device, addresses in (
                (cls.shir, "shir0", ["10.20.0.21/24", "10.20.0.99/24"]), (cls.gate, "inside0", ["10.20.0.10/24"]),
                (cls.gate, "outside0", ["20.60.0.1/24", "10.40.0.1/24", "10.50.0.1/24"]),
                (cls.outside, "world0", ["20.60.0.10/24", "20.60.0.53/24", "10.40.0.5/24", "10.50.0.5/24"])):
            namespace.take(device, *addresses)
        cls.shir.run("ip", "route", "add", "default", "via", "10.20.0.10", "src", "10.20.0.21")
        cls.outside.run("ip", "route", "add", "default", "via", "20.60.0.1")
        try:
            cls.gate.do(route)
        except OSError as error:
            skip(f"a namespace may not route here: {error}")
        cls.folder = tempfile.TemporaryDirectory(prefix="shirgate-nftables-")
        config = os.path.join(cls.folder.name, "shirgate.toml")
        with open(config, "w", encoding="ascii") as file:
            file.write(CONFIG)
        cls.script = subprocess.run([BINARY, "rules", config, "--format", "nftables"], capture_output=True, check=True,
                                    text=True, timeout=60).stdout
        cls.proxy = cls.gate.listen("10.20.0.10", 3128)
        cls.ssh = cls.gate.listen("10.20.0.10", 22)
        cls.server = {(address, port): cls.outside.listen(address, port)
                      for address, port in (("20.60.0.10", 443), ("20.60.0.10", 8080), ("20.60.0.53", 53),
                                            ("10.40.0.5", 443), ("10.50.0.5", 443))}

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()
        for listener in (cls.proxy, cls.ssh, *cls.server.values()):
            listener.close()

    def setUp(self):
        self.gate.run("nft", "flush", "ruleset")

    def load(self):
        self.gate.run("nft", "-f", "-", input=self.script)

    def reaches(self, namespace, address, port, listener, **options):
        connection = namespace.connect(address, port, **options)
        self.assertNotIsInstance(connection, OSError, f"{address}:{port}: {connection}")
        connection.close()
        listener.accept()[0].close()

    def refused(self, namespace, address, port, listener, **options):
        connection = namespace.connect(address, port, **options)
        self.assertIsInstance(connection, OSError, f"{address}:{port} answers")
        self.assertRaises(BlockingIOError, listener.accept)

    def packets(self, chain):
        """What the counters of the chain have counted together."""
        listed = json.loads(self.gate.run("nft", "-j", "list", "chain", "inet", "shirgate", chain))
        return sum(part["counter"]["packets"] for item in listed["nftables"] if "rule" in item
                   for part in item["rule"]["expr"] if "counter" in part)

    def test_passes_the_check_of_nft(self):
        self.gate.run("nft", "-c", "-f", "-", input=self.script)
        self.assertEqual(self.gate.run("nft", "list", "ruleset"), "")

    def test_shir_reaches_the_gate_and_nothing_else(self):
        world = self.server["20.60.0.10", 443]
        self.reaches(self.shir, "20.60.0.10", 443, world)  # without the script this machine routes
        self.load()
        self.reaches(self.shir, "10.20.0.10", 3128, self.proxy)
        self.refused(self.shir, "10.20.0.10", 22, self.ssh)
        before = self.packets("forward")
        self.refused(self.shir, "20.60.0.10", 443, world)
        self.refused(self.shir, "10.40.0.5", 443, self.server["10.40.0.5", 443])
        self.assertGreaterEqual(self.packets("forward"), before + 2)

    def test_only_clients_reach_the_gate(self):
        self.load()
        self.refused(self.shir, "10.20.0.10", 3128, self.proxy, source="10.20.0.99")
        self.refused(self.outside, "10.20.0.10", 3128, self.proxy)

    def test_an_open_connection_past_the_gate_ends(self):
        connection = self.shir.connect("20.60.0.10", 443)
        accepted, _ = self.server["20.60.0.10", 443].accept()
        accepted.setblocking(False)
        self.load()
        connection.sendall(b"out")
        wait_for(lambda: self.packets("forward") > 0, "the packet in the counter")
        self.assertRaises(BlockingIOError, accepted.recv, 16)
        connection.close()
        accepted.close()

    def test_the_gate_reaches_what_its_rules_need_and_nothing_else(self):
        self.reaches(self.gate, "10.50.0.5", 443, self.server["10.50.0.5", 443])
        self.load()
        for address, port in (("20.60.0.10", 443), ("10.40.0.5", 443), ("20.60.0.53", 53)):
            self.reaches(self.gate, address, port, self.server[address, port])
        for address, port in (("20.60.0.10", 8080), ("10.50.0.5", 443)):
            self.refused(self.gate, address, port, self.server[address, port])

    def test_the_gate_dials_neither_itself_nor_the_platform(self):
        self.load()
        local = self.gate.listen("127.0.0.1", 443)
        self.refused(self.gate, "127.0.0.1", 443, local)
        local.close()
        self.gate.run("ip", "address", "add", "169.254.169.254/32", "dev", "lo")
        metadata = self.gate.listen("169.254.169.254", 443)
        self.refused(self.gate, "169.254.169.254", 443, metadata)
        metadata.close()
        self.gate.run("ip", "address", "del", "169.254.169.254/32", "dev", "lo")

    def test_loads_again_without_doubling_and_goes_without_a_trace(self):
        self.load()
        once = self.gate.run("nft", "-s", "list", "ruleset")
        self.load()
        self.assertEqual(self.gate.run("nft", "-s", "list", "ruleset"), once)
        self.gate.run("nft", "delete", "table", "inet", "shirgate")
        self.assertEqual(self.gate.run("nft", "list", "ruleset"), "")


if __name__ == "__main__":
    in_own_namespaces()
    BINARY = sys.argv.pop(1)
    unittest.main(verbosity=2)
