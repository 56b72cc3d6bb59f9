"""Looks at a process's memory from outside while it runs.

Rows of the pacer and of MemStats come again and again and cost the program nothing. Who holds the
memory (heap profile and goroutines) is read when nobody else answers for it, and always near the
limit; there the warden holds the program still where goom may, so that the last evidence is one
piece and taken before the kernel kills.
"""

from __future__ import annotations

import contextlib
import re
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from math import inf
from pathlib import Path

from goom.case.errors import BadInput
from goom.case.evidence import NotRead
from goom.sources import procfs
from goom.sources.recorder import Recorder
from goom.sources.schedule import Cadence, Timer
from goom.sources.xray.attach import attach
from goom.sources.xray.depth import DepthReader
from goom.sources.xray.evidence import Depth
from goom.sources.xray.rows import row
from goom.sources.xray.span_watch import SpanWatch
from goom.sources.xray.state import Sampler
from goom.sources.xray.target import Target

_ROWS = Cadence(first=(0.1, 0.2, 0.3, 0.5), every_seconds=0.25, stretch_fraction=0.002)
_DEPTH = Cadence(first=(0.5, 1.0, 2.0), every_seconds=3.0)
_ATTACH = Cadence(first=(0.1, 0.2, 0.4, 1.0), every_seconds=2.0, stretch_fraction=0.5)
_WRITING_SECONDS = 10.0
_CALM_SECONDS, _MOST_UNWRITTEN = 0.3, 6
_TRIES = 8  # the runtime of a fresh process is not set up yet
_NUMBER = re.compile(r"\d+")
_LEAST_WAIT_SECONDS = 0.05  # a program that cannot be read has no rows, and is asked again
_HELD_WAIT_SECONDS = 0.3  # for another look to end, while the program is held


class XrayWatch:
    """``tick`` often, ``at_brink`` near the limit, ``last_round`` before the end, ``close``.

    Threads may share it. A process that cannot be read is left alone and noted as not read.
    """

    def __init__(self, recorder: Recorder) -> None:
        self.held_seconds = 0.0
        self.looks = 0
        self.brink_seconds = 0.05  # what a look at the brink takes
        self._recorder = recorder
        self._spans = SpanWatch(recorder)
        self._lock = threading.RLock()
        self._noted: set[tuple[str, str]] = set()
        self._unwritten: deque[Callable[[], None]] = deque()
        self._writer: threading.Thread | None = None
        self._looked_at = -inf
        self._thorough = (-inf, -inf)  # when the last such look began and ended
        self._takes_long = False  # what the thread that has the lock does
        self._began = time.monotonic()
        self._held_since: float | None = None
        self._pid = 0
        self._program: tuple[int, int] | None = None
        self._target: Target | None = None
        self._sampler: Sampler | None = None
        self._reader: DepthReader | None = None
        self._why: tuple[str, str] = ("", "")
        self._forget()

    def follow(self, pid: int) -> None:
        """Look at this Go program from now on."""
        with self._lock:
            if pid != self._pid:
                self._forget()
                self._pid = pid

    def tick(self, *, alone: bool) -> None:
        """Take the looks that are due; ``alone`` when no endpoint tells who holds the memory."""
        elapsed = time.monotonic() - self._began
        self._write_when_calm()
        if not self._is_due(elapsed, alone):
            return  # most of the time: what follows asks the kernel which program this is
        with self._reading():
            if self._attached(elapsed) and self._rows.due(elapsed):
                self._row()
                self._rows.looked(elapsed)
            if self._target is not None:
                self._spans.tick(self._target, elapsed)
            if alone and self._target is not None and self._depth.due(elapsed):
                took = self._look()
                self._depth.looked(elapsed, took)

    def _is_due(self, elapsed: float, alone: bool) -> bool:
        depth = alone and self._depth.due(elapsed)
        nothing_yet = self._target is None
        return nothing_yet or depth or self._rows.due(elapsed) or self._spans.due(elapsed)

    @property
    def seconds_to_row(self) -> float:
        """Until the next row is due; never nothing, for it may be late."""
        return max(_LEAST_WAIT_SECONDS, self._rows.due_at - (time.monotonic() - self._began))

    def at_brink(self) -> None:
        """Read who holds the memory now, unless that was read while this waited for its turn."""
        called = time.monotonic()
        with self._reading():
            if self._thorough[1] < called and self._attached(called - self._began, now=True):
                self._look(thorough=True)

    def while_held(self) -> None:
        """The same of a program that is held still: it goes on when this comes back, so it waits
        for nothing that takes long.
        """
        began = time.monotonic()
        if not self._takes_long and self._lock.acquire(timeout=_HELD_WAIT_SECONDS):
            try:
                self._held_look(began)
            finally:
                self._held_since = None
                self._lock.release()
        self.held_seconds += time.monotonic() - began

    def _held_look(self, began: float) -> None:
        self._held_since = began
        with self._reading():
            seen = self._thorough[0] >= began  # by the thread that was first
            if self._target is not None and not seen and self._is_same():
                self._look(thorough=True)

    def last_round(self) -> None:
        """Everything once more while the program lives."""
        with self._reading():
            if self._target is not None:
                self._look()
                with self._long():
                    self._spans.look(self._target)

    def close(self) -> None:
        """Stop; what was read is written."""
        with self._lock:
            if self._program is None and self._why[0]:
                self._recorder.not_read("X-ray of the process's memory", *self._why)
            self._forget()
            self._pid = 0  # who comes late attaches no more

    def _forget(self) -> None:
        """Let go of the process, and of what is known of it."""
        self._let_go()
        self._tries, self._why, self._program = 0, ("", ""), None
        self._rows, self._depth, self._attach = Timer(_ROWS), Timer(_DEPTH), Timer(_ATTACH)

    def _let_go(self) -> None:
        """Close its memory, when all that was read of it is written."""
        with self._long():
            self._write_all()
            self._spans.wait()
        if self._target is not None:
            self._target.close()
        self._target = self._sampler = self._reader = None

    @contextlib.contextmanager
    def _reading(self) -> Iterator[None]:
        """One thread at a time; a process that ends meanwhile is no news here."""
        with self._lock:
            try:
                yield
            except BadInput as error:
                if not self._is_ending():
                    self._recorder.not_read("X-ray look", error.message, error.hint)
                    self._let_go()  # and attach anew, some times

    def _attached(self, elapsed: float, *, now: bool = False) -> bool:
        if self._target is not None and not self._is_same():
            self._let_go()
        if self._target is not None:
            return True
        if not self._pid or self._tries >= _TRIES or not (now or self._attach.due(elapsed)):
            return False
        self._tries += 1
        self._attach.looked(elapsed)
        with contextlib.ExitStack() as undo, self._long():
            try:
                program, target = _program(self._pid), attach(self._pid)
                undo.callback(target.close)
                self._sampler, self._reader = Sampler(target), DepthReader(target)
            except BadInput as error:
                self._why = (error.message, error.hint)
                return False
            undo.pop_all()
        self._target, self._program = target, program
        return True

    @contextlib.contextmanager
    def _long(self) -> Iterator[None]:
        """Nobody waits for this while the program is held."""
        self._takes_long = True
        try:
            yield
        finally:
            self._takes_long = False

    def _is_ending(self) -> bool:
        """It gives its memory back before it is gone: what cannot be read then is no news."""
        return procfs.rss_bytes(self._pid) == 0 or not procfs.is_alive(self._pid)

    def _is_same(self) -> bool:
        """Whether the process still runs the program that was attached to: it may have exec'd."""
        now = _program(self._pid)
        return now is None or now == self._program

    def _row(self) -> None:
        assert self._sampler is not None
        sample = self._sampler.sample()
        if not sample.torn:
            since = self._held_since
            now = 0.0 if since is None else time.monotonic() - since
            own = {"HeldSeconds": self.held_seconds + now, "PID": float(self._pid)}
            self._recorder.xray_look(sample.at_seconds, row(sample) | own)

    def _look(self, *, thorough: bool = False) -> float:
        """Read in the shortest time; name and write when the program goes on."""
        assert self._reader is not None
        began = time.monotonic()
        depth = self._reader.read()
        if depth.not_read and self._is_ending():
            depth = replace(depth, not_read=())
        self._unwritten.append(partial(self._write, self._reader, depth, thorough=thorough))
        self.looks += 1
        self._row()
        self._looked_at = time.monotonic()
        self.brink_seconds = self._looked_at - began
        if thorough:
            self._thorough = (began, self._looked_at)
        return self.brink_seconds

    def _write_when_calm(self) -> None:
        """Naming and packing take the time that the next look needs when a program runs fast into
        its limit: they wait until it does not, or until there is much to write.
        """
        calm = time.monotonic() - self._looked_at > _CALM_SECONDS
        busy = self._writer is not None and self._writer.is_alive()
        if self._unwritten and not busy and (calm or len(self._unwritten) > _MOST_UNWRITTEN):
            self._writer = threading.Thread(target=self._unwritten.popleft(), name="x-ray")
            self._writer.start()

    def _write_all(self) -> None:
        if self._writer is not None:
            self._writer.join(_WRITING_SECONDS)
        while self._unwritten:
            self._unwritten.popleft()()

    def _write(self, reader: DepthReader, depth: Depth, *, thorough: bool) -> None:
        try:
            for file in reader.files(depth, thorough=thorough):
                self._recorder.file(*file)
        except BadInput as error:
            self._recorder.not_read("what an X-ray look saw", error.message, error.hint)
        for one in depth.not_read:
            self._note(one)

    def _note(self, one: NotRead) -> None:
        """Once for each kind: how many stacks ran just then is another number at every look."""
        kind = (one.what, _NUMBER.sub("", one.why))
        if kind not in self._noted:
            self._noted.add(kind)
            self._recorder.not_read(one.what, one.why, one.hint)


def _program(pid: int) -> tuple[int, int] | None:
    """Which file a process runs; None when that cannot be known."""
    try:
        found = Path(f"/proc/{pid}/exe").stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino
