"""Waits for a process to end without looking again and again."""

from __future__ import annotations

import contextlib
import os
import select
import time

from goom.sources import procfs


class ProcessEnd:
    """The end of a process, anybody's; a zombie has ended. ``close`` it."""

    def __init__(self, pid: int) -> None:
        self._pid, self._pidfd = pid, -1
        self._poll = select.poll()
        with contextlib.suppress(OSError):  # before Linux 5.3, in a sandbox, or gone
            self._pidfd = os.pidfd_open(pid)
            self._poll.register(self._pidfd, select.POLLIN)

    def within(self, seconds: float) -> bool:
        """Wait so long at most; whether it has ended."""
        if self._pidfd >= 0:
            return bool(self._poll.poll(max(0, round(seconds * 1000))))
        if procfs.is_alive(self._pid):
            time.sleep(max(0.0, seconds))
        return not procfs.is_alive(self._pid)

    def close(self) -> None:
        """Give the descriptor back."""
        descriptor, self._pidfd = self._pidfd, -1
        if descriptor >= 0:
            os.close(descriptor)
