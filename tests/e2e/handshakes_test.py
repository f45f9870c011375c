#!/usr/bin/env python3
"""The real binary between openssl's client and server, for handshakes that other clients seldom make.

Usage: handshakes_test.py PATH_TO_SHIRGATE. Everything runs on loopback, on ports the kernel gives, and ends with the
test.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

from gate import DEADLINE, Authority, Gate, lab, runtime, wait_for

BINARY = os.path.abspath(sys.argv.pop(1))
HOST = "contosostage.blob.core.windows.net"


class Child:
    """A program that is talked to: its output goes to a file, its input stays open until end()."""

    def __init__(self, path, *command):
        self.path = path
        with open(path, "wb") as output:
            self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=output, stderr=output)

    def says(self, pattern):
        """Waits until its output matches, and gives the match."""
        def matching():
            with open(self.path, encoding="utf-8", errors="replace") as file:
                return re.search(pattern, file.read())
        return wait_for(matching, f"{pattern} in the output of {self.process.args}")

    def write(self, line):
        self.process.stdin.write(line)
        self.process.stdin.flush()

    def end(self):
        """Closes its input, on which openssl's client says goodbye."""
        self.process.stdin.close()
        return self.process.wait(DEADLINE)

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.process.stdin.close()


class Handshakes(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="shirgate-e2e-")
        self.addCleanup(shutil.rmtree, self.folder)
        self.authority = Authority(os.path.join(self.folder, "pki"), [HOST])

    def start(self, name, *command):
        child = Child(os.path.join(self.folder, name), *command)
        self.addCleanup(child.kill)
        return child

    def between(self, *server_options):
        """Starts openssl's server, and a gate that dials it."""
        self.server = self.start("server", "openssl", "s_server", "-accept", "127.0.0.1:0",
                                 "-cert", self.authority.server_certificate, "-key", self.authority.server_key,
                                 *server_options)
        port = self.server.says(r"ACCEPT 127\.0\.0\.1:(\d+)")[1]
        self.gate = Gate(BINARY, os.path.join(self.folder, "gate"), runtime("contosostage") + lab({HOST: port}))
        self.addCleanup(self.gate.stop)

    def connect(self, name, *options):
        return self.start(name, "openssl", "s_client", "-proxy", self.gate.address, "-connect", f"{HOST}:443",
                          "-servername", HOST, "-CAfile", self.authority.certificate, "-verify_return_error", *options)

    def echo(self, *options):
        """A tunnel to a server with -rev, which turns lines round. Gives the client's output."""
        client = self.connect("client", *options)
        client.write(b"through the gate\n")
        client.says("etag eht hguorht")
        self.assertEqual(client.end(), 0)
        with open(client.path, encoding="utf-8", errors="replace") as file:
            return file.read()

    def checked(self, count=1):
        """Ends the gate; its log must hold that many whole tunnels. Gives the last one's `checked`."""
        tunnels = self.gate.tunnels()
        self.assertEqual([sorted(tunnel) for tunnel in tunnels], [["checked", "close", "open"]] * count)
        for tunnel in tunnels:
            self.assertEqual(tunnel["checked"]["tls.client.server_name"], HOST)
            self.assertEqual(len(tunnel["checked"]["tls.client.ja4"]), 36)
            self.assertIn(tunnel["close"]["shirgate.ended_by"], ("client", "upstream"))
        return tunnels[-1]["checked"]

    def test_a_hello_retry_goes_through(self):
        self.between("-rev", "-groups", "P-256")
        output = self.echo("-groups", "X25519:P-256", "-msg")
        self.assertEqual(output.count(", ClientHello"), 2, output)
        self.assertIs(self.checked()["shirgate.tls.hello_retry"], True)

    def test_no_retry_is_recorded_where_there_was_none(self):
        self.between("-rev", "-groups", "P-256")
        output = self.echo("-groups", "P-256", "-msg")
        self.assertEqual(output.count(", ClientHello"), 1, output)
        self.assertNotIn("shirgate.tls.hello_retry", self.checked())

    def test_tls_1_2_shows_the_server_s_certificate(self):
        self.between("-rev")
        self.echo("-tls1_2")
        checked = self.checked()
        self.assertEqual(checked["tls.version"], "TLS1.2")
        self.assertEqual(checked["shirgate.tls.max_version"], "TLS1.2")
        self.assertEqual(checked["tls.server.x509.alternative_names"], HOST)
        self.assertEqual(checked["tls.server.issuer"], f"CN={Authority.SUBJECT}")

    def test_early_data_arrives(self):
        self.between("-early_data")
        session, early = os.path.join(self.folder, "session"), os.path.join(self.folder, "early")
        with open(early, "w", encoding="ascii") as file:
            file.write("said before the handshake was over\n")
        first = self.connect("first", "-sess_out", session)
        wait_for(lambda: os.path.exists(session) and os.path.getsize(session), "a session to resume")
        self.assertEqual(first.end(), 0)
        second = self.connect("second", "-sess_in", session, "-early_data", early)
        second.says("Early data was accepted")
        self.server.says("said before the handshake was over")
        self.assertEqual(second.end(), 0)
        self.assertNotIn("shirgate.tls.hello_retry", self.checked(2))


if __name__ == "__main__":
    unittest.main(verbosity=2)
