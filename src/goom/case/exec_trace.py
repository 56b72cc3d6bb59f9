"""A Go execution trace as goom keeps it: what the collector did, and to whom.

Columns, one NumPy array each; times in seconds since the trace began, sizes in bytes. Texts and
stacks are numbers into ``strings`` and ``stacks``, where 0 is the empty one. An end that the trace
does not hold (it began later or ended earlier) is the end of the trace, and ``whole`` is false.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.int64]
Seconds = NDArray[np.float64]
Flags = NDArray[np.bool_]


class Frame(NamedTuple):
    """One call of a stack."""

    function: str
    file: str
    line: int


@dataclass(frozen=True, slots=True)
class Collections:
    """The concurrent mark phases, GCBegin to GCEnd."""

    start_seconds: Seconds
    end_seconds: Seconds
    whole: Flags

    def __len__(self) -> int:
        return len(self.start_seconds)


@dataclass(frozen=True, slots=True)
class Assists:
    """Mark assists: a goroutine that allocates has to mark first."""

    start_seconds: Seconds
    end_seconds: Seconds
    goroutine: Numbers
    entry: Numbers  # the function that the goroutine was started with, into strings
    stack: Numbers
    whole: Flags

    def __len__(self) -> int:
        return len(self.start_seconds)


@dataclass(frozen=True, slots=True)
class Sweeps:
    """Sweeping that was done before something else could go on, and what it gave back."""

    start_seconds: Seconds
    end_seconds: Seconds
    goroutine: Numbers  # -1: none ran
    stack: Numbers
    swept_bytes: Numbers
    reclaimed_bytes: Numbers

    def __len__(self) -> int:
        return len(self.start_seconds)


@dataclass(frozen=True, slots=True)
class Stops:
    """Stops of the world. ``stopped_seconds``: when the last P stood still, or nan.

    ``late_goroutine`` is the one that the last P ran until then (-1: none), and ``late_stack``
    where it was when it stopped.
    """

    start_seconds: Seconds
    end_seconds: Seconds
    reason: Numbers  # into strings
    goroutine: Numbers  # that asked for it
    stack: Numbers
    stopped_seconds: Seconds
    late_goroutine: Numbers
    late_stack: Numbers
    whole: Flags

    def __len__(self) -> int:
        return len(self.start_seconds)


@dataclass(frozen=True, slots=True)
class HeapCourse:
    """``gcController.heapLive`` and the heap's goal over time; the first may be thinned."""

    live_at_seconds: Seconds
    heap_live_bytes: Numbers
    goal_at_seconds: Seconds
    heap_goal_bytes: Numbers


@dataclass(frozen=True, slots=True)
class GoroutineGroups:
    """What all goroutines of one start function did, summed.

    ``allocated_bytes`` counts spans as they are taken from the heap (8 KiB and more at a time),
    by the goroutine that was running; ``while_marking`` the part of it during a mark phase.
    """

    entry: Numbers  # into strings
    count: Numbers
    running_seconds: Seconds
    runnable_seconds: Seconds
    waiting_seconds: Seconds
    syscall_seconds: Seconds
    allocated_bytes: Numbers
    allocated_while_marking_bytes: Numbers

    def __len__(self) -> int:
        return len(self.entry)


@dataclass(frozen=True, slots=True)
class Lives:
    """Goroutines, or user regions, that began and ended in the trace, one row each.

    ``name`` is the start function or the region's name; ``creator`` the goroutine that started
    it, or in which the region is. When there are very many, one in ``every`` is kept.
    """

    start_seconds: Seconds
    end_seconds: Seconds
    goroutine: Numbers
    name: Numbers
    creator: Numbers
    every: int = 1

    def __len__(self) -> int:
        return len(self.start_seconds)


@dataclass(frozen=True, slots=True)
class Handling:
    """Moments at which a goroutine was seen inside a handler of net/http, by its stack.

    Not all: one that never blocks, assists or is interrupted is not seen; and one a millisecond.
    """

    at_seconds: Seconds
    goroutine: Numbers
    handler: Numbers  # into strings

    def __len__(self) -> int:
        return len(self.at_seconds)


@dataclass(frozen=True, slots=True)
class GoroutineCourse:
    """How many goroutines were in a state, on average over each bucket from 0 on."""

    width_seconds: float
    running: Seconds
    runnable: Seconds
    syscall: Seconds
    waiting: Seconds

    def __len__(self) -> int:
        return len(self.running)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecutionTrace:
    """Everything that goom takes from one trace."""

    name: str
    go_version: str  # of the format, as ``1.26``: 1.27 writes it too
    size_bytes: int
    read_bytes: int  # up to the end of the last generation that is whole
    generations: int
    duration_seconds: float
    procs: int  # the highest P that ran, plus 1
    event_counts: Mapping[str, int]  # by the names of the wire format
    strings: tuple[str, ...]
    stacks: tuple[tuple[Frame, ...], ...]
    collections: Collections
    assists: Assists
    sweeps: Sweeps
    stops: Stops
    heap: HeapCourse
    groups: GoroutineGroups
    goroutine_lives: Lives
    regions: Lives
    tasks: Lives
    handling: Handling
    course: GoroutineCourse
    assist_running_seconds: float  # of the time in assists; the rest was waiting, for a P or work
    irregular_events: int  # that name a goroutine or P where none can be
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ExecutionTraces:
    """All execution traces of the subject, in the order in which they were read."""

    all: tuple[ExecutionTrace, ...]


NO_TRACES = ExecutionTraces(())
