#!/usr/bin/env python3
"""`shirgate lab --netns` as somebody runs it, as root and as an ordinary user: every scenario holds, a real curl in the
node's network gets out by the gate only, what tries otherwise is shown, and nothing is left however it ends.

Usage: lab_netns_test.py PATH_TO_SHIRGATE. Needs nft, ip, nsenter, curl and the right to make network namespaces; says
so and ends with 77 where it has not got them.
"""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest

from gate import run
from lab_process import Lab
from namespaces import in_own_namespaces, skip

ALL_LIMIT = 280
NOBODY_ID = 65534
NOBODY = ["setpriv", "--reuid", str(NOBODY_ID), "--regid", str(NOBODY_ID), "--clear-groups"]


def why_no_user(binary):
    """Why no ordinary user can be played here; empty where that is possible."""
    for command in ([*NOBODY, "unshare", "--map-root-user", "--net", "true"], [*NOBODY, binary, "lab", "list"]):
        ended = run(command)
        if ended.returncode != 0:
            return f"{' '.join(command)}: {ended.stderr}"
    return ""


class Case(unittest.TestCase):
    def lab(self, *arguments, user=()):
        if user is NOBODY and WHY_NO_USER:
            self.skipTest(WHY_NO_USER)
        lab = Lab(BINARY, *arguments, inside=user, owner=NOBODY_ID if user is NOBODY else None)

        def over():
            self.assertEqual(lab.remove(), [], "files were left")
        self.addCleanup(over)
        return lab

    def setUp(self):
        links, named = run(["ip", "-brief", "link"]).stdout, run(["ip", "netns", "list"]).stdout
        self.addCleanup(lambda: self.assertEqual((run(["ip", "-brief", "link"]).stdout,
                                                  run(["ip", "netns", "list"]).stdout), (links, named)))


class Scenarios(Case):
    def test_all_hold_and_count_strays(self):
        lab = self.lab("run", "all", "--netns", "--json")
        self.assertEqual(lab.end(ALL_LIMIT), 0, lab.output())
        answer = json.loads(lab.output())
        self.assertGreater(len(answer["scenarios"]), 15)
        for scenario in answer["scenarios"]:
            strays = scenario["strays"]
            self.assertIn({"address": "20.60.0.53", "port": 53, "protocol": "udp", "packets": 1,
                           "name": "the name server"}, strays["tried"], scenario["name"])
            self.assertEqual(strays["packets"], sum(one["packets"] for one in strays["tried"]), scenario["name"])

    def test_without_a_channel_one_breaks(self):
        lab = self.lab("run", "sql-direct", "--netns", "--without", "data-sql")
        self.assertEqual(lab.end(), 1, lab.output())
        self.assertIn("BROKEN  data-sql", lab.output())

    def test_a_user_may_run_them(self):
        lab = self.lab("run", "private-link", "--netns", user=AS_USER)
        self.assertEqual(lab.end(), 0, lab.output())
        self.assertIn("10.30.0.4:443 (tcp), contoso-prod.westeurope.datafactory.azure.net", lab.output())

    def test_a_user_may_have_a_slow_line(self):
        lab = self.lab("run", "slow-link", "--netns", user=AS_USER)
        self.assertEqual(lab.end(), 0, lab.output())

    def test_markdown_and_page_list_strays(self):
        with tempfile.TemporaryDirectory(prefix="shirgate-netns-page-") as folder:
            page = os.path.join(folder, "lab.html")
            lab = self.lab("run", "sql-direct", "--netns", "--format", "markdown", "--html", page)
            self.assertEqual(lab.end(), 0, lab.output())
            self.assertIn("| 20.60.0.9:1433 (tcp), contoso-sql.database.windows.net | 1 |", lab.output())
            with open(page, encoding="utf-8") as file:
                self.assertIn("<td>20.60.0.9:1433 (tcp), contoso-sql.database.windows.net</td><td>1</td>", file.read())


class AClientOfOnesOwn(Case):
    def curl(self, lab, *arguments):
        way = lab.says(r"\n  (nsenter .*) bash\n")[1].split()
        # Whatever proxy the machine has is none of ours.
        nobody_else = "" if "-x" in arguments else "*"
        return run([*lab.inside, *way, "curl", "-sS", "-m", "20", "--noproxy", nobody_else, *arguments])

    def gets_out_by_the_gate_only(self, user):
        lab = self.lab("up", "allowlist", "--netns", user=user)
        lab.is_up()
        ca = lab.says(r"\nCA +(\S+)\n")[1]
        proxy = lab.says(r"\nproxy +(http://\S+)\n")[1]
        host = "contoso-prod.westeurope.datafactory.azure.net"
        through = self.curl(lab, "--cacert", ca, "-x", proxy, "-o", "/dev/null", "-w", "%{http_connect} %{http_code}",
                            f"https://{host}/heartbeat")
        self.assertEqual(through.returncode, 0, through.stderr)
        self.assertEqual(through.stdout, "200 200")
        refused = self.curl(lab, "--cacert", ca, "-x", proxy, "https://attacker.example/")
        self.assertIn("403", refused.stderr)
        direct = self.curl(lab, "--cacert", ca, "--resolve", f"{host}:443:20.60.0.1", f"https://{host}/heartbeat")
        self.assertEqual(direct.returncode, 7, direct.stderr)  # it could not connect
        lab.says(rf"tried to get out past the gate: 20.60.0.1:443 \(tcp\), {host}\n")
        elsewhere = self.curl(lab, "https://8.8.8.8/")
        self.assertEqual(elsewhere.returncode, 7, elsewhere.stderr)
        lab.says(r"tried to get out past the gate: 8.8.8.8:443 \(tcp\)\n")
        lab.process.send_signal(signal.SIGINT)
        self.assertEqual(lab.end(), 0)

    def test_gets_out_by_the_gate_only(self):
        self.gets_out_by_the_gate_only([])

    def test_gets_out_by_the_gate_only_as_a_user(self):
        self.gets_out_by_the_gate_only(AS_USER)


class NothingIsLeft(Case):
    def up(self, user=()):
        lab = self.lab("up", "private-link", "--netns", user=user)
        lab.is_up()
        return lab

    def test_after_ctrl_c(self):
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            lab = self.up()
            lab.process.send_signal(number)
            self.assertEqual(lab.end(), 0)

    def test_after_ctrl_c_to_all_of_them(self):
        lab = self.up()
        os.killpg(lab.process.pid, signal.SIGINT)
        self.assertEqual(lab.end(), 0)

    def test_after_the_child_is_killed(self):
        lab = self.up()
        os.kill(lab.child(), signal.SIGKILL)
        self.assertEqual(lab.end(), 2)
        self.assertIn("crashed", lab.output())

    def test_no_process_after_the_parent_is_killed(self):
        for user in ([], AS_USER):
            lab = self.up(user)
            lab.process.kill()
            lab.end()
            for folder in os.listdir(lab.folder):  # nobody was there to remove it
                shutil.rmtree(os.path.join(lab.folder, folder))

    def test_after_ctrl_c_in_the_middle(self):
        for moment in (0.02, 0.05, 0.1, 0.2, 0.4, 0.8):
            lab = self.lab("run", "slow-link", "--netns")
            with contextlib.suppress(subprocess.TimeoutExpired):
                lab.process.wait(moment)  # any moment will do
            os.killpg(lab.process.pid, signal.SIGINT)
            self.assertNotEqual(lab.end(), 0, lab.output())


class WhereItCantRun(Case):
    def setUp(self):
        ended = run(["unshare", "--user", "--map-root-user", "true"])
        if ended.returncode != 0:
            self.skipTest(ended.stderr)

    def says_in_one_line(self, lab, words):
        self.assertEqual(lab.end(), 2)
        self.assertEqual(lab.output().count("\n"), 1, lab.output())
        self.assertIn(words, lab.output())

    def test_no_namespaces(self):
        forbid = "echo 0 >/proc/sys/user/max_user_namespaces; echo 0 >/proc/sys/user/max_net_namespaces; exec \"$@\""
        lab = self.lab("run", "sql-direct", "--netns", user=["unshare", "--user", "--map-root-user", "sh", "-c", forbid,
                                                             "sh"])
        self.says_in_one_line(lab, "network namespaces are not permitted here")

    def test_no_nft(self):
        hide = "mount --bind /dev/null \"$0\" && exec \"$@\""
        lab = self.lab("run", "sql-direct", "--netns", user=["unshare", "--map-root-user", "--mount", "sh", "-c", hide,
                                                             os.path.realpath(shutil.which("nft"))])
        self.says_in_one_line(lab, "apt-get install iproute2 nftables")


if __name__ == "__main__":
    in_own_namespaces()
    BINARY = sys.argv.pop(1)
    if shutil.which("curl") is None:
        skip("curl is not installed")
    with open("/proc/self/uid_map", encoding="ascii") as uids:  # an ordinary user is the only one in his namespace
        AS_USER = NOBODY if "4294967295" in uids.read() else []
    WHY_NO_USER = why_no_user(BINARY) if AS_USER is NOBODY else ""
    unittest.main(verbosity=2)
