#!/usr/bin/env python3
"""The real binary between @azure/service-bus, which speaks AMQP in a WebSocket, and a pretend Service Bus: a tunnel
that is quiet for longer than others may be.

Usage: azure_service_bus_test.py PATH_TO_SHIRGATE. Everything runs on loopback, on ports the kernel gives, and ends with
the test.
"""

import os
import shutil
import socket
import ssl
import sys
import tempfile
import unittest

from azure_clients import Beside, environment, program
from gate import DEADLINE, Authority, Gate, lab, wait_for

BINARY = os.path.abspath(sys.argv.pop(1))
NAMESPACE = "contoso-relay.servicebus.windows.net"
STORAGE = "contosostage.blob.core.windows.net"
IDLE_SECONDS = 5  # the least there is

RUNTIME = """
[[runtime]]
name = "contoso-prod"
clients = ["127.0.0.1"]
factory = "contoso-prod"
region = "westeurope"
staging_accounts = ["contosostage"]
"""
AS_RELAY = f"""
interactive_authoring = "relay"
relay_hosts = ["{NAMESPACE}"]
"""
AS_ANYTHING = f"""
interactive_authoring = "off"
[[allow]]
runtime = "contoso-prod"
channel = "jobs"
hosts = ["{NAMESPACE}"]
ports = [443]
"""


class Jobs(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="shirgate-e2e-bus-")
        self.addCleanup(shutil.rmtree, self.folder)
        self.authority = Authority(os.path.join(self.folder, "pki"), [NAMESPACE, STORAGE])
        self.environment = environment(self.folder, self.authority)
        self.bus = self.beside("bus", *program("pretend_service_bus.js"), self.authority.server_certificate,
                               self.authority.server_key)
        self.port = self.bus.wait_until_it_says(r"listens on (\d+)")[1]

    def beside(self, name, *command):
        beside = Beside(self.folder, name, command, self.environment)
        self.addCleanup(beside.stop)
        return beside

    def start(self, configuration):
        """The gate, and the client that is ready for its first job."""
        # The witness leads to the same port: it stays silent, so that any TLS will do.
        self.gate = Gate(BINARY, os.path.join(self.folder, "gate"),
                         RUNTIME + configuration + lab({NAMESPACE: self.port, STORAGE: self.port}),
                         keys=f"idle_timeout = {IDLE_SECONDS}\n")
        self.addCleanup(self.gate.stop)
        self.environment["HTTPS_PROXY"] = self.gate.proxy
        self.client = self.beside("client", *program("service_bus_jobs.js"), NAMESPACE)
        self.client.wait_until_it_says("^ready$")

    def do(self, job):
        self.client.tell(job)
        self.client.wait_until_it_says(f"^did {job}$")

    def wait_for_another_tunnel_to_be_cut(self):
        """A tunnel that begins now and stays silent tells when the idle time is over for those already silent."""
        host, port = self.gate.address.split(":")
        with socket.create_connection((host, int(port)), DEADLINE) as connection:
            connection.sendall(f"CONNECT {STORAGE}:443 HTTP/1.1\r\nHost: {STORAGE}:443\r\n\r\n".encode())
            self.assertTrue(connection.recv(4096).startswith(b"HTTP/1.1 200 "))
            context = ssl.create_default_context(cafile=self.authority.certificate)
            with context.wrap_socket(connection, server_hostname=STORAGE):
                [cut] = wait_for(lambda: self.closed(STORAGE), "the end of the witness")
        self.assertEqual((cut["shirgate.reason"], cut["shirgate.ended_by"]), ("idle_timeout", "gate"))

    def closed(self, host):
        return [event for event in self.gate.events("close") if event["destination.domain"] == host]

    def end(self):
        """Ends the client and the gate. The tunnels to the bus, in their order."""
        self.assertEqual(self.client.wait(), 0, self.client.said())
        tunnels = [tunnel for tunnel in self.gate.tunnels() if tunnel["open"]["destination.domain"] == NAMESPACE]
        self.assertEqual(self.gate.events("denied") + self.gate.events("failed"), [])
        for tunnel in tunnels:
            self.assertEqual(sorted(tunnel), ["checked", "close", "open"])
            self.assertEqual(tunnel["checked"]["tls.client.server_name"], NAMESPACE)
        said = self.bus.said()
        self.assertEqual(said.count("websocket /$servicebus/websocket "), len(tunnels), said)
        for job in ("first", "second"):
            self.assertEqual(said.count(f"message {job} to jobs"), 1, said)
        return tunnels

    def test_on_the_relay_channel_a_quiet_tunnel_lives(self):
        self.start(AS_RELAY)
        self.do("first")
        self.wait_for_another_tunnel_to_be_cut()
        self.assertEqual(self.closed(NAMESPACE), [])
        self.do("second")
        [tunnel] = self.end()
        for event in tunnel.values():
            self.assertEqual(event["shirgate.channel"], "relay")
        self.assertIn(tunnel["close"]["shirgate.reason"], ("client_closed", "upstream_closed"))
        self.assertGreater(tunnel["close"]["event.duration"], IDLE_SECONDS * 10**9)

    def test_elsewhere_it_is_cut_and_the_client_connects_again(self):
        self.start(AS_ANYTHING)
        self.do("first")
        [cut] = wait_for(lambda: self.closed(NAMESPACE), "the end of the quiet tunnel")
        self.do("second")
        first, second = self.end()
        self.assertEqual(cut, first["close"])
        self.assertEqual((cut["shirgate.reason"], cut["shirgate.ended_by"]), ("idle_timeout", "gate"))
        self.assertIn(second["close"]["shirgate.reason"], ("client_closed", "upstream_closed"))
        for tunnel in (first, second):
            for event in tunnel.values():
                self.assertEqual(event["shirgate.channel"], "jobs")


if __name__ == "__main__":
    unittest.main(verbosity=2)
