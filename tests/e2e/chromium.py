"""A page in headless Chromium, driven over its debugging pipe: no library, no port, no network."""

import json
import os
import subprocess
import tempfile

DEADLINE = 60


class Chromium:
    """One browser with one page. Keeps what the page asked the network for in `requests`."""

    def __init__(self, folder):
        to_browser, self._commands = os.pipe()
        self._answers, from_browser = os.pipe()
        # Chromium reads commands from descriptor 3 and answers on 4; the shell puts them there.
        command = (f"exec timeout {4 * DEADLINE} chromium --headless --no-sandbox --disable-gpu --no-first-run "
                   f"--disable-dev-shm-usage --remote-debugging-pipe --user-data-dir={folder} "
                   f"3<&{to_browser} 4>&{from_browser}")
        self._errors = tempfile.TemporaryFile()
        self.process = subprocess.Popen(["bash", "-c", command], pass_fds=(to_browser, from_browser),
                                        stdout=subprocess.DEVNULL, stderr=self._errors)
        os.close(to_browser)
        os.close(from_browser)
        self._unread = b""
        self._number = 0
        self._events = []
        self._session = None
        self.requests = []
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Network", "Runtime", "Log"):
            self.call(f"{domain}.enable")

    def close(self):
        os.close(self._commands)
        os.close(self._answers)
        self.process.terminate()
        self.process.wait(DEADLINE)
        self._errors.close()

    def open(self, url):
        """Loads the page; `requests` holds what that took."""
        self.requests.clear()
        self.call("Page.navigate", url=url)
        self._await_event("Page.loadEventFired")

    def dark(self, on):
        scheme = "dark" if on else "light"
        self.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])

    def evaluate(self, expression):
        """The value of a JavaScript expression; a promise is awaited."""
        answer = self.call("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def call(self, method, **parameters):
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._commands, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._read()
            if answer.get("id") == self._number:
                assert "error" not in answer, f"{method}: {answer['error']}"
                return answer["result"]
            self._note(answer)

    def _await_event(self, method):
        while method not in self._events:
            self._note(self._read())
        self._events.remove(method)

    def _note(self, message):
        self._events.append(message.get("method"))
        if message.get("method") == "Network.requestWillBeSent":
            self.requests.append(message["params"]["request"]["url"])

    def _read(self):
        while b"\0" not in self._unread:
            piece = os.read(self._answers, 1 << 20)
            if not piece:
                self._errors.seek(0)
                raise AssertionError(f"chromium ended: {self._errors.read()[-2000:]}")
            self._unread += piece
        message, self._unread = self._unread.split(b"\0", 1)
        return json.loads(message)
