#!/usr/bin/env python3
"""Nine times more connections than the gate has places, from several processes: it refuses the new and keeps the old.

Usage: flood_test.py PATH_TO_SHIRGATE. Everything runs on loopback, on ports the kernel gives, and ends with the test.
"""

import http.client
import http.server
import multiprocessing
import os
import select
import shutil
import socket
import ssl
import sys
import tempfile
import unittest

from gate import DEADLINE, Authority, Gate, lab, runtime, wait_for

BINARY = sys.argv.pop(1)
STAGING = "contosostage.blob.core.windows.net"
PLACES = 2000
PROCESSES = 3
CONNECTIONS_EACH = 6000
MOST_MEMORY_MIB = 200  # the sanitizers' share included


class Counts:
    """What became of connections, over all processes."""

    def __init__(self):
        self.answered = multiprocessing.Value("i", 0)
        self.ended = multiprocessing.Value("i", 0)
        self.odd = multiprocessing.Value("i", 0)

    def note(self, data):
        if data.startswith(b"HTTP/1.1 503 "):
            counter = self.answered
        else:
            counter = self.odd if data else self.ended
        with counter.get_lock():
            counter.value += 1

    def over(self):
        return self.answered.value + self.ended.value


def read(peer):
    try:
        return peer.recv(4096)
    except ConnectionError:
        return b""


def ask(connection):
    connection.request("GET", "/")
    return connection.getresponse().read()


def hold_connections(address, counts):
    """Opens them all, says nothing, and notes which ones end. Runs until it is killed."""
    poll = select.epoll()
    peers = {}
    for _ in range(CONNECTIONS_EACH):
        peer = socket.socket()
        peer.setblocking(False)
        peer.connect_ex(address)
        peers[peer.fileno()] = peer
        poll.register(peer, select.EPOLLIN)
    while True:
        for number, _ in poll.poll():
            peer = peers.pop(number)
            poll.unregister(peer)
            counts.note(read(peer))
            peer.close()


class Answer(http.server.BaseHTTPRequestHandler):
    """GET brings two bytes, and the connection stays open."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")


class Flood(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="shirgate-e2e-")
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        cls.authority = Authority(os.path.join(cls.folder, "pki"), [STAGING])
        cls.server = cls.authority.serve_https(Answer)
        cls.addClassCleanup(cls.server.server_close)
        cls.addClassCleanup(cls.server.shutdown)

        keys = f"max_connections = {PLACES}\nrequest_timeout = 300\n"
        ports = {STAGING: cls.server.server_port}
        cls.gate = Gate(BINARY, os.path.join(cls.folder, "gate"), runtime("contosostage") + lab(ports), keys=keys)
        cls.addClassCleanup(cls.gate.stop)

    def open_tunnel(self):
        host, port = self.gate.address.split(":")
        tls = ssl.create_default_context(cafile=self.authority.certificate)
        connection = http.client.HTTPSConnection(host, int(port), timeout=DEADLINE, context=tls)
        connection.set_tunnel(STAGING, 443)
        self.addCleanup(connection.close)
        self.assertEqual(ask(connection), b"ok")
        return connection

    def start_processes(self, counts):
        host, port = self.gate.address.split(":")
        processes = [multiprocessing.Process(target=hold_connections, args=((host, int(port)), counts), daemon=True)
                     for _ in range(PROCESSES)]
        for process in processes:
            process.start()
            self.addCleanup(process.join)
            self.addCleanup(process.kill)
        return processes

    def memory_mib(self):
        with open(f"/proc/{self.gate.process.pid}/status", encoding="ascii") as file:
            return next(int(line.split()[1]) for line in file if line.startswith("RssAnon:")) / 1024

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.gate.process.pid}/fd"))

    def refusals(self):
        return [event for event in self.gate.events("denied") if event["shirgate.reason"] == "total_limit"]

    def test_refuses_the_new_and_keeps_the_old(self):
        old = self.open_tunnel()
        descriptors, memory = self.descriptors(), self.memory_mib()
        counts = Counts()
        processes = self.start_processes(counts)
        too_many = PROCESSES * CONNECTIONS_EACH + 1 - PLACES
        wait_for(lambda: counts.over() >= too_many, "an end of every connection there is no room for")
        self.assertEqual(ask(old), b"ok", "old work goes on")
        self.assertLess(self.memory_mib() - memory, MOST_MEMORY_MIB)
        self.assertEqual((counts.over(), counts.odd.value), (too_many, 0), "nobody with a place was sent away")
        self.assertGreater(counts.answered.value, 0)
        for process in processes:
            process.kill()
        wait_for(lambda: self.descriptors() <= descriptors + 16, "the places of those who left")
        self.assertEqual(ask(old), b"ok")
        self.open_tunnel()
        self.gate.stop()
        self.assertEqual(sum(event.get("shirgate.count", 1) for event in self.refusals()), too_many, "each on record")
        self.assertLess(len(self.refusals()), 200, "and yet no flood in the log")


if __name__ == "__main__":
    unittest.main(verbosity=2)
