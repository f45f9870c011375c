"""The report of a log with hostile names in it: as a page in a real browser, in every other format, and as it comes.
And what docs/audit-log.md has jq ask the same lines.

Usage: report_test.py PATH-TO-SHIRGATE
"""

import csv
import io
import json
import os
import re
import subprocess
import sys
import tempfile
import unittest

from chromium import Chromium
from gate import wait_for

BINARY = ""
ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
AXE = os.path.join(ROOT, "build", "e2e", "page", "node_modules", "axe-core", "axe.min.js")
HOSTILE = ["<img src=x onerror=window.hit=1>", "\x1b[31mred\x1b[0m", "\"><script>window.hit=1</script>",
           "=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "a|b|c", "two\nlines", "'; drop--", "\u202egnp",
           "\u009b31m", "x" * 60_000, "&lt;b&gt;", "%0a", "\x7f"]


class Log:
    """An audit directory that the test writes."""

    def __init__(self, folder):
        self.folder = folder
        self.seq = 0
        os.makedirs(folder)
        self.rotate()

    def rotate(self):
        self.segment = os.path.join(self.folder, f"audit-{self.seq + 1:012}.jsonl")

    def add(self, action, **fields):
        self.seq += 1
        time = f"2026-11-{1 + self.seq // 1000:02}T{self.seq // 60 % 24:02}:{self.seq % 60:02}:00.000Z"
        line = {"shirgate.seq": self.seq, "shirgate.prev": "0" * 64, "shirgate.gate": "0123456789abcdef",
                "@timestamp": time, "event.action": action}
        line.update({key.replace("__", "."): value for key, value in fields.items()})
        with open(self.segment, "a", encoding="ascii") as segment:
            segment.write(json.dumps(line, separators=(",", ":")) + "\n")

    def add_tunnel(self, host, channel, sent, **fields):
        about = {"shirgate__tunnel": f"{self.seq:016x}", "shirgate__runtime": "contoso-prod",
                 "shirgate__channel": channel, "source__ip": "10.20.0.21", "destination__domain": host,
                 "destination__port": 443, "destination__ip": "20.50.1.1", "shirgate__rule": "a/rule"}
        self.add("open", **about, **fields, shirgate__time__dial=12_000)
        self.add("checked", **about, tls__client__server_name=host)
        self.add("close", **about, source__bytes=sent, destination__bytes=500, event__duration=900_000_000,
                 shirgate__reason="client_closed", shirgate__stage="relay")

    def add_refusal(self, host, reason="host_not_listed", **fields):
        self.add("denied", **{"shirgate__runtime": "contoso-prod", "source__ip": "10.20.0.21",
                              "destination__domain": host, "destination__port": 443, "shirgate__reason": reason,
                              "shirgate__stage": "policy", **fields})


def write_log(folder):
    """Everything a report can show, and every hostile text in every field that a report shows."""
    log = Log(folder)
    for _ in range(20):
        log.add_tunnel("contoso-prod.westeurope.datafactory.azure.net", "control", 4000)
        log.add_tunnel("contosostage.blob.core.windows.net", "staged", 5_000_000)
    log.add_tunnel("stranger.servicebus.windows.net", "relay", 100, shirgate__first_use=True)
    log.add_refusal("contoso-kv.vault.azure.net")
    log.add_refusal("contoso-prod.westeurope.datafactory.azure.net.evil.example")
    log.add_refusal("contosostage.blob.core.windows.net", "address_not_expected", shirgate__channel="staged",
                    dns__resolved_ip="20.60.0.4,20.60.0.5")
    log.add_refusal("erp.contoso.example", "address_not_expected", shirgate__channel="erp", dns__resolved_ip="10.1.2.3")
    log.add("failed", shirgate__runtime="contoso-prod", shirgate__channel="staged", source__ip="10.20.0.21",
            destination__domain="contosostage.blob.core.windows.net", destination__port=443,
            shirgate__reason="connect_timeout")
    log.add("open", shirgate__runtime="contoso-prod", shirgate__channel="control", destination__domain="x.example",
            destination__port=443, shirgate__would_deny="host_not_listed")
    for text in HOSTILE:
        log.add_refusal(text)
        log.add_refusal(text, "address_not_expected", dns__resolved_ip=text, shirgate__channel=text)
        log.add("denied", shirgate__asked=text, source__ip=text, shirgate__reason=text)
        log.add("open", shirgate__runtime=text, shirgate__channel=text, destination__domain=text, destination__port=443,
                destination__ip=text, shirgate__rule=text, shirgate__first_use=True, source__ip=text)
        log.add("checked", shirgate__runtime=text, shirgate__channel=text, destination__domain=text,
                destination__port=443, tls__client__server_name=text)
    return log


def text_of(path):
    with open(path, encoding="ascii") as file:
        return file.read()


def report(*arguments):
    result = subprocess.run([BINARY, "report", *arguments], capture_output=True, check=False)
    assert result.returncode == 1, result.stderr  # the log has lines that are no events
    return result.stdout


class Report(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.audit = os.path.join(cls.folder.name, "audit")
        write_log(cls.audit)

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def lines_of(self, text):
        return text.decode("ascii").split("\n")

    def assert_harmless(self, text):
        """Printable ASCII and line ends: no terminal does anything with it."""
        self.assertIsNone(re.search(rb"[^\n\x20-\x7e]", text))

    def test_text_holds_nothing_that_a_terminal_would_obey(self):
        text = report(self.audit)
        self.assert_harmless(text)
        self.assertIn(b"Public answers on private channels", text)

    def test_text_fits_the_terminal(self):
        with tempfile.NamedTemporaryFile() as log:
            subprocess.run(["script", "-qc", f"stty cols 90; {BINARY} report {self.audit} 2>/dev/null", log.name], check=True,
                           stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL,
                           env={**os.environ, "TERM": "xterm", "NO_COLOR": "1"})
            lines = [line.rstrip(b"\r\n") for line in log.readlines()[1:-1]]
        # What is to be copied into a configuration is never wrapped.
        long = [line for line in lines if len(line) > 90 and not re.match(rb" {6}(hosts|[a-z_]+) = ", line)]
        self.assertEqual(long, [])
        self.assertGreater(len(lines), 50)

    def test_colour_is_for_terminals_that_want_it(self):
        def on_terminal(**environment):
            return subprocess.run(["script", "-qc", f"{BINARY} report {self.audit}", "/dev/null"], check=True,
                                  capture_output=True, stdin=subprocess.DEVNULL,
                                  env={"PATH": os.environ["PATH"], "TERM": "xterm", **environment}).stdout

        self.assertIn(b"\x1b[1m", on_terminal())
        self.assertNotIn(b"\x1b", on_terminal(NO_COLOR="1"))
        self.assertNotIn(b"\x1b", on_terminal(TERM="dumb"))

    def test_json_is_one_ascii_line_with_everything(self):
        text = report("--json", self.audit)
        self.assert_harmless(text)
        answer = json.loads(text)
        # Lines that say the name of 60,000 bytes more than once are too long to be events.
        self.assertEqual(answer["unreadable_count"], 4)
        targets = {attempt["target"] for attempt in answer["refused"]}
        for name in HOSTILE:
            if len(name) < 1000:
                self.assertIn(f"{name}:443", targets)
        self.assertEqual([wrong["target"] for wrong in answer["public_on_private"]],
                         ["contosostage.blob.core.windows.net:443"])

    def test_csv_holds_no_formula(self):
        text = report("--format", "csv", self.audit).decode("ascii")
        rows = list(csv.reader(io.StringIO(text, newline="")))
        self.assertGreater(len(rows), 50)
        for row in rows:
            self.assertEqual(len(row), len(rows[0]))
            for cell in row:
                self.assertFalse(cell.startswith(("=", "+", "-", "@", "\t", "\r")), cell)

    def test_squid_lines_have_their_fields_and_nothing_else(self):
        lines = self.lines_of(report("--format", "squid", self.audit))
        self.assertEqual(lines.pop(), "")
        self.assertGreater(len(lines), 50)
        for line in lines:
            self.assertRegex(line, r"^\d+\.\d{3} +\d+ \S+ TCP_(TUNNEL|DENIED)/\d{3} \d+ CONNECT \S+ - HIER_\w+/\S+ -$")
            self.assertIsNone(re.search(r"[<>\"'|=+@`;]", line), line)

    def test_squid_lines_are_read_by_an_analyser(self):
        text = report("--format", "squid", self.audit)
        with tempfile.TemporaryDirectory() as folder:
            log, answer = os.path.join(folder, "access.log"), os.path.join(folder, "answer.json")
            with open(log, "wb") as file:
                file.write(text)
            subprocess.run(["goaccess", log, "--no-global-config", "--no-ip-validation", "--no-progress",
                            "--log-format=%x.%^ %~%L %h %^/%s %b %m %U", "--datetime-format=%s", "-o", answer],
                           check=True, capture_output=True, stdin=subprocess.DEVNULL)
            with open(answer, encoding="utf-8") as file:
                general = json.load(file)["general"]
        self.assertEqual(general["failed_requests"], 0)
        self.assertEqual(general["valid_requests"], text.count(b"\n"))


class Page(unittest.TestCase):
    """The page of the same log in a browser."""

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        audit = os.path.join(cls.folder.name, "audit")
        write_log(audit)
        config = os.path.join(cls.folder.name, "shirgate.toml")
        with open(config, "w", encoding="ascii") as file:
            file.write('[gate]\nlisten = ["10.20.0.10:3128"]\n[audit]\ndirectory = "audit"\n[[runtime]]\n'
                       'name = "contoso-prod"\nclients = ["10.20.0.21"]\nfactory = "contoso-prod"\n'
                       'region = "westeurope"\ninteractive_authoring = "off"\n')
        cls.page = os.path.join(cls.folder.name, "report.html")
        # The log has lines that are no events, so the exit code is 1.
        subprocess.run([BINARY, "report", "--format", "html", "--config", config, "-o", cls.page, audit], check=False,
                       capture_output=True)
        cls.browser = Chromium(os.path.join(cls.folder.name, "browser"))
        cls.url = "file://" + cls.page
        with open(AXE, encoding="utf-8") as file:
            cls.axe = file.read()

    @classmethod
    def tearDownClass(cls):
        cls.browser.close()
        cls.folder.cleanup()

    def test_axe_finds_nothing_by_day_and_by_night(self):
        for dark in (False, True):
            self.browser.dark(dark)
            self.browser.open(self.url)
            self.browser.evaluate(self.axe + "; 0")
            result = self.browser.evaluate("axe.run(document, {resultTypes: ['violations', 'passes']})")
            found = [(violation["id"], [node["html"][:200] for node in violation["nodes"]][:3])
                     for violation in result["violations"]]
            self.assertEqual(found, [], f"dark: {dark}")
            self.assertIn("color-contrast", [check["id"] for check in result["passes"]])

    def test_it_opens_without_any_network(self):
        self.browser.open(self.url)
        self.assertEqual(self.browser.requests, [self.url])
        self.assertIsNone(re.search(r"https?://", text_of(self.page)))

    def test_its_own_style_is_the_only_one_that_applies(self):
        self.browser.open(self.url)
        self.assertEqual(self.browser.evaluate("getComputedStyle(document.querySelector('table')).borderCollapse"),
                         "collapse")
        self.browser.evaluate("document.body.insertAdjacentHTML('beforeend', '<style>table{border-collapse:separate}"
                              "</style><img src=x onerror=\"window.hit=1\">')")
        self.assertEqual(self.browser.evaluate("getComputedStyle(document.querySelector('table')).borderCollapse"),
                         "collapse")
        self.assertIsNone(self.browser.evaluate("new Promise(done => setTimeout(() => done(window.hit ?? null), 200))"))

    def test_hostile_names_are_text(self):
        self.browser.open(self.url)
        self.assertIsNone(self.browser.evaluate("window.hit ?? null"))
        self.assertEqual(self.browser.evaluate("document.scripts.length + document.images.length"), 0)
        text = self.browser.evaluate("document.body.textContent")
        self.assertIn("<img src=x onerror=window.hit=1>:443", text)
        self.assertIn("?[31mred", text)
        self.assertIn("\"><script>window.hit=1</script>:443", text)

    def test_it_has_charts_that_say_what_is_to_be_seen(self):
        self.browser.open(self.url)
        names = self.browser.evaluate("[...document.querySelectorAll('svg > title')].map(t => t.textContent)")
        self.assertEqual([name.split(".")[0] for name in names],
                         ["Bytes per channel", "Tunnels over time", "Refusals by host"])
        self.assertIn("The most went through staged (contoso-prod)", names[0])


class Policies(unittest.TestCase):
    """From the log to a configuration and back, as somebody types it."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.audit = os.path.join(folder.name, "audit")
        self.config = os.path.join(folder.name, "shirgate.toml")
        self.log = Log(self.audit)
        self.log.add_tunnel("contoso-prod.westeurope.datafactory.azure.net", "control", 4000)
        self.log.add_tunnel("login.microsoftonline.com", "identity", 100)

    def shirgate(self, expected, *arguments):
        result = subprocess.run([BINARY, *arguments], capture_output=True, check=False, text=True)
        self.assertEqual(result.returncode, expected, result.stdout + result.stderr)
        return result.stdout

    def test_what_is_learned_passes_check_and_replay(self):
        self.shirgate(0, "learn", self.audit, "-o", self.config)
        self.shirgate(0, "check", self.config)
        answer = json.loads(self.shirgate(0, "replay", "--json", "--config", self.config, self.audit))
        self.assertEqual((answer["tunnels"], answer["would_refuse"]), (2, []))

    def test_replay_names_what_would_be_refused(self):
        self.shirgate(0, "learn", self.audit, "-o", self.config)
        self.log.add_tunnel("erp.contoso.example", "erp", 100)
        self.assertRegex(self.shirgate(1, "replay", "--config", self.config, self.audit),
                         r"contoso-prod +erp\.contoso\.example:443 +host_not_listed +1 ")

    def test_a_part_of_the_log_is_enough(self):
        for only in (["--channel", "control"], ["--until", "2026-11-01T00:03"]):
            report = json.loads(self.shirgate(0, "report", "--json", *only, self.audit))
            self.assertEqual([host["channel"] for host in report["channels"]], ["control"], only)
        self.shirgate(1, "learn", "--since", "2026-12-01", self.audit)

    def test_bad_input_is_2_and_leaves_the_output_alone(self):
        with open(self.config, "w", encoding="ascii") as file:
            file.write("[gat]\n")
        for arguments in (["report", "--config", self.config, "-o", self.config, self.audit],
                          ["replay", "--config", self.config, self.audit],
                          ["report", self.audit, self.audit + "/nothing"],
                          ["report", "--since", "yesterday", self.audit],
                          ["learn", "-o", "/nothing/here", self.audit]):
            self.shirgate(2, *arguments)
        self.assertEqual(text_of(self.config), "[gat]\n")


class Documents(unittest.TestCase):
    def test_the_queries_for_jq_answer_their_four_questions(self):
        with open(os.path.join(ROOT, "docs", "audit-log.md"), encoding="utf-8") as file:
            queries = re.search(r"```sh\n(log=.*?)```", file.read(), re.DOTALL)[1]
        with tempfile.TemporaryDirectory() as folder:
            log = Log(os.path.join(folder, "audit"))
            for _ in range(2):
                log.add_tunnel("contosostage.blob.core.windows.net", "staged", 1000)
            log.add_tunnel("stranger.servicebus.windows.net", "relay", 100, shirgate__first_use=True)
            log.add_refusal("rare.example")
            log.add_refusal("often.example")
            log.add_refusal("often.example", shirgate__count=40)
            log.add_refusal("a.blob.core.windows.net", "address_not_expected", shirgate__channel="staged",
                            dns__resolved_ip="20.60.0.4,10.1.2.3")
            log.add_refusal("erp.contoso.example", "address_not_expected", dns__resolved_ip="10.1.2.3,fd00::1")
            answers = subprocess.run(["sh", "-ec", queries.replace("/var/lib/shirgate/audit", log.folder)], check=True,
                                     capture_output=True, text=True).stdout.splitlines()
        self.assertEqual(answers, ["41\toften.example", "1\trare.example",
                                   "2026-11-01\tstaged\t2000\t1000", "2026-11-01\trelay\t100\t500",
                                   "2026-11-01T00:07:00.000Z\tstranger.servicebus.windows.net\trelay\ta/rule",
                                   "2026-11-01T00:13:00.000Z\ta.blob.core.windows.net\tstaged\t20.60.0.4,10.1.2.3"])


class Following(unittest.TestCase):
    def test_refusals_and_openings_are_told_over_a_rotation(self):
        with tempfile.TemporaryDirectory() as folder:
            log = Log(os.path.join(folder, "audit"))
            log.add_refusal("before.example")
            output = os.path.join(folder, "output")
            with open(output, "wb") as file:
                process = subprocess.Popen([BINARY, "report", "--follow", log.folder], stdout=file)
            try:
                # Nobody says when it has begun, so it is told until it hears.
                def heard(host):
                    log.add_refusal(host)
                    return host in text_of(output)

                wait_for(lambda: heard("first.example"), "a refusal")
                log.rotate()
                wait_for(lambda: heard("second.example"), "a refusal after the rotation")
                log.add_tunnel("third.example", "erp", 1)
                wait_for(lambda: "third.example" in text_of(output), "an opening")
            finally:
                process.terminate()
                process.wait()
            text = text_of(output)
            self.assertNotIn("before.example", text)
            self.assertRegex(text, r"2026-11-01 \S+  refused  10\.20\.0\.21  first\.example:443  host_not_listed\n")
            self.assertRegex(text, r"opened   10\.20\.0\.21  third\.example:443  erp by a/rule\n")
            self.assertEqual(text.count("third.example"), 1)


if __name__ == "__main__":
    BINARY = os.path.abspath(sys.argv.pop(1))
    unittest.main()
