"""Ends the processes below this one, those that they start meanwhile included."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Iterable
from pathlib import Path

from goom.sources import procfs

_PAUSE_SECONDS = 0.002
_PATIENCE_SECONDS = 1.0


def descendants() -> set[int]:
    """All processes below this one."""
    return set(procfs.family(os.getpid())) - {os.getpid()}


def end_descendants(except_for: Iterable[int] = ()) -> None:
    """Stop them all, and when none is new any more kill them.

    Killed at once, a parent leaves behind what it has just started, as nobody's child.
    """
    spared, stopped = set(except_for), set[int]()
    while new := descendants() - spared - stopped:
        for pid in new:
            _send(pid, signal.SIGSTOP)
        _wait_until_stopped(new)
        stopped |= new
    for pid in stopped:
        _send(pid, signal.SIGKILL)


def _wait_until_stopped(pids: Iterable[int]) -> None:
    """A stop takes effect when the process next leaves the kernel, where it may be forking."""
    until = time.monotonic() + _PATIENCE_SECONDS
    while not all(map(_stands_still, pids)) and time.monotonic() < until:
        time.sleep(_PAUSE_SECONDS)


def _stands_still(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()[0]
    except (OSError, IndexError):
        return True  # it is gone
    return state in (b"T", b"t", b"Z", b"X")


def _send(pid: int, number: signal.Signals) -> None:
    with contextlib.suppress(OSError):
        os.kill(pid, number)
