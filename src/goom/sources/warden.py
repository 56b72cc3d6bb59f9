"""Goom's end of the warden (warden_process.py): who looks while the program is held still."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

from goom.sources.cgroup import MemoryCgroup
from goom.sources.cgroup_v1 import CgroupV1
from goom.sources.freezer import Freezer
from goom.sources.lookers import be_prompt

_STEPS = (0.95, 0.97, 0.985)  # of the limit
_LONGEST_SECONDS = 0.5  # that a program is held, whatever becomes of goom
_PROGRAM = Path(__file__).with_name("warden_process.py")
_FILES = {  # usage, statistics, and there: page cache, shared memory, mapped files
    1: (
        "memory.usage_in_bytes",
        "memory.stat",
        ("total_cache", "total_shmem", "total_mapped_file"),
    ),
    2: ("memory.current", "memory.stat", ("file", "shmem", "file_mapped")),
}


class Warden:
    """``look`` is called, in a thread of its own, each time that the program is held near its
    limit; it goes on when ``look`` comes back. ``close`` ends that. OSError when no process can be
    started.
    """

    def __init__(
        self, group: MemoryCgroup, freezer: Freezer, limit_bytes: int, look: Callable[[], None]
    ) -> None:
        self._look, self._freezer = look, freezer
        steps = [int(step * limit_bytes) for step in _STEPS]
        event = group.wake_at(tuple(steps)) if isinstance(group, CgroupV1) else -1
        self._line, end = socket.socketpair()
        usage, stat, cache = _FILES[group.version]
        told = {
            "usage": str(group.folder / usage),
            "stat": str(group.folder / stat),
            "cache": cache,
            "switch": str(freezer.switch),
            "on": freezer.freezes,
            "off": freezer.thaws,
            "steps": steps,
            "event": event,
            "goom": end.fileno(),
            "longest_seconds": _LONGEST_SECONDS,
        }
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-S", str(_PROGRAM), json.dumps(told)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=[one for one in (event, end.fileno()) if one >= 0],
                start_new_session=True,  # Ctrl-C is goom's to handle
            )
        except OSError:
            self._line.close()
            raise
        finally:
            end.close()
            if event >= 0:
                os.close(event)
        self._thread = threading.Thread(target=self._follow, name="warden", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End it; a program that it holds goes on."""
        with contextlib.suppress(OSError):
            self._line.shutdown(socket.SHUT_RDWR)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(2 * _LONGEST_SECONDS)
        self._process.kill()
        self._process.wait()
        self._freezer.thaw()
        self._thread.join(1.0)

    def _follow(self) -> None:
        be_prompt()
        with self._line as line, contextlib.suppress(OSError):
            try:
                while line.recv(1):
                    self._look()
                    line.send(b".")
            finally:
                self._freezer.thaw()  # the warden is gone: by close, or killed while it held
