"""What a program does, apart from how it is collected: the scenario of a forward run.

A scenario knows nothing of GOGC, limits or versions; those are ``Settings``. Whatever changes is a
``Course``: a function of the scenario's progress, made of straight pieces or of steps. Progress is
wall time, or bytes allocated for a program that has a fixed amount of work to do and takes as long
as it takes.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, fields
from itertools import pairwise
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from goom.case.errors import BadInput
from goom.case.units import GIB, MIB
from goom.runtime.pacer.mgcpacer import GC_OFF

MOST_PROCS = 4096
MOST_POINTS = 10_000
MOST_SPEED_UP = 10.0
_NOT_NEGATIVE = (
    "globals_scan_bytes",
    "span_waste_fraction",
    "release_bytes_per_second",
    "slice_seconds",
    "cached_bytes",
)
_LARGEST = 1e18  # bytes, seconds or bytes a second: beyond it no figure is meant


@dataclass(frozen=True, slots=True)
class Course:
    """A figure over the progress of a scenario: ``points`` are (progress, value), in order.

    ``linear`` joins them by straight lines, ``step`` keeps each value until the next point. Before
    the first point and after the last the value stands still.
    """

    points: tuple[tuple[float, float], ...]
    shape: Literal["linear", "step"] = "linear"

    def __post_init__(self) -> None:
        places = [place for place, _ in self.points]
        figures = [*places, *(value for _, value in self.points)]
        if not places or len(places) > MOST_POINTS:
            raise BadInput(f"a course needs 1 to {MOST_POINTS} points, not {len(places)}.")
        if not all(math.isfinite(one) and 0 <= one <= _LARGEST for one in figures):
            raise BadInput("a course has a figure that is negative, not finite or beyond reason.")
        if any(later <= sooner for sooner, later in pairwise(places)):
            raise BadInput("the points of a course must follow each other in progress.")
        if self.shape not in ("linear", "step"):
            raise BadInput(f"a course is linear or step, not {self.shape!r}.")

    def at(self, progress: float) -> float:
        """The value at one moment."""
        places = [place for place, _ in self.points]
        values = [value for _, value in self.points]
        if self.shape == "linear":
            return float(np.interp(progress, places, values))
        after = int(np.searchsorted(places, progress, side="right"))
        return values[max(after - 1, 0)]

    def slope_after(self, progress: float) -> float:
        """The change of the value for each unit of progress, just after one moment."""
        if self.shape == "step":
            return 0.0
        for (sooner, low), (later, high) in pairwise(self.points):
            if sooner <= progress < later:
                return (high - low) / (later - sooner)
        return 0.0


def constant(value: float) -> Course:
    """A figure that never changes."""
    return Course(((0.0, value),))


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How the program is collected; ``gogc`` -1 is off, ``memory_limit_bytes`` None is none."""

    gogc: int = 100
    memory_limit_bytes: int | None = None
    procs: int = 4
    go_version: str = "newest"

    def __post_init__(self) -> None:
        if not (self.gogc == GC_OFF or 0 <= self.gogc < 1 << 31):
            raise BadInput(f"GOGC={self.gogc} is no setting.", "Give a number from 0, or off.")
        if not 1 <= self.procs <= MOST_PROCS:
            raise BadInput(f"GOMAXPROCS={self.procs} is not between 1 and {MOST_PROCS}.")
        if self.memory_limit_bytes is not None and self.memory_limit_bytes < 0:
            raise BadInput("a memory limit cannot be negative.", "Leave it out for none.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """What the program does. Courses are functions of ``axis``, and end at ``length``.

    - ``allocation_bytes_per_second``: allocated for each second of wall time while nothing of the
      collector is in the way, by ``mutator_procs`` busy Ps together;
    - ``reachable_bytes``: what a mark that began at that moment would find, objects with their
      size class' rounding;
    - ``scannable_fraction``: bytes of scan work for each reachable byte, in the unit of that Go
      version (runtime/metrics: /gc/scan/heap:bytes over /gc/heap/live:bytes);
    - ``stack_scan_bytes``, ``globals_scan_bytes``: the other roots, as the pacer counts them;
    - ``mark_bytes_per_second``: scan work done by one P in one second;
    - ``non_heap_bytes``: what GOMEMLIMIT counts and no span of objects holds: stacks, metadata;
    - ``span_waste_fraction``: what spans hold that is no object, over what is, when the heap is
      at its largest;
    - ``stuck_fraction``: of the bytes a sweep frees, what stays in spans that others still use,
      of no use but to allocations of the same size class;
    - ``release_bytes_per_second``: how fast one P returns pages to the system (madvise of 64 KiB in
      about 14 µs);
    - ``slice_seconds``: how long a goroutine keeps its P. One that never waits keeps it for 10 ms
      (forcePreemptNS), and as long a fractional mark worker waits for its turn;
    - ``cached_bytes``: what heapLive counts beyond what is allocated: free slots of spans in the
      caches of all Ps, taken anew after each cycle;
    - ``allocation_while_marking_fraction``: how fast a P allocates while a cycle marks, with write
      barriers on and workers in its caches, as a share of how fast it does otherwise.
    """

    name: str = "scenario"
    axis: Literal["seconds", "allocated_bytes"] = "seconds"
    length: float
    allocation_bytes_per_second: Course
    mutator_procs: Course = field(default_factory=lambda: constant(1.0))
    reachable_bytes: Course
    scannable_fraction: Course = field(default_factory=lambda: constant(0.5))
    stack_scan_bytes: Course = field(default_factory=lambda: constant(64 << 10))
    non_heap_bytes: Course = field(default_factory=lambda: constant(4.0 * MIB))
    mark_bytes_per_second: Course = field(default_factory=lambda: constant(1.0 * GIB))
    globals_scan_bytes: float = 160e3
    span_waste_fraction: float = 0.03
    stuck_fraction: float = 0.0
    release_bytes_per_second: float = 4.0 * GIB
    slice_seconds: float = 0.010
    cached_bytes: float = 0.0
    allocation_while_marking_fraction: float = 1.0

    def __post_init__(self) -> None:
        if self.axis not in ("seconds", "allocated_bytes"):
            raise BadInput(f"a scenario runs over seconds or allocated_bytes, not {self.axis!r}.")
        if not 0 < self.length <= _LARGEST:
            raise BadInput(f"a scenario of length {self.length} has no end or no beginning.")
        for name in ("allocation_bytes_per_second", "mutator_procs", "mark_bytes_per_second"):
            if not all(value > 0 for _, value in getattr(self, name).points):
                raise BadInput(f"{name} must be above zero all the time.")
        for name in _NOT_NEGATIVE:
            if not 0 <= getattr(self, name) <= _LARGEST:
                raise BadInput(f"{name} must not be negative.")
        if not 0 <= self.stuck_fraction <= 1:
            raise BadInput("stuck_fraction is a share: 0 to 1.")
        if not 0 < self.allocation_while_marking_fraction <= MOST_SPEED_UP:
            raise BadInput("allocation_while_marking_fraction is a share: above 0, about 1.")


class Columns(NamedTuple):
    """Where the kernel finds each course in the table of pieces: the value, then its slope."""

    allocation: int = 2
    mutators: int = 4
    reachable: int = 6
    scannable: int = 8
    stacks: int = 10
    non_heap: int = 12
    mark: int = 14


COURSES = tuple(one.name for one in fields(Scenario) if one.type == "Course")


def pieces(scenario: Scenario) -> NDArray[np.float64]:
    """The scenario as rows in which every course is a straight line, in order of progress.

    Columns: where the piece begins, where it ends (the last one nowhere), then for each course of
    ``Columns`` its value at the beginning and its slope.
    """
    courses = _in_order(scenario)
    starts = {0.0}.union(place for course in courses for place, _ in course.points)
    begins = sorted(place for place in starts if place < scenario.length)
    ends = [*begins[1:], math.inf]
    rows = [
        [begin, end]
        + [figure for one in courses for figure in (one.at(begin), one.slope_after(begin))]
        for begin, end in zip(begins, ends, strict=True)
    ]
    return np.array(rows, dtype=np.float64)


def _in_order(scenario: Scenario) -> tuple[Course, ...]:
    return (
        scenario.allocation_bytes_per_second,
        scenario.mutator_procs,
        scenario.reachable_bytes,
        scenario.scannable_fraction,
        scenario.stack_scan_bytes,
        scenario.non_heap_bytes,
        scenario.mark_bytes_per_second,
    )
