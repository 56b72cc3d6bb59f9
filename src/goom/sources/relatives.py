"""What a program has started: told to end with it, however it wraps what it runs.

A shell that is told to end does so at once, and what it ran goes on without it. So the processes
below the program are found while it lives, and held by handles that no other process can come by.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import time

from goom.sources import procfs


class Relatives:
    """Those below the process ``pid``, as far as ``find`` has seen them. ``close`` it.

    Before Linux 5.3 there are no such handles, and nobody is found.
    """

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._handles: dict[int, int] = {}

    def find(self) -> None:
        """Look who is there now; only while the process itself is not reaped."""
        for pid in procfs.family(self._pid)[1:]:
            if pid not in self._handles:
                with contextlib.suppress(OSError):
                    self._handles[pid] = os.pidfd_open(pid)

    def send(self, number: int) -> None:
        """A signal to all of them that still run."""
        for handle in self._handles.values():
            with contextlib.suppress(OSError):
                signal.pidfd_send_signal(handle, number)

    def ended_within(self, seconds: float) -> bool:
        """Wait so long at most; whether all have ended."""
        until = time.monotonic() + seconds
        for handle in self._handles.values():
            watch = select.poll()
            watch.register(handle, select.POLLIN)
            if not watch.poll(max(0.0, until - time.monotonic()) * 1000):
                return False
        return True

    def close(self) -> None:
        """Give the handles back."""
        while self._handles:
            os.close(self._handles.popitem()[1])
