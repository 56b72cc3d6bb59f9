"""What a GC log adds up to: phases, CPU, goals, the scavenger, and what is odd in it."""

from __future__ import annotations

from dataclasses import dataclass
from math import nan

import numpy as np
from numpy.typing import NDArray

from goom.case.verdict import Finding

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """How one figure is spread over the cycles, in its own unit; ``worst_line`` is in the log."""

    key: str
    label: str
    minimum: float
    median: float
    p95: float
    p99: float
    maximum: float
    total: float
    worst_line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GCCpu:
    """CPU of collection. ``fraction`` is of procs times wall over the whole log; idle workers take
    CPU that nobody else wanted and count only in ``idle_seconds``.

    ``busiest_fraction`` is the highest over a window, which is ``window_seconds`` wide and ends at
    the cycle of line ``busiest_line``, ``busiest_until_seconds`` after the runtime's start;
    ``stated_fraction`` is the runtime's own figure at the last cycle.
    """

    assist_seconds: float
    background_seconds: float
    pause_seconds: float  # procs that stood still, times how long
    idle_seconds: float
    fraction: float
    assist_fraction: float  # of GC CPU
    window_seconds: float
    busiest_fraction: float
    busiest_until_seconds: float
    busiest_line: int
    stated_fraction: float

    @property
    def total_seconds(self) -> float:
        """Assists, dedicated and fractional workers, and the stops of the world."""
        return self.assist_seconds + self.background_seconds + self.pause_seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Scavenging:
    """The scavenger over the log. ``lag_bytes`` is how much memory stood beyond what it keeps on
    purpose (a tenth over the goal) at the end, ``longest_lag_seconds`` how long that lasted at
    most. Retained memory is estimated as marked heap over utilization.
    """

    lines: int
    background_bytes: float
    eager_bytes: float
    released_bytes: float  # last stated
    utilization_fraction: float  # last stated
    lag_bytes: float
    longest_lag_seconds: float
    longest_lag_line: int


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class GCTimeline:
    """By cycle, for drawing: when it began, the heap, GC CPU of the ``window_seconds`` that it
    ends.
    """

    window_seconds: float
    time_seconds: Floats
    heap_start_bytes: Floats
    heap_end_bytes: Floats
    heap_marked_bytes: Floats
    goal_bytes: Floats
    gc_cpu_fraction: Floats
    pause_seconds: Floats
    allocated_bytes_per_second: Floats  # since the cycle before; nan for the first


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class GCStatistics:
    """One process of a GC log. ``goal_ratio`` is the heap at the end of marking over its goal."""

    process: int
    processes: int
    cycles: int
    forced_cycles: int
    leak_checks: int
    procs: int
    wall_seconds: float  # to the end of the last cycle, from gc 1's runtime start or the first
    cycles_per_second: float
    phases: tuple[Spread, ...]  # seconds
    cpu: GCCpu
    goal_ratio: Spread
    overshot_cycles: int
    allocated_bytes_per_second: Spread
    heap_marked_first_bytes: float
    heap_marked_last_bytes: float
    heap_end_peak_bytes: float
    goal_last_bytes: float
    scavenging: Scavenging | None
    timeline: GCTimeline
    anomalies: tuple[Finding, ...] = ()
    started_at_seconds: float = nan
