#!/usr/bin/env python3
"""A gate that crashes with tunnels open, and what the log says once it runs again.

Usage: crash_test.py PATH_TO_SHIRGATE. Everything runs on loopback, on ports the kernel gives, and ends with the test.
"""

import os
import shutil
import signal
import socket
import sys
import tempfile
import unittest

from gate import DEADLINE, Gate, lab, run, runtime, wait_for

BINARY = sys.argv.pop(1)
STAGING = "contosostage.blob.core.windows.net"


class Crash(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="shirgate-crash-")
        self.addCleanup(shutil.rmtree, self.folder)
        self.upstream = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(self.upstream.close)
        self.gate = Gate(BINARY, os.path.join(self.folder, "gate"),
                         runtime("contosostage") + lab({STAGING: self.upstream.getsockname()[1]}))
        self.addCleanup(self.gate.stop)

    def open_tunnel(self):
        host, port = self.gate.address.rsplit(":", 1)
        client = socket.create_connection((host, int(port)), timeout=DEADLINE)
        self.addCleanup(client.close)
        client.sendall(f"CONNECT {STAGING}:443 HTTP/1.1\r\nHost: {STAGING}:443\r\n\r\n".encode())
        self.assertIn(b" 200 ", client.recv(4096))

    # AUD-019
    def test_is_visible_in_the_log(self):
        for _ in range(3):
            self.open_tunnel()
        opened = {event["shirgate.tunnel"] for event in
                  wait_for(lambda: len(self.gate.events("open")) == 3 and self.gate.events("open"), "the openings")}
        self.gate.process.send_signal(signal.SIGSEGV)
        self.gate.process.wait(DEADLINE)
        before = len(self.gate.lines())
        self.gate.start()
        torn = self.gate.events("torn")
        self.assertEqual({event["shirgate.tunnel"] for event in torn}, opened)
        self.assertEqual({event["destination.domain"] for event in torn}, {STAGING})
        self.assertGreater(torn[0]["shirgate.seq"], before)
        self.gate.stop()
        verified = run([BINARY, "verify", self.gate.audit])
        self.assertEqual(verified.returncode, 0, verified.stdout + verified.stderr)
        self.assertIn("3 torn", verified.stdout)


if __name__ == "__main__":
    unittest.main(verbosity=2)
