"""Real SQL drivers, each for one query: FreeTDS, tedious, python-tds, and System.Data.SqlClient on mono.

The server's name leads to where a hosts file says, as on a SHIR node; nss_wrapper makes the drivers read ours. A driver
that is not installed is a failure: ./dev deps brings them all.
"""

import os

from gate import run

HERE = os.path.dirname(os.path.abspath(__file__))
PROGRAMS = os.path.join(HERE, "sql")
NODE_MODULES = os.path.join(HERE, "..", "..", "build", "e2e", "sql", "node_modules")
SYSTEM_PYTHON = "/usr/bin/python3"  # the one that Debian's python3-tds is for


class Drivers:
    """Every driver gives the result of one query, sent to the server `name` and that port. What they need to have
    written is below `folder`; `inside` starts each of them elsewhere."""

    def __init__(self, folder, addresses, inside=()):
        os.makedirs(folder)
        self.folder, self.inside = folder, inside
        hosts = self.write("hosts", "".join(f"{address} {name}\n" for name, address in addresses.items()))
        self.environment = {"PATH": os.environ["PATH"], "HOME": folder, "TMPDIR": folder, "LANG": "C.UTF-8",
                            "LD_PRELOAD": "libnss_wrapper.so", "NSS_WRAPPER_HOSTS": hosts, "NODE_PATH": NODE_MODULES}
        self.query = self.write("query.sql", "select n, s from t\ngo\n")

    def write(self, name, text):
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="ascii") as file:
            file.write(text)
        return path

    def run(self, *command, **options):
        return run([*self.inside, "env", *(f"{key}={value}" for key, value in self.environment.items()), *command],
                   cwd=self.folder, **options)

    def tedious(self, name, port, authority, encryption, *proxy):
        """`encryption`: "encrypt", or "strict" for TDS 8.0. `proxy`: goes there first, by CONNECT."""
        return self.run("node", os.path.join(PROGRAMS, "query.js"), name, port, authority, encryption, *proxy)

    def python_tds(self, name, port, authority):
        return self.run(SYSTEM_PYTHON, os.path.join(PROGRAMS, "query.py"), name, port, authority)

    def tsql(self, name, port, authority, encryption):
        """`encryption`: "require", or "request" to leave it to the server."""
        config = self.write("freetds.conf", f"[server]\nhost = {name}\nport = {port}\ntds version = 7.4\n"
                                            f"encryption = {encryption}\nca file = {authority}\n")
        with open(self.query, encoding="ascii") as query:
            return self.run("env", f"FREETDSCONF={config}", "tsql", "-S", "server", "-U", "shir", "-P", "secret",
                            stdin=query)

    def mono(self, name, port, encrypt):
        program = os.path.join(self.folder, "Query.exe")
        if not os.path.exists(program):
            compiled = run(["mcs", "-r:System.Data.dll", f"-out:{program}", os.path.join(PROGRAMS, "Query.cs")])
            assert compiled.returncode == 0, compiled.stdout + compiled.stderr
        return self.run("mono", program, f"Server=tcp:{name},{port};User ID=shir;Password=secret;Encrypt={encrypt};"
                                         "TrustServerCertificate=True;Pooling=False")
