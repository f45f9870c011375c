"""What the tests with Microsoft's own clients share: where npm has put these, and programs that run beside a test.

A client that is not installed is a failure: ./dev deps brings them all.
"""

import os
import re
import subprocess

from gate import DEADLINE, wait_for

HERE = os.path.dirname(os.path.abspath(__file__))
PROGRAMS = os.path.join(HERE, "azure")
NODE_MODULES = os.path.join(HERE, "..", "..", "build", "e2e", "azure", "node_modules")
MIB = 1 << 20


def environment(home, authority, **more):
    """All a client knows of the world: `authority` is whom it trusts, the last two say so to node and to .NET."""
    return {"PATH": os.environ["PATH"], "HOME": home, "TMPDIR": home, "LANG": "C.UTF-8", "NODE_PATH": NODE_MODULES,
            "NODE_EXTRA_CA_CERTS": authority.certificate, "SSL_CERT_FILE": authority.certificate, **more}


def program(name):
    """One of our own programs, to be run by node."""
    return ["node", os.path.join(PROGRAMS, name)]


class Beside:
    """A program that runs beside the test from the start until stop(), and is told and says one line at a time. It ends
    with the test even where that is killed."""

    def __init__(self, folder, name, command, environment):
        self.output = os.path.join(folder, name + ".out")
        with open(self.output, "wb") as output:
            self.process = subprocess.Popen(["setpriv", "--pdeathsig", "TERM", *command], cwd=folder, env=environment,
                                            stdin=subprocess.PIPE, stdout=output, stderr=subprocess.STDOUT, text=True)

    def said(self):
        with open(self.output, encoding="utf-8", errors="replace") as file:
            return file.read()

    def wait_until_it_says(self, pattern):
        """The match of a regular expression, as soon as the output has one. Fails if the program ends before."""
        def match_or_end():
            ended = self.process.poll() is not None
            return re.search(pattern, self.said(), re.MULTILINE) or ended
        found = wait_for(match_or_end, f"{pattern} in {self.output}")
        if found is True:
            raise AssertionError(f"ended with {self.process.returncode} before {pattern}: {self.said()}")
        return found

    def tell(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def wait(self):
        """Its exit code, once it has ended by itself."""
        self.process.stdin.close()
        return self.process.wait(DEADLINE)

    def stop(self):
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.process.stdin.close()


class Azurite(Beside):
    """Microsoft's emulator of Blob storage, with one account. The first label of a request's Host names the account."""

    KEY = "c2hpcmdhdGUtZTJlLWtleS0wMTIzNDU2Nzg5"

    def __init__(self, folder, authority, account, *options):
        os.makedirs(folder)
        self.connection = (f"DefaultEndpointsProtocol=https;AccountName={account};AccountKey={self.KEY};"
                           f"BlobEndpoint=https://{account}.blob.core.windows.net")
        blobs = os.path.join(NODE_MODULES, "azurite", "dist", "src", "blob", "main.js")
        super().__init__(folder, "azurite", [
            "node", blobs, "--blobHost", "127.0.0.1", "--blobPort", "0", "--cert", authority.server_certificate,
            "--key", authority.server_key, "--location", folder, "--disableTelemetry", "--skipApiVersionCheck",
            *options], environment(folder, authority, AZURITE_ACCOUNTS=f"{account}:{self.KEY}"))
        try:
            self.port = int(self.wait_until_it_says(r"successfully listens on https://127\.0\.0\.1:(\d+)")[1])
        except AssertionError:
            self.stop()
            raise

    def requests(self):
        """Method, path with query, and status of all that it has answered."""
        found = re.findall(r'"([A-Z]+) (\S+) HTTP/1\.1" (\d+)', self.said())
        return [(method, path, int(status)) for method, path, status in found]
