"""What a program has started, held by handles, so that it can be told to end after it.

A shell that is told to end does so at once, and what it ran goes on without it. Once its parent is
gone nothing leads to it any more, so whoever is below a program is looked for while that lives.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import threading
import time
from collections.abc import Iterable

from goom.sources import procfs


class Relatives:
    """Those below the process ``pid``, as far as ``find`` has seen them. ``close`` it; threads may
    share it. Before Linux 5.3 there are no such handles, and nobody is found.
    """

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._handles: dict[int, int] = {}
        self._lock = threading.Lock()

    def find(self, among: Iterable[int] = ()) -> None:
        """Look who is there now; only while the process itself is not reaped. ``among`` as for
        ``procfs.family``.
        """
        with self._lock:
            new = set(procfs.family(self._pid, among)[1:]) - self._handles.keys()
            for pid in new:
                with contextlib.suppress(OSError):
                    self._handles[pid] = os.pidfd_open(pid)
            # A pid may have become a stranger's before it was opened; a handle's does not change,
            # and whom it was opened for stays ours when its own parent ends.
            for pid in (new & self._handles.keys()) - set(procfs.family(self._pid, among)):
                os.close(self._handles.pop(pid))

    def send(self, number: int) -> None:
        """A signal to all of them that still run."""
        with self._lock:
            for handle in self._handles.values():
                with contextlib.suppress(OSError):
                    signal.pidfd_send_signal(handle, number)

    def ended_within(self, seconds: float) -> bool:
        """Wait so long at most; whether all have ended."""
        until = time.monotonic() + seconds
        with self._lock:
            for handle in self._handles.values():
                watch = select.poll()
                watch.register(handle, select.POLLIN)
                if not watch.poll(max(0.0, until - time.monotonic()) * 1000):
                    return False
        return True

    def close(self) -> None:
        """Give the handles back."""
        with self._lock:
            while self._handles:
                os.close(self._handles.popitem()[1])
