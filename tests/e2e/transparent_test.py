#!/usr/bin/env python3
"""Connections caught by nftables, REDIRECT and TPROXY, between three network namespaces: a SHIR host that knows of no
proxy, the gate's machine, and everything outside. The gate runs as it would for real, without lab.

Usage: transparent_test.py PATH_TO_SHIRGATE. Needs nft, ip, the right to make network namespaces, and a kernel that can
REDIRECT and TPROXY; says so and ends with 77 where it has not got them.
"""

import http.server
import json
import os
import shutil
import socket
import sys
import tempfile
import unittest

from gate import Authority, Gate, run, wait_for
from namespaces import in_own_namespaces, three_hosts
from pretend_sql import ROW, PretendSql
from sql_drivers import Drivers

BINARY = sys.argv[1]
ORIGIN = "erp.contoso.example"
ORIGIN_AT = "20.60.0.20"
SQL = "contoso-sql.database.windows.net"
SQL_AT = "20.60.0.30"
ELSEWHERE = "20.60.9.9"  # where the client believes both to be
SHIR, GATE = "10.20.0.21", "10.20.0.10"
PAGE = b"the page behind the gate"

CONFIGURATION = f"""
[[runtime]]
name = "contoso-prod"
clients = ["{SHIR}"]
factory = "contoso-prod"
region = "westeurope"
interactive_authoring = "off"
sql = "source"
sql_servers = ["contoso-sql"]
tds_sni = "optional"
[[allow]]
runtime = "contoso-prod"
channel = "erp"
hosts = ["{ORIGIN}"]
ports = [443]
[dns]
servers = ["{ORIGIN_AT}:53"]
[dns.hosts]
"{ORIGIN}" = ["{ORIGIN_AT}"]
"{SQL}" = ["{SQL_AT}"]
[[forward]]
listen = "{GATE}:1433"
target = "{SQL}:1433"
runtime = "contoso-prod"
[[transparent]]
listen = "{GATE}:8443"
interception = "redirect"
ports = [443, 1433]
sql_by_sni = true
[[transparent]]
listen = "{GATE}:8444"
interception = "tproxy"
ports = [443, 1433]
sql_by_sni = true
"""

CAUGHT = f'iifname "inside0" ip daddr != {GATE} tcp dport {{ 443, 1433 }}'
REDIRECT = f"""
table ip caught {{
  chain prerouting {{
    type nat hook prerouting priority dstnat
    {CAUGHT} redirect to :8443
  }}
}}
"""
TPROXY = f"""
table ip caught {{
  chain prerouting {{
    type filter hook prerouting priority mangle
    {CAUGHT} tproxy to :8444 meta mark set 1 accept
  }}
}}
"""
# Every new connection, and whatever is none, like a DNS question.
ARRIVALS = """
table ip arrivals {
  chain input {
    type filter hook input priority filter
    tcp flags & (syn | ack) == syn counter
    meta l4proto != tcp counter
  }
}
"""


class Page(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", str(len(PAGE)))
        self.end_headers()
        self.wfile.write(PAGE)


def setUpModule():
    global SHIR_HOST, GATE_HOST, CLOUD
    SHIR_HOST, GATE_HOST, CLOUD = three_hosts(SHIR, GATE, ORIGIN_AT, SQL_AT)
    # TPROXY leaves the client's packets as they are; these make the machine take them for its own.
    GATE_HOST.needs("ip rule fwmark", "ip", "rule", "add", "fwmark", "1", "lookup", "100")
    GATE_HOST.needs("local routes", "ip", "route", "add", "local", "default", "dev", "lo", "table", "100")
    for feature, script in (("nft redirect", REDIRECT), ("nft tproxy", TPROXY)):
        GATE_HOST.needs(feature, "nft", "-f", "-", input="flush ruleset\n" + script)


class Caught:
    """What holds whichever way a connection is caught; the classes below say how that is."""

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="shirgate-transparent-")
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        GATE_HOST.rules(cls.RULES)
        cls.authority = {name: Authority(os.path.join(cls.folder, name), [name]) for name in (ORIGIN, SQL)}
        server = CLOUD.do(lambda: cls.authority[ORIGIN].serve_https(Page, (ORIGIN_AT, 443)))
        cls.addClassCleanup(server.server_close)
        cls.addClassCleanup(server.shutdown)
        cls.drivers = {address: Drivers(os.path.join(cls.folder, address), {SQL: address}, SHIR_HOST.inside)
                       for address in (ELSEWHERE, GATE)}  # by where they believe the SQL server to be

    def setUp(self):
        CLOUD.rules(ARRIVALS)
        self.gate = Gate(BINARY, os.path.join(self.folder, self.id().rsplit(".", 1)[1]), CONFIGURATION,
                         listen=f"{GATE}:3128", options=(), inside=GATE_HOST.inside)
        self.addCleanup(self.gate.stop)

    def start_sql(self):
        authority = self.authority[SQL]
        listener = CLOUD.do(lambda: socket.create_server((SQL_AT, 1433)))
        self.sql = PretendSql(authority.server_certificate, authority.server_key, listener=listener)
        self.addCleanup(self.sql.stop)

    def curl(self, host, port, address):
        return run([*SHIR_HOST.inside, "curl", "-sS", "--noproxy", "*", "--max-time", "30", "--cacert",
                    self.authority[ORIGIN].certificate, "--resolve", f"{host}:{port}:{address}",
                    f"https://{host}:{port}/"])

    def arrivals(self):
        """How often something new reached the cloud since the test began."""
        listed = json.loads(CLOUD.run("nft", "-j", "list", "table", "ip", "arrivals"))
        return sum(part["counter"]["packets"] for item in listed["nftables"] if "rule" in item
                   for part in item["rule"]["expr"] if "counter" in part)

    def assert_tells_of(self, event, **fields):
        """The event says who came in how, and where it was going."""
        said = {"ingress": event.get("shirgate.ingress"), "original": event.get("shirgate.original.ip"),
                "port": event.get("shirgate.original.port"), "client": event.get("source.ip")}
        self.assertEqual(said, {"ingress": self.INGRESS, "original": ELSEWHERE, "port": 443, "client": SHIR} | fields)

    def the_only_denied(self):
        self.assertEqual(self.gate.tunnels(), [])
        [event] = self.gate.events("denied")
        return event

    def test_a_listed_host_is_reached_at_the_judged_address(self):
        result = self.curl(ORIGIN, 443, ELSEWHERE)
        self.assertEqual((result.returncode, result.stdout), (0, PAGE.decode()), result.stderr)
        [tunnel] = self.gate.tunnels()
        self.assert_tells_of(tunnel["open"])
        for event in tunnel.values():
            self.assertEqual((event["destination.domain"], event["destination.port"]), (ORIGIN, 443))
            self.assertEqual(event["shirgate.channel"], "erp")
            self.assertNotIn("shirgate.lab", event)
        self.assertEqual(tunnel["open"]["destination.ip"], ORIGIN_AT)
        self.assertEqual(tunnel["checked"]["tls.client.server_name"], ORIGIN)
        # curl says goodbye within TLS before it closes, and the server closes on hearing that.
        self.assertIn(tunnel["close"]["shirgate.reason"], ("client_closed", "upstream_closed"))
        self.assertGreater(tunnel["close"]["destination.bytes"], len(PAGE))
        self.assertEqual(self.arrivals(), 1)

    def test_an_unlisted_host_is_refused_with_an_alert(self):
        result = self.curl("pypi.example", 443, ELSEWHERE)
        self.assertEqual(result.returncode, 35, result.stderr)
        self.assertIn("alert access denied", result.stderr)
        event = self.the_only_denied()
        self.assert_tells_of(event)
        self.assertEqual((event["shirgate.reason"], event["shirgate.stage"]), ("host_not_listed", "policy"))
        self.assertEqual((event["destination.domain"], event["destination.port"]), ("pypi.example", 443))
        self.assertEqual(event["tls.client.server_name"], "pypi.example")
        self.assertEqual(self.arrivals(), 0)

    def test_a_connection_that_was_not_caught_is_refused(self):
        result = self.curl(ORIGIN, self.PORT, GATE)
        self.assertIn(result.returncode, (35, 56), result.stderr)
        event = self.the_only_denied()
        self.assertEqual((event["shirgate.ingress"], event["shirgate.reason"]), (self.INGRESS, "not_intercepted"))
        self.assertEqual(self.arrivals(), 0)

    def test_sql_is_found_by_its_name(self):
        self.start_sql()
        result = self.drivers[ELSEWHERE].python_tds(SQL, "1433", self.authority[SQL].certificate)
        opened = self.assert_sql(result, " ", sni=SQL)
        self.assert_tells_of(opened, port=1433)

    def test_sql_through_its_forward_beside_it(self):
        self.start_sql()
        result = self.drivers[GATE].tsql(SQL, "1433", self.authority[SQL].certificate, "require")
        opened = self.assert_sql(result, "\t", sni=None)
        self.assert_tells_of(opened, ingress="forward", original=None, port=None)

    def assert_sql(self, result, between, sni):
        """The row came, in one tunnel, behind a login within TLS. Gives the `open` event."""
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn(between.join(map(str, ROW)), result.stdout)
        [tunnel] = self.gate.tunnels()
        self.assertEqual(tunnel["open"]["destination.ip"], SQL_AT)
        self.assertEqual(tunnel["open"]["shirgate.channel"], "data-sql")
        self.assertEqual(tunnel["checked"].get("tls.client.server_name"), sni)
        [login] = self.sql.logins
        wait_for(lambda: login.ended, "the end of the server's connection")
        self.assertEqual((login.login_in, login.server_name, login.error), ("TLS", sni, None))
        self.assertEqual(self.arrivals(), 1)
        return tunnel["open"]


class ByRedirect(Caught, unittest.TestCase):
    INGRESS, PORT, RULES = "redirect", 8443, REDIRECT


class ByTproxy(Caught, unittest.TestCase):
    INGRESS, PORT, RULES = "tproxy", 8444, TPROXY


if __name__ == "__main__":
    in_own_namespaces()
    sys.argv.pop(1)
    unittest.main(verbosity=2)
