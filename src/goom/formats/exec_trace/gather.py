"""Takes from each window what is kept of it; the whole trace's tables are made of that."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from goom.formats.exec_trace.assisting import Assisting
from goom.formats.exec_trace.context import NONE, Threads
from goom.formats.exec_trace.course import StateCourse
from goom.formats.exec_trace.decode import Ints
from goom.formats.exec_trace.events import Event
from goom.formats.exec_trace.goroutines import (
    ABSENT,
    OWN_STACK_SECOND,
    Live,
    Window,
    advance,
    charge,
)
from goom.formats.exec_trace.http import Handlers
from goom.formats.exec_trace.rows import Kept, Rows, chosen_rows
from goom.formats.exec_trace.tables import Book, Lookup

Seconds = NDArray[np.float64]
Ended = tuple[Seconds, Seconds, Ints, Ints, Ints]  # start, end, id, start function, creator

Scalar = TypeVar("Scalar", bound=np.generic)
_MOST_LIVES = 1 << 20
_MOST_HEAP_POINTS = 1 << 17

# By kept event: which of its numbers is a text and which a stack (0: none; 1 first, …).
_REFERS = {
    Event.STW_BEGIN: (1, 2),
    Event.STW_END: (0, 0),
    Event.GC_ACTIVE: (0, 0),
    Event.GC_BEGIN: (0, 2),
    Event.GC_END: (0, 0),
    Event.GC_SWEEP_BEGIN: (0, 1),
    Event.GC_SWEEP_END: (0, 0),
    Event.GC_MARK_ASSIST_ACTIVE: (0, 0),
    Event.GC_MARK_ASSIST_BEGIN: (0, 1),
    Event.GC_MARK_ASSIST_END: (0, 0),
    Event.HEAP_GOAL: (0, 0),
    Event.USER_TASK_BEGIN: (3, 0),
    Event.USER_TASK_END: (0, 2),
    Event.USER_REGION_BEGIN: (2, 3),
    Event.USER_REGION_END: (2, 3),
    Event.GO_STOP: (1, 2),
    Event.GO_BLOCK: (1, 2),
    Event.GO_SYSCALL_BEGIN: (0, 2),
    Event.PROC_STOP: (0, 0),
    Event.PROC_STEAL: (0, 0),
}
GIVES_UP = (Event.GO_STOP, Event.GO_BLOCK, Event.GO_SYSCALL_BEGIN)  # and its thread may lose its P
_STACK_SECOND = (Event.GO_CREATE, Event.GO_CREATE_BLOCKED, *OWN_STACK_SECOND)


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a generation's numbers mean in the book."""

    book: Book
    strings: Lookup
    stacks: Lookup

    def entries(self, stacks: Ints) -> Ints:
        """The start function of each stack: the outermost frame's, as a text's number."""
        meant = self.stacks(stacks)
        different, inverse = np.unique(meant, return_inverse=True)
        names = [self._entry(number) for number in different.tolist()]
        return np.array(names, np.int64)[inverse] if names else meant

    def _entry(self, stack: int) -> int:
        frames = self.book.stacks[stack]
        return self.book.string(frames[-1].function) if frames else 0


@dataclass(slots=True)
class Gathered:
    """What all windows together left; ``kept`` by the name of the table that is made of it."""

    book: Book = field(default_factory=Book)
    threads: Threads = field(default_factory=Threads)
    handlers: Handlers = field(init=False)
    assisting: Assisting = field(default_factory=Assisting)
    live: Live = field(default_factory=Live)
    course: StateCourse = field(default_factory=StateCourse)
    kept: dict[str, Kept] = field(
        default_factory=lambda: {name: Kept(types) for name, types in _TABLES.items()}
    )
    counts: Ints = field(default_factory=lambda: np.zeros(256, np.int64))
    samples: int = 0
    procs: int = 0
    irregular: int = 0
    groups: dict[int, list[float]] = field(default_factory=dict)
    lives: list[Ended] = field(default_factory=list)
    lives_every: int = 1
    heap: list[tuple[Seconds, Ints]] = field(default_factory=list)
    heap_every: int = 1
    heap_live: int = NONE
    marking: bool = False
    world_stops: bool = False

    def __post_init__(self) -> None:
        self.handlers = Handlers(self.book)

    def take(self, window: Window, meaning: Meaning) -> None:
        """One window, in the order of time."""
        events = window.events
        self.counts += np.bincount(events.type, minlength=256)
        self.irregular += _irregular(window)
        self.procs = max(self.procs, int(window.context.proc.max(initial=NONE)) + 1)
        for kept in self.kept.values():
            kept.add(self._rows(window, meaning, _of(window, kept.types)))
        self._take_stops(window, meaning)
        self.assisting.take(window)
        rows, handler = self.handlers.seen(window, meaning.stacks)
        self.kept["handling"].add(chosen_rows(window, rows, handler, np.zeros_like(rows)))
        rows = np.flatnonzero(_of(window, _STACK_SECOND))
        entries = np.zeros(len(events), np.int64)
        entries[rows] = meaning.entries(events.second[rows])
        self.live = advance(self.live, window, entries, self.course)
        self._take_heap(window)
        self._fold(window, self.live.state == ABSENT)

    def _rows(self, window: Window, meaning: Meaning, chosen: NDArray[np.bool_]) -> Rows:
        rows = np.flatnonzero(chosen)
        events = window.events
        numbers = np.stack((np.zeros(len(rows), np.int64), events.first[rows],
                            events.second[rows], events.third[rows]))  # fmt: skip
        every = np.arange(len(rows))
        text = meaning.strings(numbers[_TEXT_AT[events.type[rows]], every])
        stack = meaning.stacks(numbers[_STACK_AT[events.type[rows]], every])
        return chosen_rows(window, rows, text, stack)

    def _take_stops(self, window: Window, meaning: Meaning) -> None:
        """What threads gave up while the world was being stopped."""
        begun = np.sort(window.seconds[_of(window, (Event.STW_BEGIN,))])
        ended = np.sort(window.seconds[_of(window, (Event.STW_END,))])
        candidates = _of(window, (*GIVES_UP, Event.PROC_STOP, Event.PROC_STEAL))
        if not (len(begun) or self.world_stops):
            return
        open_ = np.searchsorted(begun, window.seconds, "right") + int(self.world_stops)
        open_ -= np.searchsorted(ended, window.seconds, "left")
        self.kept["late"].add(self._rows(window, meaning, candidates & (open_ > 0)))
        self.world_stops = len(begun) + int(self.world_stops) > len(ended)

    def _take_heap(self, window: Window) -> None:
        """``heapLive`` over time, and whose P made it grow: each event tells the new sum."""
        rows = np.flatnonzero(_of(window, (Event.HEAP_ALLOC,)))
        rows = rows[np.argsort(window.seconds[rows], kind="stable")]
        seconds, live = window.seconds[rows], window.events.first[rows]
        if not len(rows):
            self._in_mark(window, seconds)
            return
        before = self.heap_live if self.heap_live >= 0 else int(live[0])
        grown = np.diff(live, prepend=before)
        grown[window.context.stopping[rows]] = 0  # the collector sets it anew
        self.heap_live = int(live[-1])
        goroutine = window.context.goroutine[rows]
        charge(self.live, goroutine, grown, 0)
        charge(self.live, goroutine, np.where(self._in_mark(window, seconds), grown, 0), 1)
        self.heap.append((_every(seconds, self.heap_every), _every(live, self.heap_every)))
        if sum(len(part) for part, _ in self.heap) > _MOST_HEAP_POINTS:
            self.heap = [(_every(one, 2), _every(other, 2)) for one, other in self.heap]
            self.heap_every *= 2

    def _in_mark(self, window: Window, seconds: Seconds) -> NDArray[np.bool_]:
        begun = np.sort(window.seconds[_of(window, (Event.GC_BEGIN,))])
        ended = np.sort(window.seconds[_of(window, (Event.GC_END,))])
        active = _of(window, (Event.GC_ACTIVE,)).any() and not len(ended) and not len(begun)
        self.marking = self.marking or bool(active)
        open_ = np.searchsorted(begun, seconds, "right") - np.searchsorted(ended, seconds, "right")
        inside: NDArray[np.bool_] = open_ + int(self.marking) > 0
        self.marking = int(self.marking) + len(begun) - len(ended) > 0
        return inside

    def _fold(self, window: Window, over: NDArray[np.bool_]) -> None:
        """Goroutines that ended become part of their group."""
        if not over.any():
            return
        ended = self.live.at(over)
        self.live = self.live.at(~over)
        self._group(ended)
        ends = _ends(window, ended.ids)
        born = ~np.isnan(ended.created)
        whose = (ended.ids[born], ended.entry[born], ended.creator[born])
        self._keep_lives((ended.created[born], ends[born], *whose))

    def _group(self, rows: Live) -> None:
        entry, place = np.unique(rows.entry, return_inverse=True)
        columns = [np.ones(len(rows.ids)), *rows.sums[:, :4].T, *rows.allocated.T]
        sums = np.stack([np.bincount(place, column, len(entry)) for column in columns], axis=1)
        for name, more in zip(entry.tolist(), sums.tolist(), strict=True):
            had = self.groups.setdefault(name, [0.0] * len(more))
            self.groups[name] = [one + other for one, other in zip(had, more, strict=True)]

    def _keep_lives(self, ended: Ended) -> None:
        self.lives.append(_thinned(ended, self.lives_every))
        if sum(len(part[0]) for part in self.lives) > _MOST_LIVES:
            self.lives = [_thinned(part, 2) for part in self.lives]
            self.lives_every *= 2

    def all_lives(self) -> Ended:
        """The goroutines that began and ended in the trace."""
        none = np.zeros(0, np.int64)
        parts: list[Ended] = [(np.zeros(0), np.zeros(0), none, none, none), *self.lives]
        start, end, goroutine, entry, creator = (
            np.concatenate(c) for c in zip(*parts, strict=True)
        )
        return start, end, goroutine, entry, creator

    def finish(self) -> None:
        """What lives when the trace ends belongs to its group too."""
        self._group(self.live)


_TABLES: dict[str, tuple[int, ...]] = {
    "collections": (Event.GC_ACTIVE, Event.GC_BEGIN, Event.GC_END),
    "stops": (Event.STW_BEGIN, Event.STW_END),
    "assists": (
        Event.GC_MARK_ASSIST_ACTIVE, Event.GC_MARK_ASSIST_BEGIN, Event.GC_MARK_ASSIST_END,
    ),
    "sweeps": (Event.GC_SWEEP_BEGIN, Event.GC_SWEEP_END),
    "goals": (Event.HEAP_GOAL,),
    "tasks": (Event.USER_TASK_BEGIN, Event.USER_TASK_END),
    "regions": (Event.USER_REGION_BEGIN, Event.USER_REGION_END),
    "late": (),
    "handling": (),
}  # fmt: skip
_TEXT_AT = np.zeros(256, np.int64)
_STACK_AT = np.zeros(256, np.int64)
for _event, (_text, _stack) in _REFERS.items():
    _TEXT_AT[_event], _STACK_AT[_event] = _text, _stack

# These need a goroutine that runs (order.go: userGoReqs).
_NEEDS_GOROUTINE = (
    Event.GO_DESTROY, Event.GO_STOP, Event.GO_BLOCK, Event.GO_SYSCALL_BEGIN, Event.GO_SYSCALL_END,
    Event.GO_SYSCALL_END_BLOCKED, Event.STW_BEGIN, Event.STW_END, Event.GC_MARK_ASSIST_BEGIN,
    Event.GC_MARK_ASSIST_END, Event.USER_REGION_BEGIN, Event.USER_REGION_END, Event.GO_SWITCH,
)  # fmt: skip
_NEEDS_PROC = (Event.HEAP_ALLOC, Event.HEAP_GOAL, Event.GC_SWEEP_BEGIN, Event.PROC_STOP)


def _thinned(ended: Ended, every: int) -> Ended:
    start, end, goroutine, entry, creator = ended
    times = _every(start, every), _every(end, every)
    return *times, _every(goroutine, every), _every(entry, every), _every(creator, every)


def _every(column: NDArray[Scalar], step: int) -> NDArray[Scalar]:
    """Each ``step``-th of a column; a copy, for a view keeps all that it leaves out."""
    return column[::step].copy()


def _of(window: Window, types: tuple[int, ...]) -> NDArray[np.bool_]:
    wanted = np.zeros(256, np.bool_)
    wanted[list(types)] = True
    return wanted[window.events.type]


def _irregular(window: Window) -> int:
    alone = _of(window, _NEEDS_GOROUTINE) & (window.context.goroutine <= 0)
    idle = _of(window, _NEEDS_PROC) & (window.context.proc == NONE)
    return int((alone | idle).sum())


def _ends(window: Window, ids: Ints) -> Seconds:
    """When goroutines ended."""
    rows = np.flatnonzero(
        _of(window, (Event.GO_DESTROY, Event.GO_DESTROY_SYSCALL, Event.GO_SWITCH_DESTROY))
    )
    order = np.argsort(window.context.goroutine[rows], kind="stable")
    rows = rows[order]
    if not len(rows):
        return np.full(len(ids), window.end_seconds)
    at = np.minimum(np.searchsorted(window.context.goroutine[rows], ids), len(rows) - 1)
    found = window.context.goroutine[rows[at]] == ids
    return np.where(found, window.seconds[rows[at]], window.end_seconds)
