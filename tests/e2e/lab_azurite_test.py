#!/usr/bin/env python3
"""`shirgate lab --azurite` with the real Azurite: the pretend runtime stages a copy, Azurite takes every request, and
nothing is left of it however the lab ends.

Usage: lab_azurite_test.py PATH_TO_SHIRGATE. Everything runs on loopback, on ports the kernel gives.
"""

import json
import os
import re
import shutil
import signal
import sys
import tempfile
import unittest

from azure_clients import NODE_MODULES
from gate import wait_for
from lab_process import Lab, processes_in

BINARY = os.path.abspath(sys.argv.pop(1))
AZURITE = os.path.abspath(os.path.join(NODE_MODULES, "azurite", "dist", "src", "blob", "main.js"))
BLOB = r"http://contosostage\.blob\.core\.windows\.net/staging/copy-\d+\.parquet"
BLOCKS = 4
BLOCK = 2 << 20


class Case(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="shirgate-e2e-lab-azurite-")
        self.addCleanup(shutil.rmtree, self.folder)
        self.log = os.path.join(self.folder, "azurite.log")
        self.bin = os.path.join(self.folder, "bin")
        os.mkdir(self.bin)
        # Azurite itself, which also writes down, where the lab knows nothing of it, all that it does.
        self.azurite = self.program("azurite-blob", f'exec node "{AZURITE}" "$@" --debug "{self.log}"')

    def program(self, name, script):
        path = os.path.join(self.bin, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(f"#!/bin/sh\n{script}\n")
        os.chmod(path, 0o755)
        return path

    def lab(self, *arguments, **options):
        lab = Lab(BINARY, *arguments, **options)
        self.addCleanup(lab.remove)
        return lab

    def azurite_says(self):
        with open(self.log, encoding="utf-8", errors="replace") as file:
            return file.read()


class AStagedCopy(Case):
    def run_with(self, *arguments, **options):
        lab = self.lab("run", *arguments, "--json", **options)
        self.assertEqual(lab.end(), 0, lab.output())
        self.assertEqual(lab.left(), [])
        return json.loads(lab.output())

    def assert_azurite(self, scenario):
        self.assertRegex(scenario["blob_storage"], r"^Azurite \d+\.\d+\.\d+$")

    def assert_stored(self, walks=1):
        """Azurite was asked for one copy in blocks for each walk, signed, and gave all of it back. It has been told to
        stop, so all that it did is written."""
        says = self.azurite_says()

        def count(pattern):
            return len(re.findall(pattern, says))
        self.assertEqual(len(set(re.findall(BLOB, says))), walks, "each walk has a blob of its own")
        self.assertEqual(count(rf"RequestMethod=PUT RequestURL={BLOB}\?comp=block&blockid=\w+ "), walks * BLOCKS)
        self.assertEqual(count(rf"RequestMethod=PUT RequestURL={BLOB}\?comp=blocklist "), walks)
        self.assertEqual(count(rf"RequestMethod=GET RequestURL={BLOB} "), walks * BLOCKS)
        self.assertEqual(count("Signature 1 matched"), walks * (1 + BLOCKS + 1 + BLOCKS))
        for number in range(BLOCKS):
            first = number * BLOCK
            part = rf"NormalizedDownloadRange=bytes={first}-{first + BLOCK - 1} RequiredContentLength={BLOCK}\b"
            self.assertEqual(count(part), walks)

    def test_holds_and_is_in_azurite(self):
        answer = self.run_with("allowlist", "--azurite", self.azurite)
        [scenario] = answer["scenarios"]
        self.assertEqual(scenario["broken"], [])
        self.assert_azurite(scenario)
        [staged] = [channel for channel in scenario["channels"] if channel["channel"] == "staged"]
        self.assertEqual((staged["outcome"], staged["connections"]), ("works", 2 + 2 * BLOCKS))
        self.assertGreater(min(staged["sent"], staged["received"]), BLOCKS * BLOCK)
        self.assert_stored()

    def test_twice_in_one_scenario(self):
        [scenario] = self.run_with("reload-revokes", "--azurite", self.azurite)["scenarios"]
        self.assert_azurite(scenario)
        self.assert_stored(walks=2)

    def test_azurite_is_found(self):
        [scenario] = self.run_with("allowlist", path=self.bin)["scenarios"]
        self.assert_azurite(scenario)
        self.assert_stored()

    def test_azurite_is_not_used_where_nobody_wants_it(self):
        [scenario] = self.run_with("allowlist", "--azurite", "built-in", path=self.bin)["scenarios"]
        self.assertEqual(scenario["blob_storage"], "built-in")
        self.assertFalse(os.path.exists(self.log))

    def test_text_says_so_in_one_line(self):
        lab = self.lab("run", "staged-copy-only-443", "--azurite", self.azurite)
        self.assertEqual(lab.end(), 0, lab.output())
        self.assertRegex(lab.output(), r"(?m)^Blob storage: Azurite \d+\.\d+\.\d+$")
        self.assert_stored()


class NothingIsLeft(Case):
    def up(self):
        lab = self.lab("up", "allowlist", "--azurite", self.azurite)
        lab.is_up()
        self.assertRegex(lab.output(), r"(?m)^storage Azurite \S+, AccountKey=\S+$")
        self.assertEqual(len(processes_in(lab.process.pid)), 3, "the lab, its child, Azurite")
        return lab

    def test_after_ctrl_c(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            lab = self.up()
            lab.process.send_signal(number)
            self.assertEqual(lab.end(), 0, lab.output())
            self.assertEqual(lab.left(), [])

    def test_after_ctrl_c_to_all_of_them(self):
        lab = self.up()
        os.killpg(lab.process.pid, signal.SIGINT)
        self.assertEqual(lab.end(), 0, lab.output())
        self.assertEqual(lab.left(), [])

    def test_after_the_child_is_killed(self):
        lab = self.up()
        os.kill(lab.child(), signal.SIGKILL)
        self.assertEqual(lab.end(), 2)
        self.assertIn("crashed", lab.output())
        self.assertEqual(lab.left(), [])

    def test_no_process_after_the_parent_is_killed(self):
        lab = self.up()
        lab.process.kill()
        lab.end()  # its files are left: nobody was there to remove them

    def test_after_ctrl_c_while_azurite_loads(self):
        begun = os.path.join(self.folder, "begun")
        loads = self.program("loads", f'touch "{begun}"; exec sleep 600')
        lab = self.lab("run", "allowlist", "--azurite", loads)
        wait_for(lambda: os.path.exists(begun), "Azurite")
        lab.process.send_signal(signal.SIGINT)
        self.assertEqual(lab.end(), 2, lab.output())
        self.assertEqual(lab.left(), [])


class AWrapperThatForks(Case):
    """One that does not become Azurite."""

    def setUp(self):
        super().setUp()
        self.azurite = self.program("wrapper", f'node "{AZURITE}" "$@" & wait')

    def test_leaves_nothing_after_a_run(self):
        lab = self.lab("run", "allowlist", "--azurite", self.azurite)
        self.assertEqual(lab.end(), 0, lab.output())
        self.assertRegex(lab.output(), r"(?m)^Blob storage: Azurite \d+\.\d+\.\d+$")
        self.assertEqual(lab.left(), [])

    def test_leaves_nothing_after_ctrl_c(self):
        lab = self.lab("up", "allowlist", "--azurite", self.azurite)
        lab.is_up()
        self.assertEqual(len(processes_in(lab.process.pid)), 4, "the lab, its child, the wrapper, Azurite")
        lab.process.send_signal(signal.SIGINT)
        self.assertEqual(lab.end(), 0, lab.output())
        self.assertEqual(lab.left(), [])


class WhereItCantBeHad(Case):
    def says_in_one_line(self, words, *arguments):
        lab = self.lab("run", "allowlist", *arguments)
        self.assertEqual(lab.end(), 2, lab.output())
        self.assertEqual(lab.output().count("\n"), 1, lab.output())
        self.assertIn(words, lab.output())
        self.assertIn("--azurite built-in", lab.output())
        self.assertEqual(lab.left(), [])

    def test_missing(self):
        self.says_in_one_line("npm install -g azurite", "--azurite", os.path.join(self.bin, "azurite"))

    def test_does_not_start(self):
        broken = self.program("broken", "echo node is too old >&2; exit 1")
        self.says_in_one_line("it ended before it listened: node is too old", "--azurite", broken)

    def test_can_not_be_run(self):
        path = self.program("binary", "")
        with open(path, "wb") as file:
            file.write(b"neither a script nor a program\n")
        self.says_in_one_line("Exec format error", "--azurite", path)

    def test_does_not_reach_the_terminal_as_it_is(self):
        rude = self.program("rude", r"printf '\033[31mred\n'; exit 1")
        self.says_in_one_line("it ended before it listened: ?[31mred;", "--azurite", rude)

    def test_another_server(self):
        serve = "import http.server as h; s = h.HTTPServer(('127.0.0.1', 0), h.BaseHTTPRequestHandler); " \
                "print(f'successfully listens on http://127.0.0.1:{s.server_port}', flush=True); s.serve_forever()"
        other = self.program("other", f'exec "{sys.executable}" -c "{serve}" 2>/dev/null')
        self.says_in_one_line("what listens is not Azurite", "--azurite", other)


if __name__ == "__main__":
    if not os.path.exists(AZURITE):
        sys.exit(f"{AZURITE} is missing: ./dev deps brings it")
    unittest.main(verbosity=2)
