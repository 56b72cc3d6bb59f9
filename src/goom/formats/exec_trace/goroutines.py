"""How long goroutines were in which state, summed without putting their events in order.

The time spent in a state is the sum of the times it was left minus the sum of those it was entered;
for what is still in it when a window of the trace ends, the window's end counts as leaving. So a
window's sums need no order between threads, whose clocks may disagree.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from goom.formats.exec_trace.context import NONE, Context
from goom.formats.exec_trace.course import STATES, StateCourse
from goom.formats.exec_trace.decode import Events, Ints
from goom.formats.exec_trace.events import Event

Seconds = NDArray[np.float64]

RUNNING, RUNNABLE, WAITING, SYSCALL, ABSENT = range(5)
_OF_STATUS = np.array([ABSENT, RUNNABLE, RUNNING, SYSCALL, WAITING])  # tracev2.GoStatus

# By event: the state that is left and the one that is entered (order.go, event.go StateTransition).
_MOVES = {
    Event.GO_CREATE: (ABSENT, RUNNABLE),
    Event.GO_CREATE_BLOCKED: (ABSENT, WAITING),
    Event.GO_CREATE_SYSCALL: (ABSENT, SYSCALL),
    Event.GO_START: (RUNNABLE, RUNNING),
    Event.GO_UNBLOCK: (WAITING, RUNNABLE),
    Event.GO_SWITCH: (WAITING, RUNNING),
    Event.GO_SWITCH_DESTROY: (WAITING, RUNNING),
    Event.GO_STOP: (RUNNING, RUNNABLE),
    Event.GO_BLOCK: (RUNNING, WAITING),
    Event.GO_DESTROY: (RUNNING, ABSENT),
    Event.GO_DESTROY_SYSCALL: (SYSCALL, ABSENT),
    Event.GO_SYSCALL_BEGIN: (RUNNING, SYSCALL),
    Event.GO_SYSCALL_END: (SYSCALL, RUNNING),
    Event.GO_SYSCALL_END_BLOCKED: (SYSCALL, RUNNABLE),
}
_OF_ANOTHER = tuple(_MOVES)[:7]  # these name the goroutine; the others are about the running one
_SWITCHED = {Event.GO_SWITCH: (RUNNING, WAITING), Event.GO_SWITCH_DESTROY: (RUNNING, ABSENT)}
_CREATED = (Event.GO_CREATE, Event.GO_CREATE_BLOCKED, Event.GO_CREATE_SYSCALL)
# The second number of these is the stack of the goroutine that runs.
OWN_STACK_SECOND = (
    Event.GO_STOP,
    Event.GO_BLOCK,
    Event.GO_SYSCALL_BEGIN,
    Event.PROCS_CHANGE,
    Event.STW_BEGIN,
    Event.GC_BEGIN,
)


def _table(moves: dict[Event, tuple[int, int]], side: int) -> NDArray[np.int8]:
    table = np.full(256, -1, np.int8)
    for event, states in moves.items():
        table[event] = states[side]
    return table


_LEFT, _ENTERED = _table(_MOVES, 0), _table(_MOVES, 1)
_SWITCH_LEFT, _SWITCH_ENTERED = _table(_SWITCHED, 0), _table(_SWITCHED, 1)
_NAMES_ANOTHER = np.isin(np.arange(256), _OF_ANOTHER)


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of the trace: its events sorted by thread, with times and contexts beside them."""

    events: Events
    seconds: Seconds
    context: Context
    start_seconds: float
    end_seconds: float


@dataclass(frozen=True, slots=True)
class Moves:
    """State changes: whose, out of which state, into which, and when in the window."""

    goroutine: Ints
    left: NDArray[np.int8]
    entered: NDArray[np.int8]
    seconds: Seconds


@dataclass(slots=True)
class Live:
    """The goroutines that are there, sorted by id; one row each."""

    ids: Ints = field(default_factory=lambda: np.zeros(0, np.int64))
    state: NDArray[np.int8] = field(default_factory=lambda: np.zeros(0, np.int8))
    created: Seconds = field(default_factory=lambda: np.zeros(0))  # nan: before the trace
    entry: Ints = field(default_factory=lambda: np.zeros(0, np.int64))
    creator: Ints = field(default_factory=lambda: np.zeros(0, np.int64))  # 0: before the trace
    sums: Seconds = field(default_factory=lambda: np.zeros((0, STATES)))
    allocated: Ints = field(default_factory=lambda: np.zeros((0, 2), np.int64))

    def widened(self, ids: Ints) -> Live:
        """With a row for each of ``ids``, which hold all that are there already."""
        at = np.searchsorted(ids, self.ids)
        wide = Live(
            ids,
            np.full(len(ids), ABSENT, np.int8),
            np.full(len(ids), np.nan),
            np.zeros(len(ids), np.int64),
            np.zeros(len(ids), np.int64),
            np.zeros((len(ids), STATES)),
            np.zeros((len(ids), 2), np.int64),
        )
        for name in ("state", "created", "entry", "creator", "sums", "allocated"):
            getattr(wide, name)[at] = getattr(self, name)
        return wide

    def at(self, chosen: NDArray[np.bool_]) -> Live:
        """Some of the rows."""
        return Live(*(getattr(self, name)[chosen] for name in Live.__slots__))


def moves(window: Window) -> Moves:
    """Every state change of a window, those of a direct switch as two."""
    events, relative = window.events, window.seconds - window.start_seconds
    left = _LEFT[events.type]
    rows = np.flatnonzero(left >= 0)
    type_ = events.type[rows]
    whose = np.where(_NAMES_ANOTHER[type_], events.first[rows], window.context.goroutine[rows])
    switched = np.flatnonzero(_SWITCH_LEFT[events.type] >= 0)
    from_ = events.type[switched]
    found = Moves(
        np.concatenate((whose, window.context.goroutine[switched])),
        np.concatenate((left[rows], _SWITCH_LEFT[from_])),
        np.concatenate((_ENTERED[type_], _SWITCH_ENTERED[from_])),
        np.concatenate((relative[rows], relative[switched])),
    )
    return _of_somebody(found)


def _of_somebody(found: Moves) -> Moves:
    there = found.goroutine > 0
    if there.all():
        return found
    return Moves(
        found.goroutine[there], found.left[there], found.entered[there], found.seconds[there]
    )


def union(there: Ints, named: Ints) -> tuple[Ints, Ints]:
    """All ids, sorted, and the place of each of ``named`` among them."""
    both = np.concatenate((there, named))
    if not len(both):
        return both, both
    low = int(both.min())
    span = int(both.max()) - low + 1
    if 0 < span <= 4 * len(both) + (1 << 16):  # ids are nearly dense: count instead of sorting
        mark = np.zeros(span, np.bool_)
        mark[both - low] = True
        place = np.cumsum(mark, dtype=np.int32) - 1
        return np.flatnonzero(mark) + low, place[named - low].astype(np.int64)
    ids, inverse = np.unique(both, return_inverse=True)
    return ids, inverse[len(there) :]


def advance(live: Live, window: Window, entry_of_stack: Ints, course: StateCourse) -> Live:
    """The goroutines when the window is over; those that ended are there with state ABSENT.

    ``entry_of_stack``: by event, the start function of the stack it carries, 0 where unknown.
    ``course`` is told of every change.
    """
    events = window.events
    changed = moves(window)
    told = np.isin(events.type, (Event.GO_STATUS, Event.GO_STATUS_STACK)) & (events.first > 0)
    known_before = live.ids
    ids, _ = union(live.ids, np.concatenate((changed.goroutine, events.first[told])))
    live = live.widened(ids)
    _first_told(live, window, told, known_before, course)
    course.add(changed.left, changed.seconds + window.start_seconds, -1)
    course.add(changed.entered, changed.seconds + window.start_seconds, 1)
    place = np.searchsorted(ids, changed.goroutine) if len(ids) < 64 else None
    if place is None:
        _, place = union(ids, changed.goroutine)
    _add_times(live, changed, place, window.end_seconds - window.start_seconds)
    _name(live, window, entry_of_stack)
    return live


def _first_told(
    live: Live, window: Window, told: NDArray[np.bool_], known: Ints, course: StateCourse
) -> None:
    """Goroutines that the trace finds there: in that state since it began."""
    events = window.events
    created = events.first[np.isin(events.type, _CREATED)]
    rows = np.flatnonzero(told)
    rows = rows[~np.isin(events.first[rows], known) & ~np.isin(events.first[rows], created)]
    _, first = np.unique(events.first[rows], return_index=True)
    rows = rows[first]
    at = np.searchsorted(live.ids, events.first[rows])
    state = _OF_STATUS[np.clip(events.third[rows], 0, 4)]
    live.state[at] = state
    live.sums[at, state] += window.start_seconds
    course.add(state.astype(np.int8), np.zeros(len(rows)), 1)


def _add_times(live: Live, changed: Moves, place: Ints, length: float) -> None:
    count = len(live.ids) * STATES
    left, entered = place * STATES + changed.left, place * STATES + changed.entered
    sums = np.bincount(left, changed.seconds, count) - np.bincount(entered, changed.seconds, count)
    net = np.bincount(entered, minlength=count) - np.bincount(left, minlength=count)
    net = net.reshape(-1, STATES)
    net[np.arange(len(net)), live.state] += 1
    live.sums += sums.reshape(-1, STATES) + net * length
    live.state[:] = np.argmax(net, axis=1)


def _name(live: Live, window: Window, entry_of_stack: Ints) -> None:
    """When each was created and with which function; else the outermost frame it is seen with."""
    events = window.events
    rows = np.flatnonzero(np.isin(events.type, _CREATED) & (events.first > 0))
    at = np.searchsorted(live.ids, events.first[rows])
    live.created[at] = window.seconds[rows]
    live.creator[at] = np.maximum(window.context.goroutine[rows], 0)
    live.entry[at] = np.where(live.entry[at] > 0, live.entry[at], entry_of_stack[rows])
    if (live.entry > 0).all():
        return
    own = np.isin(events.type, OWN_STACK_SECOND)
    lacking = np.isin(window.context.goroutine, live.ids[live.entry == 0])
    rows = np.flatnonzero(own & (entry_of_stack > 0) & lacking)
    _, first = np.unique(window.context.goroutine[rows], return_index=True)
    rows = rows[first]
    at = np.searchsorted(live.ids, window.context.goroutine[rows])
    at = np.minimum(at, len(live.ids) - 1)
    fits = (live.ids[at] == window.context.goroutine[rows]) & (live.entry[at] == 0)
    live.entry[at[fits]] = entry_of_stack[rows[fits]]


def charge(live: Live, goroutine: Ints, size: Ints, column: int) -> None:
    """Add what goroutines took from the heap."""
    if not len(live.ids) or not len(goroutine):
        return
    at = np.minimum(np.searchsorted(live.ids, goroutine), len(live.ids) - 1)
    fits = (live.ids[at] == goroutine) & (goroutine != NONE)
    np.add.at(live.allocated, (at[fits], column), size[fits])
