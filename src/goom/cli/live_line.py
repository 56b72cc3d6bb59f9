"""The line that shows how a program fares while it runs, and keeps out of its output's way."""

from __future__ import annotations

import math
import os
import shutil
import sys
import threading
from typing import TYPE_CHECKING

from goom.case.units import mib_text, percent_text
from goom.cli.terminal import is_live

if TYPE_CHECKING:
    from goom.formats.gctrace_live import IncrementalTrace
    from goom.sources.run_options import RunStatus

_CLEAR = b"\r\x1b[K"
_NAME_WIDTH = 16
_LEAST_NEEDED = 3  # the goal goes first where a terminal is narrow


class LiveLine:
    """Draws on a terminal only. The program's own bytes go through it, so that the line is taken
    away before them and never drawn behind an unfinished line of theirs.
    """

    def __init__(self, name: str, trace: IncrementalTrace) -> None:
        self._name, self._trace = name, trace
        self._terminal = is_live(sys.stderr)
        self._lock = threading.Lock()
        self._drawn = False
        self._at_line_start = True

    def pass_through(self, data: bytes) -> None:
        """Write the program's bytes as they are."""
        with self._lock:
            self._clear()
            _write(data)
            self._at_line_start = data.endswith(b"\n")

    def say(self, message: str) -> None:
        """A line of goom's own."""
        with self._lock:
            self._clear()
            _write(f"goom: {message}\n".encode())

    def show(self, status: RunStatus) -> None:
        """Draw where the program is now."""
        if not self._terminal:
            return
        self._trace.feed(status.trace)
        width = shutil.get_terminal_size((80, 24)).columns
        words = self._words(status)
        while len(words) > 2 and len("  ".join(words)) >= width:
            words.pop(_LEAST_NEEDED if len(words) > _LEAST_NEEDED else -1)
        line = "  ".join(words)[: width - 1]
        with self._lock:
            if self._at_line_start:
                _write(_CLEAR + line.encode())
                self._drawn = True

    def finish(self) -> None:
        """Take the line away."""
        with self._lock:
            self._clear()

    def _words(self, status: RunStatus) -> list[str]:
        limit = f" of {mib_text(status.limit_bytes)}" if status.limit_bytes else ""
        words = [
            f"  {self._name[:_NAME_WIDTH]}  {status.elapsed_seconds:.0f} s",
            f"RSS {mib_text(status.rss_bytes)}{limit} MiB",
        ]
        last = self._trace.last
        if last is not None:
            words.append(f"marked {mib_text(last.heap_marked_bytes)}")
            words.append(f"goal {mib_text(last.goal_bytes)}")
        if status.goroutines is not None:
            words.append(f"goroutines {status.goroutines}")
        share = self._trace.gc_cpu_fraction()
        return words if math.isnan(share) else [*words, f"GC {percent_text(share)} CPU"]

    def _clear(self) -> None:
        if self._drawn:
            _write(_CLEAR)
            self._drawn = False


def _write(data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(2, view) :]
