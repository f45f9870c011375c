#!/usr/bin/env python3
"""The real binary between real SQL drivers and a pretend SQL Server: each reads its row, or is cut before it logs in.

Usage: sql_test.py PATH_TO_SHIRGATE. Everything runs on loopback, on ports the kernel gives, and ends with the test.
"""

import os
import shutil
import sys
import tempfile
import unittest

from gate import Authority, Gate, wait_for
from pretend_sql import ENCRYPT_OFF, ENCRYPT_ON, ENCRYPT_REQUIRED, ROW, PretendSql
from sql_drivers import Drivers

BINARY = sys.argv.pop(1)
ON = "contoso-sql.database.windows.net"  # answers ENCRYPT_ON to every PRELOGIN
REQUIRED = "contoso-req.database.windows.net"  # answers ENCRYPT_REQ
UNLISTED = "fabrikam-sql.database.windows.net"
ENCRYPTION = {ON: ENCRYPT_ON, REQUIRED: ENCRYPT_REQUIRED}


def configuration(ports, tds_sni):
    doors = "".join(f"""
[[forward]]
listen = "127.0.0.1:0"
runtime = "contoso-prod"
{where}
""" for where in (f'target = "{ON}:1433"', f'target = "{REQUIRED}:1433"', "sql_by_sni = true"))
    return f"""
[[runtime]]
name = "contoso-prod"
clients = ["127.0.0.1"]
factory = "contoso-prod"
region = "westeurope"
interactive_authoring = "off"
sql = "source"
sql_servers = ["contoso-sql", "contoso-req"]
tds_sni = "{tds_sni}"
{doors}
[dns.hosts]
"{ON}" = ["20.60.0.30"]
"{REQUIRED}" = ["20.60.0.31"]
[lab]
enabled = true
dial = {{ "{ON}:1433" = "127.0.0.1:{ports[ON]}", "{REQUIRED}:1433" = "127.0.0.1:{ports[REQUIRED]}" }}
"""


class SqlDrivers(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="shirgate-e2e-sql-")
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        cls.authority = {name: Authority(os.path.join(cls.folder, name), [name]) for name in ENCRYPTION}
        cls.drivers = Drivers(os.path.join(cls.folder, "drivers"), dict.fromkeys((ON, REQUIRED, UNLISTED), "127.0.0.1"))

    def setUp(self):
        self.server = {}
        for name, encryption in ENCRYPTION.items():
            authority = self.authority[name]
            self.server[name] = PretendSql(authority.server_certificate, authority.server_key, encryption)
            self.addCleanup(self.server[name].stop)

    def start_gate(self, tds_sni="required"):
        ports = {name: server.port for name, server in self.server.items()}
        self.gate = Gate(BINARY, os.path.join(self.folder, self.id().rsplit(".", 1)[1]), configuration(ports, tds_sni))
        self.addCleanup(self.gate.stop)
        doors = [door.rsplit(":", 1)[1] for door in self.gate.doors]
        self.door = dict(zip((ON, REQUIRED, "by SNI"), doors))

    # The drivers, each sent to that door under that name.

    def tedious(self, door, name, encryption, *proxy):
        return self.drivers.tedious(name, door, self.authority[ON].certificate, encryption, *proxy)

    def python_tds(self, door, name):
        return self.drivers.python_tds(name, door, self.authority[ON].certificate)

    def tsql(self, door, name, encryption):
        return self.drivers.tsql(name, door, self.authority[name].certificate, encryption)

    def mono(self, door, name, encrypt):
        return self.drivers.mono(name, door, encrypt)

    # What must have come of it.

    def tunnels(self):
        return [(tunnel["open"], tunnel.get("checked"), tunnel["close"]) for tunnel in self.gate.tunnels()]

    def login(self, name):
        """What the server saw of its one connection."""
        logins = self.server[name].logins
        self.assertEqual(len(logins), 1, logins)
        wait_for(lambda: logins[0].ended, "the end of the server's connection")
        self.assertIsNone(logins[0].error)
        return logins[0]

    def assert_row(self, result, between=" "):
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn(between.join(map(str, ROW)), result.stdout)

    def assert_carried(self, name=ON, sni=ON, ingress="forward"):
        """One tunnel to that server, its login within TLS, on the record from end to end. Gives the server's view."""
        [(opened, checked, closed)] = self.tunnels()
        self.assertEqual(opened.get("shirgate.ingress"), ingress)
        for event in (opened, checked, closed):
            self.assertEqual((event["destination.domain"], event["destination.port"]), (name, 1433))
            self.assertEqual(event["shirgate.channel"], "data-sql")
        self.assertEqual(checked.get("tls.client.server_name"), sni)
        self.assertEqual(len(checked["tls.client.ja4"]), 36)
        self.assertEqual(closed["shirgate.reason"], "client_closed")
        self.assertGreater(closed["source.bytes"], 0)
        self.assertGreater(closed["destination.bytes"], 0)
        login = self.login(name)
        self.assertEqual((login.login_in, login.server_name), ("TLS", sni))
        self.assertEqual(login.queries[-1].strip(), "select n, s from t")
        return login

    def assert_cut(self, result, reason, name=ON):
        """The driver failed, for that reason, and the server heard nothing but the PRELOGIN."""
        self.assertNotEqual(result.returncode, 0, result.stdout)
        tunnels = self.tunnels()
        self.assertTrue(tunnels)
        for opened, checked, closed in tunnels:
            self.assertEqual(opened["shirgate.ingress"], "forward")
            self.assertIsNone(checked)
            self.assertEqual((closed["shirgate.reason"], closed["shirgate.stage"]), (reason, "first_flight"))
        for login in self.server[name].logins:
            wait_for(lambda: login.ended, "the end of the server's connection")
            self.assertEqual((login.tls, login.login_in, login.error), (None, None, None))
            self.assertIsNotNone(login.asked_encryption)

    def assert_refused(self, result, reason, ingress="forward"):
        """The driver failed, for that reason, and no server heard of it."""
        self.assertNotEqual(result.returncode, 0, result.stdout)
        self.assertEqual(self.tunnels(), [])
        denied = self.gate.events("denied")
        self.assertTrue(denied)
        for event in denied:
            self.assertEqual((event.get("shirgate.ingress"), event["shirgate.reason"]), (ingress, reason))
        self.assertEqual([server.logins for server in self.server.values()], [[], []])
        return denied

    def test_tedious(self):
        self.start_gate()
        self.assert_row(self.tedious(self.door[ON], ON, "encrypt"))
        self.assertEqual(self.assert_carried().tls, "TLSv1.2")

    def test_tedious_strict(self):
        self.start_gate()
        self.assert_row(self.tedious(self.door[ON], ON, "strict"))
        login = self.assert_carried()
        self.assertEqual((login.strict, login.tls), (True, "TLSv1.3"))

    def test_tedious_through_connect(self):
        self.start_gate()
        self.assert_row(self.tedious("1433", ON, "encrypt", self.gate.address))
        self.assertEqual(self.assert_carried(ingress=None).tls, "TLSv1.2")

    def test_tedious_strict_through_connect(self):
        self.start_gate()
        self.assert_row(self.tedious("1433", ON, "strict", self.gate.address))
        login = self.assert_carried(ingress=None)
        self.assertEqual((login.strict, login.tls), (True, "TLSv1.3"))

    def test_tedious_is_told_that_a_server_is_not_listed(self):
        self.start_gate()
        result = self.tedious("1433", UNLISTED, "encrypt", self.gate.address)
        self.assertIn("HTTP/1.1 403 Forbidden", result.stderr)
        [event] = self.assert_refused(result, "host_not_listed", ingress=None)
        self.assertEqual((event["destination.domain"], event["destination.port"]), (UNLISTED, 1433))

    def test_freetds_that_names_no_server(self):
        self.start_gate(tds_sni="optional")
        self.assert_row(self.tsql(self.door[ON], ON, "require"), "\t")
        self.assertEqual(self.assert_carried(sni=None).asked_encryption, ENCRYPT_ON)

    def test_freetds_that_leaves_encryption_to_the_server(self):
        self.start_gate(tds_sni="optional")
        self.assert_row(self.tsql(self.door[REQUIRED], REQUIRED, "request"), "\t")
        self.assertEqual(self.assert_carried(name=REQUIRED, sni=None).asked_encryption, ENCRYPT_OFF)

    def test_freetds_is_cut_where_a_name_is_required(self):
        self.start_gate()
        self.assert_cut(self.tsql(self.door[ON], ON, "require"), "sni_absent")

    def test_mono_sqlclient(self):
        self.start_gate()
        self.assert_row(self.mono(self.door[ON], ON, "True"))
        self.assertEqual(self.assert_carried().tls, "TLSv1.2")

    def test_mono_sqlclient_is_cut_before_a_login_in_the_clear(self):
        self.start_gate()
        self.assert_cut(self.mono(self.door[ON], ON, "False"), "tds_login_unencrypted")

    def test_another_server_behind_a_door_is_cut(self):
        self.start_gate()
        self.assert_cut(self.python_tds(self.door[ON], REQUIRED), "sni_mismatch")

    def test_by_sni_a_server_is_found_by_its_name(self):
        self.start_gate()
        self.assert_row(self.python_tds(self.door["by SNI"], ON))
        self.assert_carried()

    def test_by_sni_strict_needs_nothing_else(self):
        self.start_gate()
        self.assert_row(self.tedious(self.door["by SNI"], ON, "strict"))
        self.assertTrue(self.assert_carried().strict)

    def test_by_sni_an_unlisted_server_is_refused(self):
        self.start_gate()
        [event] = self.assert_refused(self.python_tds(self.door["by SNI"], UNLISTED), "host_not_listed")
        self.assertEqual((event["destination.domain"], event["destination.port"]), (UNLISTED, 1433))

    def test_by_sni_tedious_asks_for_a_token_and_needs_a_target(self):
        self.start_gate()
        self.assert_refused(self.tedious(self.door["by SNI"], ON, "encrypt"), "sql_target_required")

    def test_by_sni_mono_asks_for_a_token_and_needs_a_target(self):
        self.start_gate()
        self.assert_refused(self.mono(self.door["by SNI"], ON, "True"), "sql_target_required")


if __name__ == "__main__":
    unittest.main(verbosity=2)
