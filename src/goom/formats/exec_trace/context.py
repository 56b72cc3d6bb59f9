"""Which goroutine and P a thread had at each of its events.

The trace says only when a thread gets or loses one. Go's own reader replays the scheduler, one
event at a time over all threads, to find an order in which all are possible. What a thread runs
follows from its own events alone, in their own order, whatever its clock says: so it is filled
forward, thread by thread, and no order between threads is needed. The one thing that another thread
does to it, taking its P while it is in the kernel, is seen when it returns (SyscallEndBlocked, or a
ProcStart when it has one).

Source: internal/trace/order.go, the ``advance…`` functions and their contexts.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from goom.case.errors import TooLarge
from goom.formats.exec_trace.batches import NO_THREAD
from goom.formats.exec_trace.decode import Events, Ints
from goom.formats.exec_trace.events import Event

NONE = -1
MAX_THREADS = 200_000  # Go itself gives up at 10,000 at once
RUNNING, SYSCALL = 2, 3  # tracev2.GoStatus
PROC_RUNNING, PROC_SYSCALL = 1, 3  # tracev2.ProcStatus

Flags = NDArray[np.bool_]


@dataclass(slots=True)
class Threads:
    """Every thread by an index, and what it had when its last event was over."""

    ids: list[int] = field(default_factory=list)
    index: dict[int, int] = field(default_factory=dict)
    goroutine: list[int] = field(default_factory=list)
    proc: list[int] = field(default_factory=list)
    lent: list[bool] = field(default_factory=list)  # in a syscall since before: the P may be gone
    stopping: list[int] = field(default_factory=list)  # 1: it stops the world

    def of(self, thread: int) -> int:
        """The index of a thread."""
        found = self.index.get(thread)
        if found is None:
            if len(self.ids) == MAX_THREADS:
                raise TooLarge(
                    f"it names more than {MAX_THREADS:,} threads.",
                    "The trace is damaged; record it again.",
                )
            found = self.index[thread] = len(self.ids)
            self.ids.append(thread)
            self.goroutine.append(NONE)
            self.proc.append(NONE)
            self.lent.append(False)
            self.stopping.append(0)
        return found


@dataclass(frozen=True, slots=True)
class Context:
    """By event: goroutine and P before it, -1 for none, and whether its thread stops the world."""

    goroutine: Ints
    proc: Ints
    stopping: Flags


def context(events: Events, threads: Threads) -> Context:
    """The context of ``events``, which are sorted by thread; ``threads`` moves on."""
    _bind_syscalls(events, threads)
    begins = np.flatnonzero(np.diff(events.thread, prepend=-1))
    who = events.thread[begins]
    segment = np.repeat(np.arange(len(begins)), np.diff(np.append(begins, len(events))))
    fill = _Fill(begins, segment, who)
    goroutine = fill.forward(*_goroutines(events, threads), threads.goroutine)
    proc = _procs_before(events, fill, threads)
    stopping = fill.forward(*_stops(events), threads.stopping)
    return Context(goroutine, proc, stopping == 1)


@dataclass(frozen=True, slots=True)
class _Fill:
    begins: Ints
    segment: Ints
    who: NDArray[np.int32]

    def last_before(self, chosen: Flags) -> Ints:
        """By event: the index of the last chosen one before it in its thread, else -1."""
        place = np.where(chosen, np.arange(len(chosen)), -1)
        upto = np.maximum.accumulate(place)
        before = np.concatenate(([-1], upto[:-1])) if len(upto) else upto
        return np.where(before >= self.begins[self.segment], before, -1)

    def forward(self, chosen: Flags, value: Ints, carried: list[int]) -> Ints:
        """By event: the value of the last chosen one before it; carried over what came before."""
        last = self.last_before(chosen)
        start = np.array([carried[one] for one in self.who], np.int64)
        filled: Ints = np.where(last >= 0, value[last], start[self.segment])
        ends = np.append(self.begins[1:], len(chosen)) - 1
        final = np.where(chosen[ends], value[ends], filled[ends])
        for one, kept in zip(self.who.tolist(), final.tolist(), strict=True):
            carried[one] = kept
        return filled


def _is(events: Events, *types: Event) -> Flags:
    wanted = np.zeros(256, np.bool_)
    wanted[list(types)] = True
    return wanted[events.type]


def _own_ids(events: Events, threads: Threads) -> Ints:
    return np.array(threads.ids, np.uint64).view(np.int64)[events.thread]


def _goroutines(events: Events, threads: Threads) -> tuple[Flags, Ints]:
    """Which events give the thread a goroutine or take it, and which."""
    given = _is(
        events, Event.GO_START, Event.GO_CREATE_SYSCALL, Event.GO_SWITCH, Event.GO_SWITCH_DESTROY
    )
    taken = _is(
        events,
        Event.GO_STOP,
        Event.GO_BLOCK,
        Event.GO_DESTROY,
        Event.GO_DESTROY_SYSCALL,
        Event.GO_SYSCALL_END_BLOCKED,
    )
    status = _is(events, Event.GO_STATUS, Event.GO_STATUS_STACK)
    mine = (events.third == SYSCALL) & (events.second == _own_ids(events, threads))
    given |= status & ((events.third == RUNNING) | mine)
    return given | taken, np.where(taken, NONE, events.first)


def _bind_syscalls(events: Events, threads: Threads) -> None:
    """A goroutine that sits in a syscall is told by another thread: bind it to its own."""
    status = _is(events, Event.GO_STATUS, Event.GO_STATUS_STACK) & (events.third == SYSCALL)
    for row in np.flatnonzero(status & (events.second != _own_ids(events, threads))).tolist():
        thread = threads.of(int(events.second[row]) & NO_THREAD)
        if threads.goroutine[thread] == NONE:
            threads.goroutine[thread] = int(events.first[row])


def _procs_before(events: Events, fill: _Fill, threads: Threads) -> Ints:
    started = _is(events, Event.PROC_START)
    steal = _is(events, Event.PROC_STEAL)
    own_steal = steal & (events.third == _own_ids(events, threads))
    taken = own_steal | _is(events, Event.PROC_STOP, Event.GO_DESTROY_SYSCALL)
    told = _is(events, Event.PROC_STATUS) & np.isin(events.second, (PROC_RUNNING, PROC_SYSCALL))
    blocked = _is(events, Event.GO_SYSCALL_END_BLOCKED)
    begun = _is(events, Event.GO_SYSCALL_BEGIN)
    last_start, last_begin = fill.last_before(started), fill.last_before(begun)
    lent = np.array([threads.lent[one] for one in fill.who], np.bool_)[fill.segment]
    inside = (last_begin >= 0) | lent
    inside &= last_start <= last_begin
    lost = blocked & inside
    _carry_lent(fill, begun, started | blocked | _is(events, Event.GO_SYSCALL_END), threads)
    value = np.where(taken | lost, NONE, events.first)
    proc = fill.forward(started | taken | told | lost, value, threads.proc)
    last_end = fill.last_before(blocked | _is(events, Event.GO_SYSCALL_END))
    waits = inside & (last_end <= last_begin)  # -1 for both: in a syscall since an earlier window
    proc[lost | started | (waits & steal & ~own_steal)] = NONE  # who takes another's, lost its own
    return proc


def _carry_lent(fill: _Fill, begun: Flags, over: Flags, threads: Threads) -> None:
    """Which threads are in a syscall, with the P they brought, when their last event is over."""
    for flags, meant in ((begun, True), (over, False)):
        last = np.full(len(fill.begins), -1)
        rows = np.flatnonzero(flags)
        np.maximum.at(last, fill.segment[rows], rows)
        if meant:
            last_begun = last
    for one, begin, end in zip(fill.who.tolist(), last_begun.tolist(), last.tolist(), strict=True):
        if max(begin, end) >= 0:
            threads.lent[one] = begin > end


def _stops(events: Events) -> tuple[Flags, Ints]:
    begun = _is(events, Event.STW_BEGIN)
    return begun | _is(events, Event.STW_END), begun.astype(np.int64)
