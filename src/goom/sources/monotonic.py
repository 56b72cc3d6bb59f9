"""What another process's monotonic clock shows: Go counts its waits by it."""

from __future__ import annotations

import os
import time
from pathlib import Path

from goom.sources import procfs


def nanoseconds_of(pid: int) -> int:
    """CLOCK_MONOTONIC as that process sees it; a time namespace moves it (time_namespaces(7))."""
    now = time.clock_gettime_ns(time.CLOCK_MONOTONIC)
    if _namespace(pid) == _namespace(os.getpid()):
        return now
    return now + _offset(pid) - _offset(os.getpid())


def _namespace(pid: int) -> str:
    try:
        return str(Path(f"/proc/{pid}/ns/time").readlink())
    except OSError:  # a kernel without them, or another user's process: as if it were ours
        return ""


def _offset(pid: int) -> int:
    """Nanoseconds that its namespace adds to the clock of the first; 0 when nothing says so."""
    try:
        text = procfs.read_whole(pid, "timens_offsets", max_bytes=4096).decode("ascii", "replace")
    except OSError:
        return 0
    for line in text.splitlines():
        words = line.split()
        if len(words) == 3 and words[0] in ("monotonic", "1"):
            try:
                return int(words[1]) * 1_000_000_000 + int(words[2])
            except ValueError:
                return 0
    return 0
