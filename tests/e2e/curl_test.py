#!/usr/bin/env python3
"""The real binary between real curl and a TLS server: what a user would try first.

Usage: curl_test.py PATH_TO_SHIRGATE. Everything runs on loopback, on ports the kernel gives, and ends with the test.
"""

import hashlib
import http.server
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import unittest

from gate import DEADLINE, Authority, Gate, lab, runtime, wait_for

BINARY = sys.argv.pop(1)
GIB = 1 << 30
BLOCK = hashlib.sha256(b"shirgate").digest() * 32768  # 1 MiB that does not compress to nothing
CONTROL = "contoso-prod.westeurope.datafactory.azure.net"
STAGING = "contosostage.blob.core.windows.net"
KILLED = "contosokilled.blob.core.windows.net"  # has one tunnel only, so that its events can be told from others


class Storage(http.server.BaseHTTPRequestHandler):
    """GET /gib sends one GiB, PUT answers with the SHA-256 of what came."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", str(GIB))
        self.end_headers()
        for _ in range(GIB // len(BLOCK)):
            self.wfile.write(BLOCK)

    def do_PUT(self):
        left = int(self.headers["Content-Length"])
        digest = hashlib.sha256()
        while left:
            piece = self.rfile.read(min(left, 1 << 20))
            digest.update(piece)
            left -= len(piece)
        body = digest.hexdigest().encode()
        self.send_response(201)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


class CountingSink:
    """Takes connections and counts what reaches it."""

    def __init__(self):
        self.connections = 0
        self.bytes = 0
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        while True:
            try:
                peer, _ = self.socket.accept()
            except OSError:
                return
            self.connections += 1
            while True:
                try:
                    piece = peer.recv(65536)
                except OSError:
                    break
                if not piece:
                    break
                self.bytes += len(piece)
            peer.close()


class ThroughTheGate(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="shirgate-e2e-")
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        cls.authority = Authority(os.path.join(cls.folder, "pki"), [CONTROL, STAGING, KILLED])
        cls.server = cls.authority.serve_https(Storage)
        cls.addClassCleanup(cls.server.server_close)
        cls.addClassCleanup(cls.server.shutdown)
        cls.sink = CountingSink()
        ports = {STAGING: cls.server.server_port, KILLED: cls.server.server_port, CONTROL: cls.sink.port}
        configuration = runtime("contosostage", "contosokilled") + lab(ports)
        cls.gate = Gate(BINARY, os.path.join(cls.folder, "gate"), configuration)
        cls.addClassCleanup(cls.gate.stop)
        cls.command = ["curl", "-sS", "-x", cls.gate.proxy, "--cacert", cls.authority.certificate]

    def curl(self, *arguments, **options):
        return subprocess.run([*self.command, "--max-time", str(DEADLINE), *arguments],
                              capture_output=True, check=False, **options)

    def logged(self, **fields):
        def matching():
            return [e for e in self.gate.events() if all(e.get(key) == value for key, value in fields.items())]
        return wait_for(matching, f"an event with {fields}")

    def closed(self, matches):
        return wait_for(lambda: [event for event in self.gate.events("close") if matches(event)], "a close event")

    def test_downloads_a_gibibyte_unharmed(self):
        curl = subprocess.Popen([*self.command, f"https://{STAGING}/gib"], stdout=subprocess.PIPE)
        digest, size = hashlib.sha256(), 0
        while piece := curl.stdout.read(1 << 20):
            digest.update(piece)
            size += len(piece)
        curl.stdout.close()
        self.assertEqual(curl.wait(DEADLINE), 0)
        expected = hashlib.sha256()
        for _ in range(GIB // len(BLOCK)):
            expected.update(BLOCK)
        self.assertEqual((size, digest.hexdigest()), (GIB, expected.hexdigest()))
        close, = self.closed(lambda event: event["destination.bytes"] > GIB)
        self.assertEqual(close["shirgate.relay"], "splice")
        self.assertLess(0, close["shirgate.time.first_byte"])
        self.assertLess(close["shirgate.time.first_byte"] * 1000, close["event.duration"])

    def test_uploads_a_gibibyte_unharmed(self):
        path = os.path.join(self.folder, "gib")
        digest = hashlib.sha256()
        with open(path, "wb") as file:
            for _ in range(GIB // len(BLOCK)):
                file.write(BLOCK)
                digest.update(BLOCK)
        result = self.curl("-T", path, f"https://{STAGING}/block")
        os.remove(path)
        self.assertEqual(result.stdout.decode(), digest.hexdigest(), result.stderr)
        self.assertEqual(self.closed(lambda event: event["source.bytes"] > GIB)[0]["shirgate.relay"], "splice")

    def test_copies_what_is_small(self):
        self.assertEqual(self.curl("-T", __file__, f"https://{STAGING}/block").returncode, 0)
        close = self.closed(lambda event: 0 < event["source.bytes"] + event["destination.bytes"] < 1 << 20
                            and "shirgate.relay" in event)[0]
        self.assertEqual(close["shirgate.relay"], "copy")
        opened, = (event for event in self.gate.events("open") if event["shirgate.tunnel"] == close["shirgate.tunnel"])
        self.assertEqual(opened["shirgate.address_class"], "public")

    def test_tells_curl_why_an_unlisted_host_is_refused(self):
        result = self.curl("-v", "https://pypi.example/")
        self.assertEqual(result.returncode, 56)
        self.assertIn(b"HTTP/1.1 403 Forbidden", result.stderr)
        self.assertIn(b'details="host_not_listed"', result.stderr)
        self.logged(**{"event.action": "denied", "shirgate.reason": "host_not_listed",
                       "destination.domain": "pypi.example"})

    def test_cuts_a_tunnel_whose_server_name_is_not_the_connect_host(self):
        result = self.curl("--connect-to", f"{STAGING}:443:{CONTROL}:443", f"https://{STAGING}/")
        self.assertEqual(result.returncode, 35)
        self.assertIn(b"unrecognized name", result.stderr)
        event = self.logged(**{"event.action": "close", "shirgate.reason": "sni_mismatch"})[-1]
        self.assertEqual(event["tls.client.server_name"], STAGING)
        self.assertEqual(event["source.bytes"], 0)
        self.assertEqual(self.sink.bytes, 0, "not one byte may reach the endpoint")
        self.assertGreaterEqual(self.sink.connections, 1)

    def count(self, action):
        return len(self.gate.events(action))

    def test_outlives_a_client_that_is_killed(self):
        curl = subprocess.Popen([*self.command, "--limit-rate", "1M", "-o", os.devnull, f"https://{KILLED}/gib"],
                                stderr=subprocess.DEVNULL)
        self.logged(**{"event.action": "checked", "destination.domain": KILLED})
        curl.kill()
        curl.wait()
        self.logged(**{"event.action": "close", "destination.domain": KILLED})
        self.assertEqual(self.curl("-T", self.authority.certificate, f"https://{STAGING}/again").returncode, 0)

    def test_reports_what_happened(self):
        self.curl("https://telemetry.vendor.example/")
        self.logged(**{"event.action": "denied", "destination.domain": "telemetry.vendor.example"})
        result = subprocess.run([BINARY, "report", "--json", self.gate.audit], capture_output=True, check=True)
        report = json.loads(result.stdout)
        self.assertIn("telemetry.vendor.example:443", [row["target"] for row in report["refused"]])

    def answer(self, *arguments, code=0):
        result = subprocess.run([BINARY, *arguments, "--json"], capture_output=True, check=False)
        self.assertEqual(result.returncode, code, result.stderr)
        return json.loads(result.stdout)

    def test_answers_in_json_with_documented_exit_codes(self):
        self.assertTrue(self.answer("check", self.gate.config)["valid"])
        hosts = {rule["host"]: rule["channel"] for rule in self.answer("rules", self.gate.config)["rules"]}
        self.assertEqual(hosts[CONTROL], "control")
        self.assertTrue(self.answer("explain", f"{STAGING}:443", "--config", self.gate.config)["allowed"])
        denied = self.answer("explain", "evil.example:443", "--config", self.gate.config, code=1)
        self.assertEqual(denied["reason"], "host_not_listed")
        self.assertIn("[[allow]]", denied["add"])
        self.assertIn(self.gate.proxy, self.answer("shir-config", "--proxy", self.gate.proxy)["xml"])
        for arguments in (["explain", "evil.example", "--config", self.gate.config], ["check", "/nowhere.toml"],
                          ["shir-config", "--proxy", "gate"], ["report", self.folder], ["nonsense"]):
            result = subprocess.run([BINARY, *arguments], capture_output=True, check=False)
            self.assertEqual(result.returncode, 2, arguments)
            self.assertTrue(result.stderr, arguments)

    def test_keeps_the_configuration_when_a_reload_is_bad(self):
        with open(self.gate.config, encoding="ascii") as file:
            good = file.read()
        with open(self.gate.config, "a", encoding="ascii") as file:
            file.write("[nonsense]\n")
        self.gate.process.send_signal(signal.SIGHUP)
        self.assertEqual(self.curl("-T", self.authority.certificate, f"https://{STAGING}/x").returncode, 0)
        policies = self.count("policy")
        with open(self.gate.config, "w", encoding="ascii") as file:
            file.write(good.replace('"contosokilled"]', '"contosokilled", "another1"]'))
        self.gate.process.send_signal(signal.SIGHUP)
        wait_for(lambda: self.count("policy") > policies, "the new policy")
        self.assertEqual(self.curl("-T", self.authority.certificate, f"https://{STAGING}/x").returncode, 0)


if __name__ == "__main__":
    unittest.main(verbosity=2)
