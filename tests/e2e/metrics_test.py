#!/usr/bin/env python3
"""The gate's metrics as the real node_exporter serves them.

Usage: metrics_test.py PATH_TO_SHIRGATE. Everything runs on loopback, on ports the kernel gives, and ends with the test.
"""

import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import unittest

from gate import DEADLINE, Gate, free_port, lab, run, runtime, wait_for

BINARY = sys.argv.pop(1)
STAGING = "contosostage.blob.core.windows.net"
EXPORTER = shutil.which("prometheus-node-exporter", path=os.environ["PATH"] + ":/usr/sbin")


class Exporter:
    """Serves what lies in a folder, and what it thinks of it."""

    def __init__(self, folder):
        self.url = f"127.0.0.1:{free_port()}"
        self.process = subprocess.Popen(
            [EXPORTER, "--collector.disable-defaults", "--collector.textfile",
             f"--collector.textfile.directory={folder}", f"--web.listen-address={self.url}"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_for(lambda: self.scrape() is not None, "node_exporter")

    def scrape(self):
        """Series and their values, without the exporter's own; nothing while it does not answer."""
        answer = run(["curl", "--silent", "--noproxy", "*", "--max-time", "10", f"http://{self.url}/metrics"])
        if answer.returncode != 0:
            return None
        lines = [line.rsplit(" ", 1) for line in answer.stdout.splitlines() if not line.startswith("#")]
        return {name: float(value) for name, value in lines if re.match("shirgate|node_textfile|fake", name)}

    def stop(self):
        self.process.kill()
        self.process.wait(DEADLINE)


class Metrics(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="shirgate-metrics-")
        self.addCleanup(shutil.rmtree, self.folder)
        self.textfiles = os.path.join(self.folder, "textfiles")
        os.makedirs(self.textfiles)
        self.upstream = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(self.upstream.close)
        self.file = os.path.join(self.textfiles, "shirgate.prom")
        sink = f'[[sink]]\nname = "siem"\nkind = "syslog"\naddress = "127.0.0.1:{free_port()}"\n'
        self.gate = Gate(BINARY, os.path.join(self.folder, "gate"),
                         f'[metrics]\nfile = "{self.file}"\ninterval = 1\n'
                         + runtime("contosostage") + lab({STAGING: self.upstream.getsockname()[1]}) + sink,
                         keys="hello_timeout = 60\n")
        self.addCleanup(self.gate.stop)
        self.exporter = Exporter(self.textfiles)
        self.addCleanup(self.exporter.stop)

    def connect(self, target):
        """The open connection, and what was answered."""
        host, port = self.gate.address.rsplit(":", 1)
        client = socket.create_connection((host, int(port)), timeout=DEADLINE)
        self.addCleanup(client.close)
        client.sendall(f"CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n\r\n".encode())
        return client, client.recv(4096)

    def refused(self, target):
        client, answer = self.connect(target)
        client.close()
        return answer

    def test_are_served(self):
        before = self.exporter.scrape()
        self.assertEqual(before["node_textfile_scrape_error"], 0)
        self.assertEqual(before["shirgate_opened_total"], 0)
        self.assertEqual(before["shirgate_audit_healthy"], 1)
        self.assertIn(b" 200 ", self.connect(STAGING + ":443")[1])
        for index in range(30):
            self.assertIn(b" 403 ", self.refused(f"h{index}.example:443"))
        self.assertIn(b" 400 ", self.refused('a"} 1\nfake_metric 2:443'))

        def after():
            series = self.exporter.scrape()
            all_told = series['shirgate_ended_total{reason="host_not_listed"}'] == 30
            return series if all_told and series["shirgate_connections"] == 1 else None
        series = wait_for(after, "the refusals")
        self.assertEqual(series["node_textfile_scrape_error"], 0)
        self.assertEqual(series["shirgate_opened_total"], 1)
        self.assertEqual(series['shirgate_sink_connected{sink="siem"}'], 0)
        self.assertGreater(series['shirgate_sink_lag_lines{sink="siem"}'], 30)
        self.assertEqual(set(series), set(before), "no series for a host")

    def test_go_with_the_gate(self):
        self.assertIn("shirgate_opened_total", self.exporter.scrape())
        self.gate.stop()
        self.assertFalse(os.path.exists(self.file))
        self.assertNotIn("shirgate_opened_total", self.exporter.scrape())


if __name__ == "__main__":
    if EXPORTER is None:
        print("needs prometheus-node-exporter; ./dev deps installs it")
        sys.exit(77)
    unittest.main(verbosity=2)
