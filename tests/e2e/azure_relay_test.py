#!/usr/bin/env python3
"""Microsoft's Azure Relay listener, which knows of no proxy, and a pretend relay, with the gate in between that catches
what goes out: the control channel, and the rendezvous at a second host.

Usage: azure_relay_test.py PATH_TO_SHIRGATE. Needs nft, ip, the right to make network namespaces, and a kernel that can
REDIRECT; says so and ends with 77 where it has not got them.
"""

import hashlib
import os
import shutil
import sys
import tempfile
import unittest

from azure_clients import Beside, environment, program
from gate import Authority, Gate, run, wait_for
from namespaces import in_own_namespaces, three_hosts

BINARY = os.path.abspath(sys.argv[1])
NAMESPACE = "contoso-relay.servicebus.windows.net"
GATEWAY = "g12-prod-am3-010-sb.servicebus.windows.net"
RELAY_AT = "20.60.0.40"  # both of them
ELSEWHERE = "20.60.9.9"  # where the listener believes both to be
SHIR, GATE = "10.20.0.21", "10.20.0.10"
SMALL, LARGE = b"small", b"large" * 20000

PINNED = f'relay_hosts = ["{NAMESPACE}"]'
WILDCARD = 'multi_tenant_ack = { relay = "CHG-1200" }'

REDIRECT = f"""
table ip caught {{
  chain prerouting {{
    type nat hook prerouting priority dstnat
    iifname "inside0" ip daddr != {GATE} tcp dport 443 redirect to :8443
  }}
}}
"""


def configuration(relay):
    return f"""
[[runtime]]
name = "contoso-prod"
clients = ["{SHIR}"]
factory = "contoso-prod"
region = "westeurope"
interactive_authoring = "relay"
{relay}
[dns]
servers = ["{RELAY_AT}:53"]
[dns.hosts]
"{NAMESPACE}" = ["{RELAY_AT}"]
"{GATEWAY}" = ["{RELAY_AT}"]
[[transparent]]
listen = "{GATE}:8443"
"""


def setUpModule():
    global SHIR_HOST, GATE_HOST, CLOUD
    SHIR_HOST, GATE_HOST, CLOUD = three_hosts(SHIR, GATE, RELAY_AT)
    GATE_HOST.needs("nft redirect", "nft", "-f", "-", input=REDIRECT)


class RelayListener(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="shirgate-e2e-relay-")
        self.addCleanup(shutil.rmtree, self.folder)
        self.authority = Authority(os.path.join(self.folder, "pki"), [NAMESPACE, GATEWAY])
        self.environment = environment(self.folder, self.authority)
        self.relay = self.beside(CLOUD, "relay", *program("pretend_relay.js"), RELAY_AT, GATEWAY,
                                 self.authority.server_certificate, self.authority.server_key)
        self.relay.wait_until_it_says("^listens$")

    def beside(self, namespace, name, *command, **environment):
        beside = Beside(self.folder, name, [*namespace.inside, *command], self.environment | environment)
        self.addCleanup(beside.stop)
        return beside

    def start(self, relay):
        self.gate = Gate(BINARY, os.path.join(self.folder, "gate"), configuration(relay), listen=f"{GATE}:3128",
                         options=(), inside=GATE_HOST.inside)
        self.addCleanup(self.gate.stop)
        hosts = os.path.join(self.folder, "hosts")
        with open(hosts, "w", encoding="ascii") as file:
            file.write(f"{ELSEWHERE} {NAMESPACE} {GATEWAY}\n")
        self.listener = self.beside(SHIR_HOST, "listener", *program("relay_listener.js"), NAMESPACE, "shir",
                                    LD_PRELOAD="libnss_wrapper.so", NSS_WRAPPER_HOSTS=hosts)
        self.listener.wait_until_it_says("^listening$")

    def sender(self, body):
        """The command of a sender, who is outside and goes to the relay itself."""
        path = os.path.join(self.folder, f"body-{len(body)}")
        with open(path, "wb") as file:
            file.write(body)
        return ["curl", "-sS", "--fail", "--max-time", "50", "--noproxy", "*", "--cacert", self.authority.certificate,
                "--resolve", f"{NAMESPACE}:443:{RELAY_AT}", "-H", "Expect:", "--data-binary", f"@{path}",
                f"https://{NAMESPACE}/shir"]

    def send(self, body):
        result = run([*CLOUD.inside, *self.sender(body)])
        self.assertEqual((result.returncode, result.stdout), (0, hashlib.sha256(body).hexdigest()), result.stderr)

    def end(self):
        """Ends the listener and the gate. The tunnels by host, each whole and on the record as caught."""
        self.assertEqual(self.listener.wait(), 0, self.listener.said())
        tunnels = {}
        for tunnel in self.gate.tunnels():
            self.assertEqual(sorted(tunnel), ["checked", "close", "open"])
            host = tunnel["open"]["destination.domain"]
            for event in tunnel.values():
                self.assertEqual((event["destination.domain"], event["destination.port"]), (host, 443))
                self.assertEqual((event["shirgate.channel"], event["shirgate.ingress"]), ("relay", "redirect"))
            self.assertEqual((tunnel["open"]["shirgate.original.ip"], tunnel["open"]["destination.ip"]),
                             (ELSEWHERE, RELAY_AT))
            self.assertEqual(tunnel["checked"]["tls.client.server_name"], host)
            self.assertIn(tunnel["close"]["shirgate.reason"], ("client_closed", "upstream_closed"))
            self.assertNotIn(host, tunnels)
            tunnels[host] = tunnel
        return tunnels

    def assert_rendezvous(self):
        """A small request and a large one were answered, each over a tunnel of its own. Gives both."""
        self.send(SMALL)
        self.send(LARGE)
        tunnels = self.end()
        self.assertEqual(list(tunnels), [NAMESPACE, GATEWAY])
        self.assertLess(tunnels[NAMESPACE]["close"]["destination.bytes"], len(LARGE))
        self.assertGreater(tunnels[GATEWAY]["close"]["destination.bytes"], len(LARGE))
        self.assertEqual(self.gate.events("denied") + self.gate.events("failed"), [])
        self.assertEqual(self.relay.said(), "listens\n" f"websocket listen at {NAMESPACE}\n"
                                            f"websocket request at {GATEWAY}\n")
        return tunnels

    def test_pinned_with_gateways_the_rendezvous_takes_place(self):
        self.start(PINNED + "\nrelay_gateways = true")
        self.assert_rendezvous()

    def test_under_a_wildcard_both_hosts_are_noted_at_their_first_use(self):
        self.start(WILDCARD)
        for tunnel in self.assert_rendezvous().values():
            self.assertIs(tunnel["open"]["shirgate.first_use"], True)

    def test_pinned_alone_the_rendezvous_is_refused_and_the_control_channel_lives(self):
        self.start(PINNED)
        sender = self.beside(CLOUD, "sender", *self.sender(LARGE))
        [event] = wait_for(lambda: self.gate.events("denied"), "the refused rendezvous")
        self.assertEqual((event["shirgate.reason"], event["shirgate.stage"]), ("relay_gateway_not_listed", "policy"))
        self.assertEqual((event["destination.domain"], event["destination.port"]), (GATEWAY, 443))
        self.assertEqual((event["tls.client.server_name"], event["shirgate.original.ip"]), (GATEWAY, ELSEWHERE))
        self.send(SMALL)
        sender.stop()
        self.assertEqual(sender.said(), "")
        self.assertEqual(list(self.end()), [NAMESPACE])
        self.assertEqual(self.gate.events("denied"), [event])
        self.assertNotIn(GATEWAY, self.relay.said())


if __name__ == "__main__":
    in_own_namespaces()
    sys.argv.pop(1)
    unittest.main(verbosity=2)
