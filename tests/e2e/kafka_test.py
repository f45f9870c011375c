#!/usr/bin/env python3
"""Three gates that ship their logs into one Kafka topic; one of them is killed and started again.

Usage: kafka_test.py PATH_TO_SHIRGATE PATH_TO_KAFKA_CLUSTER. Everything runs on loopback, on ports the kernel gives, and
ends with the test. The cluster is librdkafka's own pretence.
"""

import http.server
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import unittest

from gate import DEADLINE, Authority, Gate, lab, run, runtime, wait_for

CLUSTER = sys.argv.pop(2)
BINARY = sys.argv.pop(1)
STAGING = "contosostage.blob.core.windows.net"


class Hello(http.server.BaseHTTPRequestHandler):
    def log_message(self, *args):
        pass

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", "5")
        self.end_headers()
        self.wfile.write(b"hello")


class Cluster:
    def __init__(self, folder):
        self.output = os.path.join(folder, "messages")
        self.process = subprocess.Popen([CLUSTER, self.output], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.brokers = self.process.stdout.readline().strip()

    def stop(self):
        self.process.communicate(timeout=DEADLINE)

    def lines(self):
        """{gate: {seq: line}}, and how many messages that took. Each line reads the same whenever it comes."""
        found, count = {}, 0
        if not os.path.exists(self.output):
            return found, count
        with open(self.output, encoding="ascii") as file:
            for text in file:
                if not text.endswith("\n"):
                    break
                _, key, line = text[:-1].split(" ", 2)
                event = json.loads(line)
                assert event["shirgate.gate"] == key, text
                known = found.setdefault(key, {}).setdefault(event["shirgate.seq"], line)
                assert known == line, f"{known} and {line}"
                count += 1
        return found, count


class ThreeGates(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="shirgate-kafka-")
        self.addCleanup(shutil.rmtree, self.folder)
        self.authority = Authority(os.path.join(self.folder, "tls"), [STAGING])
        self.origin = self.authority.serve_https(Hello)
        self.addCleanup(self.origin.shutdown)
        self.cluster = Cluster(self.folder)
        self.addCleanup(self.cluster.stop)
        brokers = ", ".join(f'"{broker}"' for broker in self.cluster.brokers.split(","))
        sink = f'[[sink]]\nname = "hub"\nkind = "kafka"\nbrokers = [{brokers}]\ntopic = "audit"\n'
        self.gates = []
        for index in range(3):
            gate = Gate(BINARY, os.path.join(self.folder, f"gate{index}"),
                        runtime("contosostage") + lab({STAGING: self.origin.server_address[1]}) + sink)
            self.addCleanup(gate.stop)
            self.gates.append(gate)

    def ask(self, gate):
        """True where a tunnel was opened: the client heard 200."""
        asked = run(["curl", "--silent", "--proxy", gate.proxy, "--cacert", self.authority.certificate, "--max-time", "30",
                     "--write-out", "%{http_connect}", "--output", os.devnull, f"https://{STAGING}/"])
        return asked.stdout == "200"

    def test_no_accepted_tunnel_is_missing_from_the_merged_log(self):
        accepted = [0, 0, 0]
        going_on = threading.Event()
        going_on.set()

        def use(index):
            while going_on.is_set():
                accepted[index] += self.ask(self.gates[index])

        users = [threading.Thread(target=use, args=(index,)) for index in (0, 1, 2, 2)]
        for user in users:
            user.start()
        try:
            wait_for(lambda: min(accepted) > 15 and self.cluster.lines()[1] > 200, "the first tunnels")
            self.gates[2].kill()
            before = accepted[2]
            self.gates[2].start()
            wait_for(lambda: accepted[2] > before + 15, "tunnels after the restart")
        finally:
            going_on.clear()
            for user in users:
                user.join()
        for gate in self.gates:
            gate.stop()
        wait_for(lambda: sum(map(len, self.cluster.lines()[0].values())) == sum(len(gate.lines()) for gate in self.gates),
                 "the last lines")
        merged, _ = self.cluster.lines()
        self.assertEqual(len(merged), 3)
        for gate, count in zip(self.gates, accepted):
            lines = gate.lines()
            arrived = merged[json.loads(lines[0])["shirgate.gate"]]
            self.assertEqual([arrived[seq] for seq in sorted(arrived)], lines)
            events = [json.loads(line) for line in lines]
            opened = [event["shirgate.tunnel"] for event in events if event["event.action"] == "open"]
            ended = [event["shirgate.tunnel"] for event in events if event["event.action"] in ("close", "torn")]
            self.assertEqual(sorted(opened), sorted(ended))
            # Some may have been confirmed to a client that did not come to count them any more.
            self.assertGreaterEqual(len(opened), count)


if __name__ == "__main__":
    unittest.main(verbosity=2)
