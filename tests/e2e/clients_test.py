#!/usr/bin/env python3
"""The real binary between the HTTP clients people have and a TLS server of ours: each fetches its page, or is told off.

Usage: clients_test.py PATH_TO_SHIRGATE. Everything runs on loopback, on ports the kernel gives, and ends with the test.
A client that is not installed is a failure: ./dev deps brings them all.
"""

import http.server
import json
import os
import shutil
import sys
import tempfile
import unittest

from gate import Authority, Gate, lab, run, runtime

BINARY = os.path.abspath(sys.argv.pop(1))
CLIENTS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "clients")
STAGING = "contosostage.blob.core.windows.net"
UNLISTED = "notcontosostage.blob.core.windows.net"
INTERNAL = "reports.corp.example"  # on the inside, where no proxy belongs
URL = f"https://{STAGING}/"
MARKER = "the page behind the gate"

BROWSERS = f"""
[[runtime]]
name = "people"
clients = ["127.0.0.1"]
kind = "browser"
[[allow]]
runtime = "people"
channel = "page"
hosts = ["{STAGING}"]
ports = [443]
"""


class Page(http.server.BaseHTTPRequestHandler):
    """Answers every GET with one small page."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def do_GET(self):
        body = f"<!doctype html><title>page</title><p>{MARKER}</p>".encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


class ClientCase(unittest.TestCase):
    """Every test has a gate, a home and an audit log to itself."""

    configuration = runtime("contosostage")

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="shirgate-e2e-")
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        cls.authority = Authority(os.path.join(cls.folder, "pki"), [STAGING, INTERNAL])
        cls.server = cls.authority.serve_https(Page)
        cls.addClassCleanup(cls.server.server_close)
        cls.addClassCleanup(cls.server.shutdown)

    def setUp(self):
        folder = os.path.join(self.folder, self.id().rsplit(".", 1)[-1])
        configuration = self.configuration + lab({STAGING: self.server.server_port})
        self.gate = Gate(BINARY, os.path.join(folder, "gate"), configuration)
        self.addCleanup(self.gate.stop)
        self.home = os.path.join(folder, "home")
        os.mkdir(self.home)
        # What a client knows of the world; the last two are how node, and how Go and Python, learn whom to trust.
        self.environment = {
            "PATH": os.environ["PATH"], "HOME": self.home, "TMPDIR": self.home, "LANG": "C.UTF-8",
            "HTTPS_PROXY": self.gate.proxy,
            "NODE_EXTRA_CA_CERTS": self.authority.certificate, "SSL_CERT_FILE": self.authority.certificate}

    def run_client(self, *command, **environment):
        return run(command, cwd=self.home, env=self.environment | environment)

    def prepare(self, *command, **environment):
        result = self.run_client(*command, **environment)
        self.assertEqual(result.returncode, 0, f"{command}: {result.stdout}{result.stderr}")

    def fetch(self, *command):
        result = self.run_client(*command)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn(MARKER, result.stdout)

    def one_tunnel_each(self, count=1):
        """Ends the gate; its log must hold that many whole tunnels and no refusal. Gives their `checked` events."""
        tunnels = self.gate.tunnels()
        self.assertEqual([sorted(tunnel) for tunnel in tunnels], [["checked", "close", "open"]] * count)
        self.assertEqual(self.gate.events("denied") + self.gate.events("failed"), [])
        for tunnel in tunnels:
            checked, close = tunnel["checked"], tunnel["close"]
            self.assertEqual(checked["tls.client.server_name"], STAGING)
            self.assertEqual(len(checked["tls.client.ja4"]), 36, checked)
            self.assertNotIn("shirgate.tls.ech", checked)
            self.assertNotIn("shirgate.tls.hello_retry", checked)
            self.assertIn(close["shirgate.ended_by"], ("client", "upstream"))
            self.assertGreater(close["source.bytes"], 0)
            self.assertGreater(close["destination.bytes"], len(MARKER))
        return [tunnel["checked"] for tunnel in tunnels]


class WhereARuntimeIsExpected(ClientCase):
    def fetch_with_curl(self):
        self.fetch("curl", "-sS", "-x", self.gate.proxy, "--cacert", self.authority.certificate, URL)

    def fetch_with_java(self):
        store = os.path.join(self.home, "trust.p12")
        self.prepare("keytool", "-importcert", "-noprompt", "-alias", "e2e", "-file", self.authority.certificate,
                     "-keystore", store, "-storetype", "PKCS12", "-storepass", "changeit")
        self.fetch("java", f"-Djavax.net.ssl.trustStore={store}", "-Djavax.net.ssl.trustStorePassword=changeit",
                   f"-Djava.io.tmpdir={self.home}", os.path.join(CLIENTS, "Fetch.java"), URL, self.gate.proxy)

    def test_curl(self):
        self.fetch_with_curl()
        [checked] = self.one_tunnel_each()
        self.assertEqual(checked["tls.version"], "TLS1.3")
        self.assertNotIn("tls.server.issuer", checked, "of TLS 1.3 the gate sees no certificate")

    def test_wget(self):
        self.fetch("wget", "--no-verbose", "--tries=1", "--output-document=-", "-e", f"https_proxy={self.gate.proxy}",
                   f"--ca-certificate={self.authority.certificate}", URL)
        self.one_tunnel_each()

    def test_node(self):
        self.fetch("node", os.path.join(CLIENTS, "fetch.js"), URL)
        self.one_tunnel_each()

    def test_java(self):
        self.fetch_with_java()
        self.one_tunnel_each()

    def test_go(self):
        program = os.path.join(self.home, "fetch")
        self.prepare("go", "build", "-o", program, os.path.join(CLIENTS, "fetch.go"), GO111MODULE="off", GOPROXY="off")
        self.fetch(program, URL)
        self.one_tunnel_each()

    def test_python(self):
        self.fetch(sys.executable, os.path.join(CLIENTS, "fetch.py"), URL)
        self.one_tunnel_each()

    def test_fingerprints_tell_java_from_curl(self):
        self.fetch_with_curl()
        self.fetch_with_curl()
        self.fetch_with_java()
        curl, again, java = (checked["tls.client.ja4"] for checked in self.one_tunnel_each(3))
        self.assertEqual(curl, again)
        self.assertNotEqual(curl, java)

    def test_a_browser_is_refused(self):
        page = load_in_chromium(self)
        self.assertNotIn(MARKER, page.stdout)
        tunnels = self.gate.tunnels()
        self.assertTrue(tunnels, page.stderr)
        for tunnel in tunnels:
            self.assertEqual(sorted(tunnel), ["close", "open"])
            self.assertEqual(tunnel["close"]["shirgate.reason"], "ech_refused")
            self.assertIs(tunnel["close"]["shirgate.tls.ech"], True)
            self.assertEqual(tunnel["close"]["tls.client.server_name"], STAGING)
            self.assertEqual(tunnel["close"]["source.bytes"], 0)


class WithTheConfigurationThatShirGets(ClientCase):
    """mono, whose only way to know of a proxy is its Fetch.exe.config: what `shirgate shir-config` prints."""

    def setUp(self):
        super().setUp()
        del self.environment["HTTPS_PROXY"]
        self.program = os.path.join(self.home, "Fetch.exe")
        self.prepare("mcs", f"-out:{self.program}", os.path.join(CLIENTS, "Fetch.cs"))
        self.prepare("cert-sync", "--quiet", "--user", self.authority.certificate)
        told = self.run_client(BINARY, "shir-config", "--json", "--proxy", self.gate.proxy)
        self.configure(json.loads(told.stdout)["xml"])

    def configure(self, xml):
        self.xml = xml
        with open(self.program + ".config", "w", encoding="ascii") as file:
            file.write(f"<configuration>{xml}</configuration>")

    def bypass(self, pattern):
        """What an operator adds by hand."""
        end = "</defaultProxy>"
        self.assertIn(end, self.xml)
        self.configure(self.xml.replace(end, f'<bypasslist><add address="{pattern}" /></bypasslist>{end}'))

    def test_a_listed_host(self):
        self.fetch("mono", self.program, URL)
        [checked] = self.one_tunnel_each()
        self.assertEqual(checked["tls.version"], "TLS1.2")
        self.assertEqual(checked["tls.server.issuer"], f"CN={Authority.SUBJECT}")

    def test_an_unlisted_host_is_a_protocol_error_and_the_reason_is_on_the_record(self):
        result = self.run_client("mono", self.program, f"https://{UNLISTED}/")
        self.assertEqual((result.returncode, result.stdout), (1, ""))
        self.assertTrue(result.stderr.startswith("ProtocolError: "), result.stderr)
        self.assertNotIn("host_not_listed", result.stderr)
        self.assertEqual(self.gate.tunnels(), [])
        [event] = self.gate.events("denied")
        self.assertEqual((event["shirgate.reason"], event["shirgate.stage"]), ("host_not_listed", "policy"))
        self.assertEqual((event["destination.domain"], event["destination.port"]), (UNLISTED, 443))
        self.assertEqual((event["shirgate.runtime"], event["source.ip"]), ("contoso-prod", "127.0.0.1"))

    def test_what_the_bypass_list_names_goes_past_the_gate(self):
        hosts = os.path.join(self.home, "hosts")
        with open(hosts, "w", encoding="ascii") as file:
            file.write(f"127.0.0.1 {INTERNAL}\n")
        self.environment |= {"LD_PRELOAD": "libnss_wrapper.so", "NSS_WRAPPER_HOSTS": hosts}
        internal = f"https://{INTERNAL}:{self.server.server_port}/"
        self.assertIn("ProtocolError", self.run_client("mono", self.program, internal).stderr)
        self.bypass(r"\.corp\.example:\d+$")
        self.fetch("mono", self.program, internal)
        self.fetch("mono", self.program, URL)
        [tunnel] = self.gate.tunnels()
        self.assertEqual(tunnel["open"]["destination.domain"], STAGING)
        # Before it was on the list, the gate had it.
        [event] = self.gate.events("denied")
        self.assertEqual((event["destination.domain"], event["destination.port"]), (INTERNAL, self.server.server_port))


class WhereBrowsersAreExpected(ClientCase):
    configuration = BROWSERS

    def test_a_browser_loads_its_page(self):
        page = load_in_chromium(self)
        self.assertIn(MARKER, page.stdout, page.stderr)
        tunnels = self.gate.tunnels()
        self.assertTrue(tunnels)
        for tunnel in tunnels:
            self.assertEqual(sorted(tunnel), ["checked", "close", "open"])
            self.assertEqual(tunnel["open"]["destination.domain"], STAGING)
            self.assertEqual(tunnel["checked"]["tls.client.server_name"], STAGING)
            self.assertEqual(len(tunnel["checked"]["tls.client.ja4"]), 36)
            self.assertIs(tunnel["checked"]["shirgate.tls.ech"], True)


def load_in_chromium(case):
    """What headless Chromium makes of the page. It also tries hosts of its maker, which the gate refuses."""
    trust = os.path.join(case.home, ".pki", "nssdb")
    os.makedirs(trust)
    case.prepare("certutil", "-d", f"sql:{trust}", "-N", "--empty-password")
    case.prepare("certutil", "-d", f"sql:{trust}", "-A", "-t", "C,,", "-n", "e2e", "-i", case.authority.certificate)
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    return case.run_client(
        "chromium", "--headless", *sandbox, "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
        "--disable-background-networking", "--disable-component-update", "--disable-sync",
        f"--user-data-dir={os.path.join(case.home, 'profile')}", f"--proxy-server={case.gate.proxy}", "--dump-dom", URL)


if __name__ == "__main__":
    unittest.main(verbosity=2)
