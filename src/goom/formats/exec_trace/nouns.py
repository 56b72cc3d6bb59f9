"""Makes the trace's tables of the rows that were kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from goom.case import exec_trace as noun
from goom.formats.exec_trace.context import NONE
from goom.formats.exec_trace.decode import Ints
from goom.formats.exec_trace.events import ARGUMENTS, Event, wire_name
from goom.formats.exec_trace.gather import GIVES_UP, Gathered
from goom.formats.exec_trace.goroutines import RUNNABLE, RUNNING, SYSCALL, WAITING
from goom.formats.exec_trace.rows import Pairs, Rows, pairs

Seconds = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Reading:
    """What is known of the file as a whole."""

    name: str
    version: int
    size_bytes: int
    read_bytes: int
    generations: int
    end_seconds: float
    notes: Sequence[str]


def trace_of(gathered: Gathered, reading: Reading) -> noun.ExecutionTrace:
    """The noun."""
    end_seconds = reading.end_seconds
    kept = {table: rows.all() for table, rows in gathered.kept.items()}
    entries = _Entries(gathered)
    return noun.ExecutionTrace(
        name=reading.name,
        go_version=f"1.{reading.version}",
        size_bytes=reading.size_bytes,
        read_bytes=reading.read_bytes,
        generations=reading.generations,
        duration_seconds=end_seconds,
        procs=gathered.procs,
        event_counts=_counts(gathered),
        collections=_collections(kept["collections"], end_seconds),
        assists=_assists(kept["assists"], end_seconds, entries),
        sweeps=_sweeps(kept["sweeps"]),
        stops=_stops(kept["stops"], kept["late"], end_seconds),
        heap=_heap(gathered, kept["goals"]),
        groups=_groups(gathered),
        goroutine_lives=_lives(gathered),
        regions=_regions(kept["regions"]),
        tasks=_tasks(kept["tasks"]),
        handling=_handling(kept["handling"]),
        course=_course(gathered, end_seconds),
        assist_running_seconds=gathered.assisting.seconds,
        irregular_events=gathered.irregular,
        notes=(*reading.notes, *_dropped(gathered)),
        strings=tuple(gathered.book.strings),
        stacks=tuple(gathered.book.stacks),
    )


def _counts(gathered: Gathered) -> dict[str, int]:
    counts = {
        wire_name(number): int(gathered.counts[number])
        for number in sorted(ARGUMENTS)
        if gathered.counts[number]
    }
    return counts | ({"CPUSample": gathered.samples} if gathered.samples else {})


def _dropped(gathered: Gathered) -> list[str]:
    return [
        f"Of {table} only the first {kept.count:,} are kept one by one, {kept.dropped:,} are not."
        for table, kept in gathered.kept.items()
        if kept.dropped
    ]


class _Entries:
    """The start function of a goroutine, for those that are asked about at the end."""

    def __init__(self, gathered: Gathered) -> None:
        _, _, ids, names, _ = gathered.all_lives()
        all_ids = np.concatenate((ids, gathered.live.ids))
        all_names = np.concatenate((names, gathered.live.entry))
        order = np.argsort(all_ids, kind="stable")
        self._ids, self._names = all_ids[order], all_names[order]

    def of(self, goroutines: Ints) -> Ints:
        if not len(self._ids):
            return np.zeros(len(goroutines), np.int64)
        at = np.minimum(np.searchsorted(self._ids, goroutines), len(self._ids) - 1)
        return np.where(self._ids[at] == goroutines, self._names[at], 0)


def _times(rows: Rows, found: Pairs, end_seconds: float) -> tuple[Seconds, Seconds]:
    """Start and end of ranges; the trace's own where it does not hold them."""
    if not len(rows):
        return np.zeros(0), np.zeros(0)
    start = np.where(found.begin >= 0, rows.seconds[found.begin], 0.0)
    end = np.where(found.end >= 0, rows.seconds[found.end], end_seconds)
    return start, np.maximum(end, start)


def _sorted(start: Seconds, found: Pairs) -> tuple[NDArray[np.int64], Pairs]:
    order = np.argsort(start, kind="stable")
    return order, Pairs(found.begin[order], found.end[order])


def _either(found: Pairs) -> Ints:
    """A row of each range: its beginning, or its end when that is all there is."""
    return np.where(found.begin >= 0, found.begin, found.end)


def _collections(rows: Rows, end_seconds: float) -> noun.Collections:
    active = rows.type == Event.GC_ACTIVE
    first_active = active & (np.arange(len(rows)) == 0)  # it was on when the trace began
    rows = rows.at(first_active | ~active)
    begins = rows.type != Event.GC_END
    found = pairs(np.zeros(len(rows), np.int64), begins)
    start, end = _times(rows, found, end_seconds)
    before = np.zeros(len(start), np.bool_)
    if len(rows):
        before = (found.begin >= 0) & (rows.type[found.begin] == Event.GC_ACTIVE)
    start = np.where(before, 0.0, start)
    order, found = _sorted(start, found)
    return noun.Collections(start[order], end[order], found.whole & ~before[order])


def _assists(rows: Rows, end_seconds: float, entries: _Entries) -> noun.Assists:
    """A range that is active again in a later generation has begun already."""
    rows = rows.at(rows.type != Event.GC_MARK_ASSIST_ACTIVE)
    found = pairs(rows.goroutine, rows.type == Event.GC_MARK_ASSIST_BEGIN)
    start, end = _times(rows, found, end_seconds)
    order, found = _sorted(start, found)
    at = _either(found)
    goroutine = rows.goroutine[at]
    stack = np.where(found.begin >= 0, rows.stack[at], 0)
    return noun.Assists(
        start[order], end[order], goroutine, entries.of(goroutine), stack, found.whole
    )


def _sweeps(rows: Rows) -> noun.Sweeps:
    found = pairs(rows.thread.astype(np.int64), rows.type == Event.GC_SWEEP_BEGIN)
    found = Pairs(found.begin[found.whole], found.end[found.whole])
    begin, end = found.begin, found.end
    order = np.argsort(rows.seconds[begin], kind="stable")
    begin, end = begin[order], end[order]
    return noun.Sweeps(
        rows.seconds[begin],
        rows.seconds[end],
        rows.goroutine[begin],
        rows.stack[begin],
        rows.first[end],
        rows.second[end],
    )


def _stops(rows: Rows, late: Rows, end_seconds: float) -> noun.Stops:
    found = pairs(rows.goroutine, rows.type == Event.STW_BEGIN)
    start, end = _times(rows, found, end_seconds)
    order, found = _sorted(start, found)
    start, end, at = start[order], end[order], _either(found)
    begun = found.begin >= 0
    gives_up = np.isin(late.type, GIVES_UP)
    last = [
        _latest(late, gives_up, (one, other), int(thread))
        for one, other, thread in zip(start, end, rows.thread[at], strict=True)
    ]
    stopped, whose, where = zip(*last, strict=True) if last else ((), (), ())
    return noun.Stops(
        start,
        end,
        np.where(begun, rows.text[at], 0),
        rows.goroutine[at],
        np.where(begun, rows.stack[at], 0),
        np.array(stopped, np.float64),
        np.array(whose, np.int64),
        np.array(where, np.int64),
        found.whole,
    )


def _latest(
    late: Rows, gives_up: NDArray[np.bool_], stop: tuple[float, float], own: int
) -> tuple[float, int, int]:
    """When the last P stood still in a stop, which goroutine it had run, and where that was."""
    first, after = np.searchsorted(late.seconds, stop, "left").tolist()
    thread, left = late.thread[first:after], gives_up[first:after]
    stood = np.flatnonzero(~left & (thread != own))
    if not len(stood):
        return np.nan, NONE, 0
    row = int(stood[-1])
    seconds = float(late.seconds[first + row])
    ran = np.flatnonzero(left[:row] & (thread[:row] == thread[row]))
    if not len(ran):
        return seconds, NONE, 0
    last = first + int(ran[-1])
    return seconds, int(late.goroutine[last]), int(late.stack[last])


def _heap(gathered: Gathered, goals: Rows) -> noun.HeapCourse:
    seconds = [part for part, _ in gathered.heap]
    live = [part for _, part in gathered.heap]
    return noun.HeapCourse(
        np.concatenate([np.zeros(0), *seconds]),
        np.concatenate([np.zeros(0, np.int64), *live]),
        goals.seconds,
        goals.first,
    )


def _groups(gathered: Gathered) -> noun.GoroutineGroups:
    table = np.array([[name, *sums] for name, sums in gathered.groups.items()]).reshape(-1, 8)
    table = table[np.argsort(-table[:, 2], kind="stable")]
    whole = table.astype(np.int64)
    running, runnable, waiting, syscall = np.maximum(table[:, 2:6], 0.0).T
    return noun.GoroutineGroups(
        entry=whole[:, 0],
        count=whole[:, 1],
        running_seconds=running,
        runnable_seconds=runnable,
        waiting_seconds=waiting,
        syscall_seconds=syscall,
        allocated_bytes=whole[:, 6],
        allocated_while_marking_bytes=whole[:, 7],
    )


def _lives(gathered: Gathered) -> noun.Lives:
    start, end, goroutine, entry, creator = gathered.all_lives()
    return noun.Lives(start, end, goroutine, entry, creator, every=gathered.lives_every)


def _handling(rows: Rows) -> noun.Handling:
    return noun.Handling(rows.seconds, rows.goroutine, rows.text)


def _course(gathered: Gathered, end_seconds: float) -> noun.GoroutineCourse:
    means = gathered.course.means(end_seconds)
    return noun.GoroutineCourse(
        gathered.course.width_seconds,
        running=means[RUNNING],
        runnable=means[RUNNABLE],
        syscall=means[SYSCALL],
        waiting=means[WAITING],
    )


def _regions(rows: Rows) -> noun.Lives:
    return _ranges(rows, rows.goroutine, rows.type == Event.USER_REGION_BEGIN)


def _tasks(rows: Rows) -> noun.Lives:
    return _ranges(rows, rows.first, rows.type == Event.USER_TASK_BEGIN)


def _ranges(rows: Rows, key: Ints, begins: NDArray[np.bool_]) -> noun.Lives:
    """Ranges that began and ended in the trace, by start."""
    found = pairs(key, begins)
    begin, end = found.begin[found.whole], found.end[found.whole]
    order = np.argsort(rows.seconds[begin], kind="stable")
    begin, end = begin[order], end[order]
    whose = rows.goroutine[begin]
    return noun.Lives(rows.seconds[begin], rows.seconds[end], whose, rows.text[begin], whose)
