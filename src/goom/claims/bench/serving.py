"""A program that serves until it is ended: started, waited for, and ended."""

from __future__ import annotations

import contextlib
import os
import re
import select
import signal
import subprocess
import time
import urllib.request
from collections.abc import Iterator

from goom.case.errors import GoomError
from goom.claims.bench.running import Setting, environment_of

_LEAST_READ_BYTES = 1 << 16
_PAUSE_SECONDS = 0.1


@contextlib.contextmanager
def serving(command: tuple[str, ...], setting: Setting, ready: str) -> Iterator[str]:
    """Run it until the ``with`` ends; yields what the group in ``ready`` matched on its output.

    GoomError when it ends before, or says nothing of the kind in ``setting.stop_after_seconds``.
    """
    process = subprocess.Popen(
        command,
        env=environment_of(setting),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,  # `go tool` starts the tool as a child: both must end
    )
    try:
        yield _wait_for(process, ready, setting.stop_after_seconds)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def page(address: str, seconds: float = 30.0) -> str:
    """What is served there, asked for until it answers: an address is told before one listens."""
    until = time.monotonic() + seconds
    while True:
        try:
            with urllib.request.urlopen(address, timeout=seconds) as answer:
                return str(answer.read().decode("utf-8", "replace"))
        except OSError as error:
            if time.monotonic() > until:
                raise GoomError(f"{address} does not answer: {error}.") from error
            time.sleep(_PAUSE_SECONDS)


def _wait_for(process: subprocess.Popen[bytes], ready: str, seconds: float) -> str:
    assert process.stdout is not None
    said, until = b"", time.monotonic() + seconds
    while time.monotonic() < until:
        if select.select([process.stdout], [], [], 0.1)[0]:
            read = process.stdout.read1(_LEAST_READ_BYTES)  # type: ignore[attr-defined]
            said += read
            found = re.search(ready, said.decode("utf-8", "replace"))
            if found:
                return found[1]
            if not read:
                break
    raise GoomError(f"{process.args!r} was not ready: {said[-400:].decode('utf-8', 'replace')}")
