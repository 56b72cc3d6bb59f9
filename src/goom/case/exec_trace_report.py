"""What an execution trace says about the collector: plain figures, ready to be shown."""

from __future__ import annotations

from dataclasses import dataclass

NOBODY_HELD_UP = "The collector held nobody up."


@dataclass(frozen=True, slots=True)
class Handler:
    """Latency of one user region, handler or kind of goroutine, and the collector's part in it.

    The collector's part is what can be seen to be its doing: assists of that goroutine and stops
    of the world. Waiting for a P that marks, and slower memory, are not in it. ``tail`` figures
    are means over the occurrences at p99 and slower, ``middle`` ones over those from p45 to p55.
    A ``handler`` has only the requests that were seen in it: quick ones may lack.
    """

    name: str
    kind: str  # region | request | handler | goroutine
    count: int
    total_seconds: float
    p50_seconds: float
    p99_seconds: float
    p99_without_gc_seconds: float  # of the durations less the collector's part
    middle_gc_fraction: float
    tail_gc_fraction: float
    tail_assist_seconds: float
    tail_stopped_seconds: float
    tail_in: tuple[tuple[str, float], ...] = ()  # of requests: the slowest 1 % by handler


@dataclass(frozen=True, slots=True)
class HeldUp:
    """Goroutines of one start function that had to assist."""

    name: str
    assists: int
    goroutines: int
    seconds: float
    longest_seconds: float
    of_all_fraction: float  # of the time that all assists took
    of_its_time_fraction: float  # of the time it ran or assisted
    while_marking_bytes: int  # what it took from the heap while the collector marked
    while_marking_fraction: float  # of what all took meanwhile
    where: str  # the line of the program that most of it is under
    where_fraction: float


@dataclass(frozen=True, slots=True)
class Allocator:
    """Goroutines of one start function and what they took from the heap, in whole spans."""

    name: str
    goroutines: int
    bytes: int
    while_marking_bytes: int
    while_marking_fraction: float  # of what all took while the collector marked


@dataclass(frozen=True, slots=True)
class StopReason:
    """Stops of the world for one reason."""

    reason: str
    count: int
    total_seconds: float
    median_seconds: float
    longest_seconds: float
    longest_to_stop_seconds: float  # until the last P stood still; nan: never had to wait


@dataclass(frozen=True, slots=True)
class LateStop:
    """A stop that had to wait for the P that stood still last.

    ``goroutine`` is what that P ran until then, -1 when it ran none: its thread was looking for
    one, or had no CPU.
    """

    at_seconds: float
    reason: str
    seconds: float
    to_stop_seconds: float
    goroutine: int
    name: str  # its start function
    where: str  # where it was when it did stop


@dataclass(frozen=True, slots=True)
class SweepWork:
    """Sweeping that somebody had to do before going on, by where it was asked for."""

    where: str
    count: int
    seconds: float
    swept_bytes: int
    reclaimed_bytes: int


@dataclass(frozen=True, slots=True)
class States:
    """What goroutines of one start function did; the times are sums over all of them."""

    name: str
    count: int
    running_seconds: float
    runnable_seconds: float
    waiting_seconds: float
    syscall_seconds: float


@dataclass(frozen=True, slots=True)
class TraceReport:
    """One trace, read."""

    name: str
    go_version: str
    size_bytes: int
    duration_seconds: float
    procs: int
    events: int
    generations: int
    collections: int
    marking_fraction: float  # of the trace's time
    stopped_fraction: float
    assist_seconds: float  # summed over goroutines
    assist_running_seconds: float  # of it; the rest was waiting, for a P or for work
    heap_live_lowest_bytes: int
    heap_live_peak_bytes: int
    heap_goal_last_bytes: int
    handlers: tuple[Handler, ...]
    held_up: tuple[HeldUp, ...]
    allocators: tuple[Allocator, ...]
    stop_reasons: tuple[StopReason, ...]
    late_stops: tuple[LateStop, ...]
    sweeps: tuple[SweepWork, ...]
    states: tuple[States, ...]
    event_counts: tuple[tuple[str, int], ...]
    said: tuple[str, ...]  # the verdicts, most important first
    notes: tuple[str, ...]  # what could not be read or not be known

    @property
    def calm(self) -> bool:
        """Whether the collector held nobody up."""
        return self.said == (NOBODY_HELD_UP,)


@dataclass(frozen=True, slots=True)
class Outlier:
    """A figure of one trace that is not like the others'."""

    trace: str
    what: str
    value: float
    median: float
    unit: str  # seconds | bytes | fraction | per second
    sentence: str
