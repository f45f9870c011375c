#!/usr/bin/env python3
"""The real binary between the Azure Storage SDK and Azurite: a staged copy under the account's true name.

Usage: azure_storage_test.py PATH_TO_SHIRGATE. Everything runs on loopback, on ports the kernel gives, and ends with the
test.
"""

import hashlib
import os
import shutil
import sys
import tempfile
import unittest

from azure_clients import MIB, Azurite, environment, program
from gate import Authority, Gate, lab, run, runtime

BINARY = os.path.abspath(sys.argv.pop(1))
ACCOUNT = "mystaging"
HOST = f"{ACCOUNT}.blob.core.windows.net"
STRANGER = "notmystaging.blob.core.windows.net"
BLOCKS, BLOCK = 32, 8 * MIB
OVERHEAD = 64 << 10  # what the TLS records and the HTTP head of one block may come to


def digest(path):
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_blocks(path):
    """256 MiB of which no two pieces are alike, so that a block in another's place is noticed."""
    piece = hashlib.shake_256(b"shirgate").digest(MIB - 8)
    with open(path, "wb") as file:
        for number in range(BLOCKS * BLOCK // MIB):
            file.write(number.to_bytes(8, "big") + piece)


class StagedCopy(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="shirgate-e2e-storage-")
        self.addCleanup(shutil.rmtree, self.folder)
        authority = Authority(os.path.join(self.folder, "pki"), [HOST])
        self.azurite = Azurite(os.path.join(self.folder, "azurite"), authority, ACCOUNT)
        self.addCleanup(self.azurite.stop)
        configuration = runtime(ACCOUNT) + lab({HOST: self.azurite.port})
        self.gate = Gate(BINARY, os.path.join(self.folder, "gate"), configuration)
        self.addCleanup(self.gate.stop)
        self.file, self.copy = (os.path.join(self.folder, name) for name in ("file", "copy"))
        self.environment = environment(self.folder, authority, HTTPS_PROXY=self.gate.proxy)

    def copy_by_way_of(self, connection):
        return run([*program("staged_copy.js"), "stage", self.file, self.copy], cwd=self.folder,
                   env=self.environment | {"AZURE_STORAGE_CONNECTION_STRING": connection})

    def test_256_mib_in_parallel_blocks(self):
        write_blocks(self.file)
        result = self.copy_by_way_of(self.azurite.connection)
        self.assertEqual((result.returncode, result.stdout), (0, f"{BLOCKS} blocks\n"), result.stderr)
        self.assertEqual(digest(self.copy), digest(self.file))

        tunnels = self.gate.tunnels()
        self.assertEqual(self.gate.events("denied") + self.gate.events("failed"), [])
        served = self.azurite.requests()
        self.assertEqual([request for request in served if request[2] not in (200, 201, 206)], [])
        self.assertGreater(len(served), 2 * BLOCKS)
        self.assertEqual(len(tunnels), len(served), "this SDK asks for a tunnel for every request")
        for tunnel in tunnels:
            self.assert_whole(tunnel)
        self.assert_moved([tunnel["close"]["source.bytes"] for tunnel in tunnels])
        self.assert_moved([tunnel["close"]["destination.bytes"] for tunnel in tunnels])

    def assert_whole(self, tunnel):
        """The tunnel is on the record from beginning to end, for what it is."""
        self.assertEqual(sorted(tunnel), ["checked", "close", "open"])
        for event in tunnel.values():
            self.assertEqual((event["destination.domain"], event["destination.port"]), (HOST, 443))
            self.assertEqual((event["shirgate.channel"], event["shirgate.runtime"]), ("staged", "contoso-prod"))
        self.assertEqual(tunnel["checked"]["tls.client.server_name"], HOST)
        self.assertIn(tunnel["close"]["shirgate.reason"], ("client_closed", "upstream_closed"))

    def assert_moved(self, counts):
        """One way of the tunnels carried every block, each block alone, and little else."""
        of_blocks = [count for count in counts if count > BLOCK]
        self.assertEqual(len(of_blocks), BLOCKS, counts)
        self.assertLess(max(of_blocks), BLOCK + OVERHEAD)
        self.assertLess(max(count for count in counts if count <= BLOCK), OVERHEAD)

    def test_another_account_is_refused_and_the_sdk_says_why(self):
        with open(self.file, "wb") as file:
            file.write(b"secret")
        result = self.copy_by_way_of(self.azurite.connection.replace(HOST, STRANGER))
        self.assertEqual(result.returncode, 1, result.stdout)
        self.assertIn("403", result.stderr)
        self.assertIn("host_not_listed", result.stderr)
        self.assertEqual(self.gate.tunnels(), [])
        [event] = self.gate.events("denied")
        self.assertEqual((event["shirgate.reason"], event["shirgate.stage"]), ("host_not_listed", "policy"))
        self.assertEqual((event["destination.domain"], event["destination.port"]), (STRANGER, 443))
        self.assertEqual(self.azurite.requests(), [])


if __name__ == "__main__":
    unittest.main(verbosity=2)
