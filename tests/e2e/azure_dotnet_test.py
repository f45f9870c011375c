#!/usr/bin/env python3
"""The real binary between the Azure SDK for .NET, a pretend Entra ID and Azurite: a token first, then a blob.

Microsoft's azmcp is that SDK in a program of its own; it needs no .NET to be installed. There is one for x86-64 here.
Usage: azure_dotnet_test.py PATH_TO_SHIRGATE. Everything runs on loopback, on ports the kernel gives, and ends with the
test.
"""

import json
import os
import platform
import shutil
import sys
import tempfile
import unittest

import pretend_entra
from azure_clients import NODE_MODULES, Azurite, environment
from gate import Authority, Gate, lab, run, runtime

BINARY = os.path.abspath(sys.argv.pop(1))
AZMCP = os.path.join(NODE_MODULES, "@azure", "mcp-linux-x64", "dist", "azmcp")
ACCOUNT = "mystaging"
STORAGE = f"{ACCOUNT}.blob.core.windows.net"
SIGN_IN = pretend_entra.HOST
CHANNEL = {STORAGE: "staged", SIGN_IN: "identity"}


class AzureSdkForNet(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="shirgate-e2e-dotnet-")
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        cls.authority = Authority(os.path.join(cls.folder, "pki"), [STORAGE, SIGN_IN])
        cls.azurite = Azurite(os.path.join(cls.folder, "azurite"), cls.authority, ACCOUNT, "--oauth", "basic")
        cls.addClassCleanup(cls.azurite.stop)
        entra = cls.authority.serve_https(pretend_entra.PretendEntra)
        cls.addClassCleanup(entra.server_close)
        cls.addClassCleanup(entra.shutdown)
        cls.ports = {STORAGE: cls.azurite.port, SIGN_IN: entra.server_port}
        cls.file = os.path.join(cls.folder, "file")
        with open(cls.file, "wb") as file:
            file.write(b"a blob from .NET")

    def setUp(self):
        self.requests_before = len(self.azurite.requests())

    def requests(self):
        """What the storage has answered in this test."""
        return self.azurite.requests()[self.requests_before:]

    def start_gate(self, configuration):
        folder = os.path.join(self.folder, self.id().rsplit(".", 1)[1])
        self.gate = Gate(BINARY, folder, configuration + lab(self.ports))
        self.addCleanup(self.gate.stop)

    def azmcp(self, *command):
        """What the program says about one command, which it tries twice."""
        tenant = pretend_entra.TENANT
        result = run(
            [AZMCP, "storage", "blob", *command, "--subscription", tenant, "--account", ACCOUNT, "--container", "stage",
             "--retry-max-retries", "1", "--retry-mode", "Fixed", "--retry-delay", "0"], cwd=self.folder,
            env=environment(self.folder, self.authority, HTTPS_PROXY=self.gate.proxy, AZURE_TENANT_ID=tenant,
                            AZURE_CLIENT_ID=tenant, AZURE_CLIENT_SECRET="secret",
                            AZURE_TOKEN_CREDENTIALS="EnvironmentCredential", AZURE_MCP_COLLECT_TELEMETRY="false",
                            DOTNET_SYSTEM_GLOBALIZATION_INVARIANT="1"))
        # Lines of its log come first.
        begin = result.stdout.find("\n{\n") + 1
        self.assertTrue(begin or result.stdout.startswith("{"), f"{result.returncode}: {result.stdout}{result.stderr}")
        return json.loads(result.stdout[begin:])

    def upload(self):
        return self.azmcp("upload", "--blob", "file", "--local-file-path", self.file)

    def tunnels(self):
        """Ends the gate. What whole tunnels there were, as hosts in their order."""
        tunnels = self.gate.tunnels()
        for tunnel in tunnels:
            self.assertEqual(sorted(tunnel), ["checked", "close", "open"])
            host = tunnel["open"]["destination.domain"]
            for event in tunnel.values():
                self.assertEqual((event["destination.domain"], event["destination.port"]), (host, 443))
                self.assertEqual(event["shirgate.channel"], CHANNEL[host])
            self.assertEqual(tunnel["checked"]["tls.client.server_name"], host)
            self.assertGreater(tunnel["close"]["source.bytes"], 0)
            self.assertGreater(tunnel["close"]["destination.bytes"], 0)
        return [tunnel["open"]["destination.domain"] for tunnel in tunnels]

    def assert_refused(self, answer, host, tries):
        """Every try was refused, and the program says so: the status, as it shows no more of an answer."""
        self.assertIn(f"The proxy tunnel request to proxy '{self.gate.proxy}/' failed with status code '403'",
                      answer["message"])
        denied = self.gate.events("denied")
        self.assertEqual([event["destination.domain"] for event in denied], [host] * tries)
        for event in denied:
            self.assertEqual((event["shirgate.reason"], event["shirgate.stage"]), ("host_not_listed", "policy"))
            self.assertEqual((event["shirgate.runtime"], event["destination.port"]), ("contoso-prod", 443))
        self.assertEqual(self.requests(), [])

    def test_a_token_and_a_blob(self):
        self.start_gate(runtime(ACCOUNT) + "entra_auth = true\n")
        created = self.azmcp("container", "create")
        self.assertEqual(created["status"], 200, created)
        uploaded = self.upload()
        self.assertEqual(uploaded["status"], 200, uploaded)
        self.assertEqual(self.tunnels(), [SIGN_IN, STORAGE] * 2)
        self.assertEqual(self.gate.events("denied") + self.gate.events("failed"), [])
        puts = [(method, path.partition("?")[0]) for method, path, status in self.requests() if status == 201]
        self.assertEqual(puts, [("PUT", "/stage"), ("PUT", "/stage/file")])

    def test_storage_that_is_not_listed(self):
        self.start_gate(runtime("another") + "entra_auth = true\n")
        answer = self.upload()
        self.assertEqual(answer["status"], 500, answer)
        self.assertEqual(self.tunnels(), [SIGN_IN])
        self.assert_refused(answer, STORAGE, tries=2)

    def test_sign_in_that_is_not_listed(self):
        self.start_gate(runtime(ACCOUNT))
        answer = self.upload()
        self.assertEqual(answer["status"], 401, answer)
        self.assertEqual(self.tunnels(), [])
        # Signing in has tries of its own: four, over more than ten seconds, and two questions each.
        self.assert_refused(answer, SIGN_IN, tries=8)


if __name__ == "__main__":
    if platform.machine() != "x86_64":
        print(f"SKIPPED: {os.path.basename(sys.argv[0])} tried NOTHING: there is no azmcp for this machine",
              file=sys.stderr)
        sys.exit(77)
    unittest.main(verbosity=2)
