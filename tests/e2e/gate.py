"""What the end-to-end tests share: the gate under test, a certificate authority of their own, children that end."""

import http.server
import json
import os
import signal
import socket
import ssl
import subprocess
import threading
import time

DEADLINE = 60


def wait_for(condition, what):
    """Waits until condition() is truthy and returns it."""
    until = time.monotonic() + DEADLINE
    while time.monotonic() < until:
        value = condition()
        if value:
            return value
        time.sleep(0.02)
    raise AssertionError(f"not within {DEADLINE} s: {what}")


def free_port(kind=socket.SOCK_STREAM):
    """One the kernel gives, and gives to nobody else soon."""
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def runtime(*accounts):
    """A runtime of the usual kind for every client on 127.0.0.1, with these staging accounts."""
    listed = ", ".join(f'"{account}"' for account in accounts)
    return f"""
[[runtime]]
name = "contoso-prod"
clients = ["127.0.0.1"]
factory = "contoso-prod"
region = "westeurope"
interactive_authoring = "off"
staging_accounts = [{listed}]
"""


def lab(ports):
    """Turns port 443 of each host to a port of this machine: {host: port}."""
    answers = "".join(f'"{host}" = ["20.60.0.{index}"]\n' for index, host in enumerate(ports, 10))
    dial = ", ".join(f'"{host}:443" = "127.0.0.1:{port}"' for host, port in ports.items())
    return f"[dns.hosts]\n{answers}[lab]\nenabled = true\ndial = {{ {dial} }}\n"


class Gate:
    """Serves one configuration until stop(). Its listener and its audit log are written into the file here. It is a lab
    on loopback, unless told otherwise. `keys` are more of [gate]."""

    def __init__(self, binary, folder, configuration, listen="127.0.0.1:0", options=("--lab",), inside=(), keys=""):
        os.makedirs(folder)
        self.audit = os.path.join(folder, "audit")
        self.config = os.path.join(folder, "shirgate.toml")
        self.errors = os.path.join(folder, "stderr")
        with open(self.config, "w", encoding="ascii") as file:
            file.write(f'[gate]\nlisten = ["{listen}"]\n{keys}[audit]\ndirectory = "{self.audit}"\n{configuration}')
        self.command = [*inside, binary, "serve", "--config", self.config, *options]
        self.starts = 0
        self.start()

    def start(self):
        """Once more, after it has ended; the log goes on."""
        with open(self.errors, "a", encoding="ascii") as errors:
            self.process = subprocess.Popen(self.command, stderr=errors)
        self.starts += 1
        try:
            wait_for(lambda: len(self.events("start")) == self.starts or self.process.poll() is not None,
                     "the gate's start")
            # [gate] listen first, then every [[forward]] and [[transparent]] in the order of the file.
            self.address, *self.doors = self.events("start")[-1]["message"].split(" listens on ")[1].split()
        except (AssertionError, IndexError):
            self.stop()
            raise
        self.proxy = "http://" + self.address

    def kill(self):
        """Without a word."""
        self.process.kill()
        self.process.wait()

    def stop(self):
        """Tells it to stop, unless it has, and sees that all was well."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            code = self.process.wait(DEADLINE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            code = f"{self.process.wait()}, killed"
        with open(self.errors, encoding="utf-8", errors="replace") as file:
            assert code == 0, f"the gate ended with {code}: {file.read()}"

    def lines(self):
        """The audit log so far, line by line, as it is."""
        found = []
        for name in sorted(os.listdir(self.audit)) if os.path.isdir(self.audit) else []:
            path = os.path.join(self.audit, name)
            try:
                if name.endswith(".jsonl"):
                    with open(path, encoding="ascii") as file:
                        text = file.read()
                elif name.endswith(".jsonl.zst") and not os.path.exists(path[:-len(".zst")]):
                    text = subprocess.run(["zstd", "-dcq", path], check=True, capture_output=True, text=True).stdout
                else:
                    continue
            except FileNotFoundError:  # compressed since it was listed
                return self.lines()
            found += [line[:-1] for line in text.splitlines(keepends=True) if line.endswith("\n")]
        return found

    def events(self, action=None):
        """What the audit log says so far, all of it or one action."""
        found = [json.loads(line) for line in self.lines()]
        return [event for event in found if action in (None, event["event.action"])]

    def tunnels(self):
        """Stops the gate, so that nothing more can come, and gives each tunnel as {action: its one event}, in the order
        they were opened: the log is in that order for each worker only."""
        self.stop()
        found = {}
        for event in self.events():
            if "shirgate.tunnel" in event:
                of_tunnel = found.setdefault(event["shirgate.tunnel"], {})
                assert event["event.action"] not in of_tunnel, f"twice: {event}"
                of_tunnel[event["event.action"]] = event
        opened = [of_tunnel for of_tunnel in found.values() if "open" in of_tunnel]
        return sorted(opened, key=lambda of_tunnel: of_tunnel["open"]["@timestamp"])


class Authority:
    """A certificate authority and one certificate for the given names, in a folder."""

    SUBJECT = "shirgate e2e authority"

    def __init__(self, folder, names):
        os.makedirs(folder, exist_ok=True)
        self.folder = folder
        self.certificate = os.path.join(folder, "authority.pem")
        self.server_certificate = os.path.join(folder, "server.pem")
        self.server_key = os.path.join(folder, "server.key")
        key = os.path.join(folder, "authority.key")
        self.make(self.SUBJECT, self.certificate, key,
                  "basicConstraints=critical,CA:TRUE", "keyUsage=critical,keyCertSign,cRLSign")
        self.make("shirgate e2e server", self.server_certificate, self.server_key,
                  "basicConstraints=critical,CA:FALSE", "keyUsage=critical,digitalSignature",
                  "extendedKeyUsage=serverAuth", "subjectAltName=" + ",".join(f"DNS:{name}" for name in names),
                  issuer=["-CA", self.certificate, "-CAkey", key])

    def serve_https(self, handler, address=("127.0.0.1", 0)):
        """A server, already serving in threads of its own."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.server_certificate, self.server_key)
        server = http.server.ThreadingHTTPServer(address, handler)
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        server.handle_error = lambda *args: None
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return server

    def make(self, subject, certificate, key, *extensions, issuer=()):
        config = os.path.join(self.folder, "openssl.cnf")
        with open(config, "w", encoding="ascii") as file:
            file.write("[req]\ndistinguished_name=subject\nx509_extensions=extensions\n[subject]\n[extensions]\n"
                       "subjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n" + "\n".join(extensions) + "\n")
        subprocess.run(
            ["openssl", "req", "-x509", "-config", config, "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
             "-nodes", "-keyout", key, "-out", certificate, "-days", "2", "-subj", f"/CN={subject}", *issuer],
            check=True, capture_output=True, timeout=DEADLINE)


def run(command, **options):
    """Runs a client in a process group of its own, and ends the whole group if it is late. Gives code and output."""
    options.setdefault("stdin", subprocess.DEVNULL)
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True, text=True,
                          errors="replace", **options) as process:
        try:
            output, errors = process.communicate(timeout=DEADLINE)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
            raise
    return subprocess.CompletedProcess(command, process.returncode, output, errors)
