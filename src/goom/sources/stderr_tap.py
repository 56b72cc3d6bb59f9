"""Reads a child's stderr: hands every byte on, and keeps the lines of Go's own diary."""

from __future__ import annotations

import contextlib
import math
import os
import re
import select
import threading
import time
from collections.abc import Callable
from typing import NamedTuple

_READ_BYTES = 1 << 16
_LONGEST_LINE_BYTES = 4096
_HELD_SECONDS = 0.2
_DRAIN_SECONDS = 2.0
_TRACE_START = re.compile(rb"gc \d+ @|scav \d+ KiB|pacer: |scan: |GC forced$")
# The start of a trace line that has not arrived in full.
_TRACE_TO_BE = re.compile(
    rb"(?:g|gc|gc \d*|gc \d+ |gc \d+ @.*|s|sc|sca|scav|scav |scav \d.*"
    rb"|p|pa|pac|pace|pacer|pacer:.*|scan|scan:.*|G|GC|GC |GC f.*)\Z"
)
# The runtime may write right behind an unfinished line of the program. What is complete to its last
# letter is kept; it is not taken out, for the program's part of the line has gone on already.
_WHOLE_CYCLE = re.compile(rb"gc \d+ @\d+\.\d+s \d+%.*? P(?: \(forced\))?$")
_FATAL = re.compile(
    rb"fatal error: |runtime: out of memory|panic: |runtime: goroutine stack exceeds|SIGQUIT: "
)


class Sifted(NamedTuple):
    """What goes on to the reader of stderr, and what is kept."""

    passed: bytes
    kept: list[bytes]


class Sieve:
    """Separates trace lines from everything else, in bounded memory, whatever the bytes are.

    Unless ``quiet``, every byte is passed on at once and in order. When quiet, trace lines are
    taken out, and only what may become one is held back.
    """

    def __init__(self, *, quiet: bool = False) -> None:
        self._quiet = quiet
        self._partial = b""  # the line so far, as much of it as could matter
        self._handed_on = 0  # bytes of the partial line that were passed already
        self._overlong = False

    def feed(self, data: bytes) -> Sifted:
        """Take what arrived."""
        passed: list[bytes] = []
        kept: list[bytes] = []
        *whole, rest = data.split(b"\n")
        for piece in whole:
            self._finish_line(piece, passed, kept)
        self._grow(rest, passed)
        return Sifted(b"".join(passed) if self._quiet else data, kept)

    def give_up(self) -> bytes:
        """What was held back and did not become a trace line (in time)."""
        held = self._partial[self._handed_on :] if self._quiet else b""
        self._handed_on = len(self._partial)
        return held

    def _finish_line(self, piece: bytes, passed: list[bytes], kept: list[bytes]) -> None:
        if self._overlong:
            passed.append(piece + b"\n")
        else:
            line = self._partial + piece
            cut = _trace_begins(line)
            if cut is not None:
                kept.append(line[cut:].rstrip(b"\r"))
            elif _FATAL.match(line):
                kept.append(line[:_LONGEST_LINE_BYTES])
            if cut != 0 or self._handed_on:
                passed.append(line[self._handed_on :] + b"\n")
        self._partial, self._handed_on, self._overlong = b"", 0, False

    def _grow(self, rest: bytes, passed: list[bytes]) -> None:
        if not rest:
            return
        if self._overlong:
            passed.append(rest)
            return
        self._partial += rest
        if self._handed_on or not _TRACE_TO_BE.match(self._partial):
            passed.append(self.give_up())
        if len(self._partial) > _LONGEST_LINE_BYTES:
            passed.append(self.give_up())
            self._partial, self._handed_on, self._overlong = b"", 0, True


def _trace_begins(line: bytes) -> int | None:
    if len(line) > _LONGEST_LINE_BYTES:
        return None
    if _TRACE_START.match(line):
        return 0
    inside = _WHOLE_CYCLE.search(line) if b"gc " in line else None
    return inside.start() if inside else None


class StderrTap:
    """A thread that reads the child's stderr until its end."""

    def __init__(
        self,
        descriptor: int,
        *,
        quiet: bool,
        sink: Callable[[bytes], None],
        keep: Callable[[float, bytes], None],
    ) -> None:
        self._descriptor, self._sink, self._keep = descriptor, sink, keep
        self._sieve = Sieve(quiet=quiet)
        self._child_ended = threading.Event()
        self._until = math.inf
        self._thread = threading.Thread(target=self._read_all, name="stderr", daemon=True)
        self._thread.start()

    def finish(self) -> None:
        """The child has ended: take what is still in the pipe, and stop.

        Not at the end of file: a daemon that the child left may hold the pipe for ever.
        """
        self._until = time.monotonic() + _DRAIN_SECONDS
        self._child_ended.set()
        self._thread.join(_DRAIN_SECONDS + 2 * _HELD_SECONDS)

    def _read_all(self) -> None:
        ready = select.poll()
        ready.register(self._descriptor, select.POLLIN)
        while time.monotonic() < self._until:
            last_look = self._child_ended.is_set()
            if not ready.poll(_HELD_SECONDS * 1000):
                self._pass(self._sieve.give_up())
                if last_look:
                    return
                continue
            data = os.read(self._descriptor, _READ_BYTES)
            if not data:
                self._pass(self._sieve.give_up())
                return
            self._take(data)

    def _take(self, data: bytes) -> None:
        at = time.time()
        passed, kept = self._sieve.feed(data)
        self._pass(passed)
        for line in kept:
            self._keep(at, line)

    def _pass(self, data: bytes) -> None:
        if data:
            with contextlib.suppress(OSError):  # nobody reads goom's stderr any more
                self._sink(data)


def to_own_stderr(data: bytes) -> None:
    """Write everything to file descriptor 2, past any buffer."""
    view = memoryview(data)
    while view:
        try:
            view = view[os.write(2, view) :]
        except BlockingIOError:
            select.select([], [2], [], 1.0)
