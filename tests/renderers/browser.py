"""A headless Chromium, driven over its debugging pipe: open a page, ask it, look at it."""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Any

QUIET = (
    "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--hide-scrollbars",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--remote-debugging-pipe",
)  # fmt: skip
PATIENCE_SECONDS = 60.0
HAND_OVER = """
import fcntl, os, sys
ours = [fcntl.fcntl(int(fd), fcntl.F_DUPFD, 20) for fd in sys.argv[1:3]]
for end, fd in zip((3, 4), ours):
    os.dup2(fd, end)
os.execv(sys.argv[3], sys.argv[3:])
"""  # the browser talks on descriptors 3 and 4


class Browser:
    """One tab. ``events`` keeps everything that the page reported, oldest first."""

    def __init__(self) -> None:
        program = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))))
        self.home = tempfile.mkdtemp(prefix="goom-browser-")
        theirs_in, self._out = os.pipe()
        self._in, theirs_out = os.pipe()
        self._process = subprocess.Popen(
            [sys.executable, "-c", HAND_OVER, str(theirs_in), str(theirs_out), program, *QUIET,
             f"--user-data-dir={self.home}", "about:blank"],
            pass_fds=(theirs_in, theirs_out), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        os.close(theirs_in)
        os.close(theirs_out)
        self._unread = b""
        self._number = 0
        self._session = ""
        self.events: list[dict[str, Any]] = []
        self._attach()

    def __enter__(self) -> Browser:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._process.terminate()
        self._process.wait(PATIENCE_SECONDS)
        os.close(self._out)
        os.close(self._in)
        shutil.rmtree(self.home, ignore_errors=True)

    def _attach(self) -> None:
        targets = self.ask("Target.getTargets")["targetInfos"]
        page = next(target for target in targets if target["type"] == "page")
        wanted = {"targetId": page["targetId"], "flatten": True}
        self._session = self.ask("Target.attachToTarget", wanted)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.ask(f"{domain}.enable")

    def ask(self, method: str, parameters: dict[str, Any] | None = None) -> dict[str, Any]:
        """One command and its answer; events that come in between are kept."""
        self._number += 1
        sent: dict[str, Any] = {
            "id": self._number,
            "method": method,
            "params": parameters or {},
        }
        if self._session:
            sent["sessionId"] = self._session
        os.write(self._out, json.dumps(sent).encode() + b"\0")
        while True:
            message = self._next()
            if message.get("id") == self._number:
                assert "error" not in message, message
                return dict(message["result"])
            self.events.append(message)

    def _next(self) -> dict[str, Any]:
        while b"\0" not in self._unread:
            chunk = os.read(self._in, 1 << 20)
            assert chunk, "the browser went away"
            self._unread += chunk
        message, _, self._unread = self._unread.partition(b"\0")
        return dict(json.loads(message))

    def open(self, page: Path, width: int = 1280, height: int = 900, *, dark: bool = False) -> None:
        """Show a file at a size, and wait until it has drawn itself."""
        self.size(width, height)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.ask("Emulation.setEmulatedMedia", {"features": [scheme]})
        self.events.clear()
        self.ask("Page.navigate", {"url": page.as_uri()})
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not self.value("document.documentElement?.dataset.drawn === 'yes'"):
            assert time.monotonic() < deadline, self.troubles()
        self.settle()

    def size(self, width: int, height: int) -> None:
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        self.ask("Emulation.setDeviceMetricsOverride", metrics)

    def settle(self) -> None:
        """Wait for two frames: observers have been told, and have drawn."""
        self.value("new Promise(d => requestAnimationFrame(() => requestAnimationFrame(() => "
                   "requestAnimationFrame(d))))")  # fmt: skip

    def value(self, expression: str) -> Any:
        """What an expression comes to in the page; promises are awaited."""
        wanted = {"expression": expression, "awaitPromise": True, "returnByValue": True}
        answer = self.ask("Runtime.evaluate", wanted)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def press(self, key: str) -> None:
        for kind in ("keyDown", "keyUp"):
            self.ask("Input.dispatchKeyEvent", {"type": kind, "key": key, "code": key})

    def click(self, selector: str) -> None:
        self.value(f"document.querySelector({json.dumps(selector)}).click()")
        self.settle()

    def picture(self, file: Path, *, whole: bool = False) -> None:
        taken = self.ask("Page.captureScreenshot", {"captureBeyondViewport": whole, **(
            {"clip": {"x": 0, "y": 0, "scale": 1, **self.value(
                "({width: innerWidth, height: document.documentElement.scrollHeight})")}}
            if whole else {})})  # fmt: skip
        file.write_bytes(base64.b64decode(taken["data"]))

    def troubles(self) -> list[str]:
        """Console errors, exceptions and policy violations."""
        found = []
        for event in self.events:
            given = event.get("params", {})
            if event.get("method") == "Runtime.exceptionThrown":
                found.append(str(given["exceptionDetails"]))
            if event.get("method") == "Log.entryAdded" and given["entry"]["level"] != "info":
                found.append(given["entry"]["text"])
            if event.get("method") == "Runtime.consoleAPICalled" and given["type"] == "error":
                found.append(str(given["args"]))
        return found

    def requests(self) -> list[str]:
        """Every address that the page asked for, itself included."""
        return [
            event["params"]["request"]["url"]
            for event in self.events
            if event.get("method") == "Network.requestWillBeSent"
        ]
