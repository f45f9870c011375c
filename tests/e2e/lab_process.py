"""`shirgate lab` as the end-to-end tests run it: in a session and with a TMPDIR of its own, so that they see what it
leaves."""

import contextlib
import os
import re
import shutil
import subprocess
import tempfile

from gate import DEADLINE, wait_for


def processes_in(session):
    """Pids whose session this is, that still run."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        with contextlib.suppress(OSError), open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as file:
            state, _, _, of = file.read().rpartition(")")[2].split()[:4]
            if int(of) == session and state != "Z":
                found.append(int(pid))
    return found


class Lab:
    """`inside` is what the command begins with, `owner` whose its TMPDIR is where that is another user, `path` what its
    PATH begins with."""

    def __init__(self, binary, *arguments, inside=(), owner=None, path=None):
        self.inside = list(inside)
        self.folder = tempfile.mkdtemp(prefix="shirgate-e2e-lab-")
        if owner is not None:
            os.chown(self.folder, owner, owner)
        self.out = tempfile.TemporaryFile()
        environment = {**os.environ, "TMPDIR": self.folder}
        if path is not None:
            environment["PATH"] = f"{path}:{os.environ['PATH']}"
        self.process = subprocess.Popen([*inside, binary, "lab", *arguments], stdout=self.out, stderr=subprocess.STDOUT,
                                        stdin=subprocess.DEVNULL, start_new_session=True, env=environment)

    def output(self):
        return os.pread(self.out.fileno(), 1 << 20, 0).decode()

    def says(self, pattern):
        """Waits for it, or for the lab's end."""
        def said_or_over():
            over = self.process.poll() is not None
            return re.search(pattern, self.output()) or over
        said = wait_for(said_or_over, pattern + "\n" + self.output())
        assert said is not True, f"the lab ended and did not say {pattern}:\n{self.output()}"
        return said

    def is_up(self):
        self.says("Ctrl-C ends it")

    def child(self):
        """The process that does the work."""
        def first():
            with open(f"/proc/{self.process.pid}/task/{self.process.pid}/children", encoding="ascii") as file:
                return file.read().split()
        return int(wait_for(first, "a child")[0])

    def end(self, limit=2 * DEADLINE):
        """Its exit code, once no process of it is left."""
        code = self.process.wait(limit)
        wait_for(lambda: not processes_in(self.process.pid), "the end of every process")
        return code

    def left(self):
        return os.listdir(self.folder)

    def remove(self):
        """What was left; and takes it away."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait(DEADLINE)
        left = self.left()
        shutil.rmtree(self.folder)
        self.out.close()
        return left
