"""Go execution traces of 1.22 and newer: a file of any size to what the collector did.

A generation is read in windows of time, so that memory is bounded by the window and not by the
trace; what is kept one by one has bounds of its own. Nothing is ordered between threads: see
``context.py`` and ``goroutines.py``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from goom.case.errors import BadInput
from goom.case.exec_trace import ExecutionTrace
from goom.formats.exec_trace.batches import (
    CLOCK,
    EVENTS,
    HEADER_BYTES,
    SAMPLES,
    STACKS,
    STRINGS,
    Batch,
    CutOff,
    Generation,
    generations,
    version_of,
)
from goom.formats.exec_trace.context import Threads, context
from goom.formats.exec_trace.decode import Events, decode, none
from goom.formats.exec_trace.events import argument_table
from goom.formats.exec_trace.gather import Gathered, Meaning
from goom.formats.exec_trace.goroutines import Window
from goom.formats.exec_trace.nouns import Reading, trace_of
from goom.formats.exec_trace.tables import Lookup, Tables

Decoder = Callable[[list[Batch]], Events]

WINDOW_BYTES = 4 << 20
WINDOW_BATCHES = 4096
_MOST_SECONDS = 1e8


def read(file: BinaryIO, *, name: str = "trace") -> ExecutionTrace:
    """A whole trace from a file that can be positioned; BadInput says what is wrong and where.

    A trace that ends in the middle is read up to there, and says so in its notes.
    """
    file.seek(0)
    version = version_of(file.read(HEADER_BYTES))
    reader = _Reader(file, version)
    with suppress(CutOff):
        for generation in generations(file, version):
            reader.take(generation)
    if not reader.generations:
        raise BadInput(
            "it holds no whole generation: it was cut off, or recorded for too short a time.",
            "Record it again for some seconds:\n"
            "  curl -o app.trace 'http://HOST/debug/pprof/trace?seconds=5'",
        )
    return reader.trace(name)


@dataclass(slots=True)
class _Reader:
    file: BinaryIO
    version: int
    generations: int = 0
    start_ticks: int = -1
    end_seconds: float = 0.0
    read_bytes: int = 0
    notes: list[str] = field(default_factory=list)
    gathered: Gathered = field(default_factory=Gathered)

    def take(self, generation: Generation) -> None:
        """One generation: its tables first, which may stand behind its events."""
        tables = self._tables(generation)
        if not generation.whole and not self._usable(tables):
            return
        if tables.ticks_per_second <= 0:
            raise BadInput(
                f"generation {generation.number}, from byte {generation.offset:,} on, does not"
                " say how fast its clock runs.",
                "It was cut off there; fetch or record it again.",
            )
        self._take_events(generation, tables)
        self.generations += 1
        self.gathered.samples += tables.samples
        last = generation.batches[-1]
        self.read_bytes = last.offset + last.size

    def _usable(self, tables: Tables) -> bool:
        """Whether an unfinished generation has all that its events refer to."""
        whole = bool(tables.ticks_per_second and tables.strings and self.version < 26)
        self.notes.append(
            "The file ends in the middle of a generation: "
            + ("what it has of it is read." if whole else "that one is left out.")
        )
        return whole

    def _tables(self, generation: Generation) -> Tables:
        tables = Tables(self.gathered.book)
        for kind, add in (
            (STRINGS, tables.add_strings),
            (STACKS, tables.add_stacks),
            (CLOCK, tables.add_clock),
            (SAMPLES, tables.add_samples),
        ):
            for batch in generation.of(kind):
                add(batch, self._content(batch))
        return tables

    def _content(self, batch: Batch) -> bytes:
        self.file.seek(batch.offset)
        return self.file.read(batch.size)

    def _take_events(self, generation: Generation, tables: Tables) -> None:
        meaning = Meaning(self.gathered.book, Lookup.of(tables.strings), Lookup.of(tables.stacks))
        if self.start_ticks < 0:
            self.start_ticks = min(
                (batch.ticks for batch in generation.batches if batch.ticks), default=0
            )
        for events in windows(generation.of(EVENTS), self._decoded):
            self._take_window(events, meaning, 1 / tables.ticks_per_second)

    def _take_window(self, events: Events, meaning: Meaning, tick_seconds: float) -> None:
        seconds = np.maximum((events.ticks - self.start_ticks) * tick_seconds, 0.0)
        if not len(seconds):
            return
        end = max(float(seconds.max()), self.end_seconds)
        if end > _MOST_SECONDS:
            raise BadInput("its times lie years apart.", "It is damaged; record it again.")
        around = context(events, self.gathered.threads)
        window = Window(events, seconds, around, self.end_seconds, end)
        self.gathered.take(window, meaning)
        self.end_seconds = end

    def _decoded(self, batches: list[Batch]) -> Events:
        threads: Threads = self.gathered.threads
        raw = b"".join(map(self._content, batches))
        whose = [threads.of(batch.thread) for batch in batches]
        return decode(batches, raw, whose, argument_table(self.version))

    def trace(self, name: str) -> ExecutionTrace:
        """The noun."""
        self.gathered.finish()
        reading = Reading(
            name=name,
            version=self.version,
            size_bytes=self.file.seek(0, 2),
            read_bytes=self.read_bytes,
            generations=self.generations,
            end_seconds=self.end_seconds,
            notes=self.notes,
        )
        return trace_of(self.gathered, reading)


def windows(batches: list[Batch], decoded: Decoder) -> Iterator[Events]:
    """A generation's events in windows of time; in each sorted by thread, and in its order.

    A batch that lasts beyond its window is split: the rest waits for the window it belongs to.
    """
    waiting = none()
    for part, until in _parts(batches):
        events = Events.joined((waiting, decoded(part)))
        late = events.ticks >= until if until else np.zeros(len(events), np.bool_)
        waiting, now = events.at(late), events.at(~late)
        yield now.at(_by_thread(now.thread))


def _by_thread(thread: NDArray[np.int32]) -> NDArray[np.int64]:
    """The order by thread; numbers of 16 bits are sorted without comparing them."""
    small = thread.astype(np.uint16) if int(thread.max(initial=0)) < 1 << 16 else thread
    return np.argsort(small, kind="stable")


def _parts(batches: list[Batch]) -> Iterator[tuple[list[Batch], int]]:
    """Batches by their time, some MiB at once, and until when; 0: to the end."""
    ordered = _by_time(batches)
    part: list[Batch] = []
    size = 0
    for batch, ticks in ordered:
        if part and (size + batch.size > WINDOW_BYTES or len(part) == WINDOW_BATCHES):
            yield part, ticks
            part, size = [], 0
        part.append(batch)
        size += batch.size
    yield part, 0


def _by_time(batches: list[Batch]) -> list[tuple[Batch, int]]:
    """Each batch with its time, in that order; a thread's batches stay in the file's order."""
    latest: dict[int, int] = {}
    timed = []
    for batch in batches:
        ticks = latest[batch.thread] = max(latest.get(batch.thread, 0), batch.ticks)
        timed.append((batch, ticks))
    return sorted(timed, key=lambda one: one[1])
