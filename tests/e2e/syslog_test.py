#!/usr/bin/env python3
"""The audit log on its way to a real rsyslogd, over UDP, TCP and TLS, which is killed in the middle.

Usage: syslog_test.py PATH_TO_SHIRGATE. Everything runs on loopback, on ports the kernel gives, and ends with the test.
"""

import http.server
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import unittest

from gate import DEADLINE, Authority, Gate, free_port, lab, run, runtime, wait_for

BINARY = sys.argv.pop(1)
STAGING = "contosostage.blob.core.windows.net"
MESSAGE = re.compile(r'<(\d+)>1 (\S+) (\S+) shirgate (\d+) (\S+) \[shirgate@32473 gate="([0-9a-f]{16})" seq="(\d+)"\] (.*)')


class Hello(http.server.BaseHTTPRequestHandler):
    def log_message(self, *args):
        pass

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", "5")
        self.end_headers()
        self.wfile.write(b"hello")


class Rsyslog:
    """Writes down whatever arrives, as it came. Can be killed, and started again on its port."""

    INPUTS = {
        "udp": 'module(load="imudp")\ninput(type="imudp" address="127.0.0.1" port="{port}" ruleset="out")\n',
        "tcp": 'module(load="imtcp")\ninput(type="imtcp" address="127.0.0.1" port="{port}" ruleset="out")\n',
        # It lets in only whoever shows a certificate of the same authority.
        "tls": 'module(load="imtcp" StreamDriver.Name="gtls" StreamDriver.Mode="1" '
               'StreamDriver.AuthMode="x509/certvalid")\n'
               'input(type="imtcp" address="127.0.0.1" port="{port}" ruleset="out")\n',
    }

    def __init__(self, folder, transport, authority):
        os.makedirs(os.path.join(folder, "work"))
        self.folder = folder
        self.port = free_port(socket.SOCK_DGRAM if transport == "udp" else socket.SOCK_STREAM)
        self.output = os.path.join(folder, "messages")
        self.config = os.path.join(folder, "rsyslog.conf")
        tls = "" if transport != "tls" else (
            f' defaultNetstreamDriver="gtls" defaultNetstreamDriverCAFile="{authority.certificate}"'
            f' defaultNetstreamDriverCertFile="{authority.server_certificate}"'
            f' defaultNetstreamDriverKeyFile="{authority.server_key}"')
        with open(self.config, "w", encoding="ascii") as file:
            file.write(f'global(workDirectory="{folder}/work" maxMessageSize="64k"{tls})\n'
                       'template(name="whole" type="string" string="%rawmsg%\\n")\n'
                       f'ruleset(name="out") {{\n  action(type="omfile" file="{self.output}" template="whole")\n}}\n'
                       + self.INPUTS[transport].format(port=self.port))
        self.process = None
        self.start()

    def start(self):
        log = open(os.path.join(self.folder, "log"), "a", encoding="utf-8")
        with log:
            self.process = subprocess.Popen(
                ["rsyslogd", "-n", "-f", self.config, "-i", os.path.join(self.folder, "pid")], stderr=log, stdout=log)

    def kill(self):
        self.process.kill()
        self.process.wait()
        pid = os.path.join(self.folder, "pid")
        if os.path.exists(pid):
            os.remove(pid)

    def hears_datagrams(self):
        """Nobody would hear of what is sent before it listens."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.connect(("127.0.0.1", self.port))
            try:
                probe.send(b"<14>1 - - probe - - - hello")
            except ConnectionRefusedError:
                pass
        return self.messages()

    def listens(self):
        """A gate that has little to do would be gone again before a slow rsyslogd is there."""
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def messages(self):
        if not os.path.exists(self.output):
            return []
        with open(self.output, encoding="ascii") as file:
            return [line[:-1] for line in file if line.endswith("\n")]


def tunnel_to(gate, host):
    """A tunnel that is open and does nothing."""
    client = socket.create_connection(gate.address.rsplit(":", 1), timeout=DEADLINE)
    client.sendall(f"CONNECT {host}:443 HTTP/1.1\r\nHost: {host}:443\r\n\r\n".encode())
    assert b" 200 " in client.recv(4096)
    return client


class ToRsyslog(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="shirgate-syslog-")
        cls.authority = Authority(os.path.join(cls.folder, "tls"), [STAGING, "siem.lab"])
        cls.origin = cls.authority.serve_https(Hello)

    @classmethod
    def tearDownClass(cls):
        cls.origin.shutdown()
        shutil.rmtree(cls.folder)

    def start(self, transport, more=""):
        folder = os.path.join(self.folder, self._testMethodName)
        rsyslog = Rsyslog(os.path.join(folder, "rsyslog"), transport, self.authority)
        self.addCleanup(rsyslog.kill)
        tls = "" if transport != "tls" else (
            f'tls_name = "siem.lab"\ntls_ca = "{self.authority.certificate}"\n'
            f'tls_certificate = "{self.authority.server_certificate}"\ntls_key = "{self.authority.server_key}"\n')
        sink = (f'[[sink]]\nname = "siem"\nkind = "syslog"\naddress = "127.0.0.1:{rsyslog.port}"\n'
                f'transport = "{transport}"\n{tls}{more}')
        wait_for(rsyslog.hears_datagrams if transport == "udp" else rsyslog.listens, "rsyslogd")
        gate = Gate(BINARY, os.path.join(folder, "gate"),
                    runtime("contosostage") + lab({STAGING: self.origin.server_address[1]}) + sink)
        self.addCleanup(gate.stop)
        return rsyslog, gate

    def ask(self, gate, host=STAGING):
        return run(["curl", "--silent", "--show-error", "--proxy", gate.proxy, "--cacert", self.authority.certificate,
                    "--max-time", "30", f"https://{host}/"])

    def use(self, gate, rounds):
        for index in range(rounds):
            self.assertEqual(self.ask(gate).stdout, "hello")
            self.assertNotEqual(self.ask(gate, f"stranger{index}.example").returncode, 0)

    def expect_all(self, gate, rsyslog, once=True):
        """Every line of the log arrived, equal to the byte, and says in its header what it is."""
        lines = gate.lines()
        wait_for(lambda: len({MESSAGE.fullmatch(text).group(7) for text in rsyslog.messages() if "shirgate@" in text})
                 == len(lines), "the last lines")
        arrived = {}
        for text in rsyslog.messages():
            if "shirgate@" not in text:
                continue
            priority, time, _, _, action, gate_id, seq, line = MESSAGE.fullmatch(text).groups()
            event = json.loads(line)
            self.assertEqual(time, event["@timestamp"])
            self.assertEqual(action, event["event.action"])
            self.assertEqual(gate_id, event["shirgate.gate"])
            self.assertEqual(int(seq), event["shirgate.seq"])
            self.assertEqual(int(priority), 16 * 8 + (4 if action in ("denied", "failed") else 6))
            self.assertEqual(arrived.setdefault(event["shirgate.seq"], line), line)
        self.assertEqual([arrived[seq] for seq in sorted(arrived)], lines)
        actions = {json.loads(line)["event.action"] for line in lines}
        self.assertLessEqual({"start", "open", "close", "denied", "stop"}, actions)
        if once:
            self.assertEqual(sum("shirgate@" in text for text in rsyslog.messages()), len(lines))

    def test_every_line_arrives_over_udp(self):
        rsyslog, gate = self.start("udp")
        self.use(gate, 10)
        gate.stop()
        self.expect_all(gate, rsyslog)

    def test_every_line_arrives_over_tcp(self):
        rsyslog, gate = self.start("tcp")
        self.use(gate, 10)
        gate.stop()
        self.expect_all(gate, rsyslog)

    def test_every_line_arrives_over_tls(self):
        rsyslog, gate = self.start("tls")
        self.use(gate, 10)
        gate.stop()
        self.expect_all(gate, rsyslog)

    def test_squid_lines_arrive_as_an_analyser_reads_them(self):
        rsyslog, gate = self.start("tcp", 'format = "squid"\n')
        self.use(gate, 10)
        gate.stop()
        whole = run([BINARY, "report", "--format", "squid", gate.audit]).stdout.splitlines()
        self.assertEqual(sum("TCP_TUNNEL/200" in line for line in whole), 10)
        self.assertEqual(sum("TCP_DENIED/403" in line for line in whole), 10)

        def arrived():
            return [MESSAGE.fullmatch(text).group(8) for text in rsyslog.messages() if "shirgate@" in text]
        wait_for(lambda: len(arrived()) >= len(whole), "the last lines")
        self.assertEqual(arrived(), whole)

    def kill_in_the_middle(self, transport, kill):
        rsyslog, gate = self.start(transport)
        self.use(gate, 5)
        wait_for(rsyslog.messages, "the first lines")
        mishaps = []  # what is raised in a thread fails nothing by itself

        def use():
            try:
                self.use(gate, 25)
            except BaseException as mishap:
                mishaps.append(mishap)
        users = [threading.Thread(target=use) for _ in range(2)]
        for user in users:
            user.start()
        seen = len(rsyslog.messages())
        wait_for(lambda: len(rsyslog.messages()) > seen + 20, "more lines")
        kill(rsyslog)
        wait_for(lambda: len(gate.events()) > seen + 100, "lines while nobody listens")
        rsyslog.start()
        for user in users:
            user.join()
        if mishaps:
            raise mishaps[0]
        wait_for(lambda: len(rsyslog.messages()) > seen + 150, "lines again")
        gate.stop()
        self.expect_all(gate, rsyslog, once=False)

    def test_nothing_is_missing_after_a_kill_over_tcp(self):
        self.kill_in_the_middle("tcp", Rsyslog.kill)

    def test_nothing_is_missing_after_a_kill_over_tls(self):
        self.kill_in_the_middle("tls", Rsyslog.kill)

    def test_nothing_is_missing_after_an_orderly_restart_over_tcp(self):
        def stop(rsyslog):
            rsyslog.process.send_signal(signal.SIGTERM)
            rsyslog.process.wait()
        self.kill_in_the_middle("tcp", stop)

    # AUD-008
    def test_a_required_receiver_that_hangs_holds_up_new_tunnels_and_loses_nothing(self):
        rsyslog, gate = self.start("tcp", "required = true\nmax_backlog = 40\n")
        held = tunnel_to(gate, STAGING)
        self.addCleanup(held.close)
        rsyslog.process.send_signal(signal.SIGSTOP)
        wait_for(lambda: "503" in self.ask(gate).stderr, "a refusal")
        wait_for(lambda: "audit_unavailable" in [event.get("shirgate.reason") for event in gate.events()], "its record")
        rsyslog.process.send_signal(signal.SIGCONT)
        wait_for(lambda: self.ask(gate).stdout == "hello", "tunnels again")
        held.close()
        gate.stop()
        self.expect_all(gate, rsyslog, once=False)

    def test_nothing_is_missing_after_the_gate_is_killed(self):
        rsyslog, gate = self.start("tcp")
        self.use(gate, 5)
        gate.kill()
        gate.start()
        self.use(gate, 5)
        gate.stop()
        self.expect_all(gate, rsyslog, once=False)


if __name__ == "__main__":
    if not shutil.which("rsyslogd"):
        print("needs rsyslogd; ./dev deps installs it")
        sys.exit(77)
    unittest.main(verbosity=2)
