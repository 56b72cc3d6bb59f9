"""How hard the subject worked over time: is there a quiet base, and a burst after it?"""

from __future__ import annotations

from dataclasses import dataclass
from math import nan

import numpy as np
from numpy.typing import NDArray

from goom.case.gctrace import GCTrace
from goom.case.series import MemStatsSeries, ProcessSeries
from goom.rooms import signal
from goom.signals.gc_processes import main_process, of_process
from goom.signals.timebase import Timebase

Floats = NDArray[np.float64]
_BINS = 40


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Work:
    """Rates in equal stretches of time; nan where nothing is known.

    ``allocation_bytes_per_second`` from gctrace or TotalAlloc, ``mutator_cores`` is the process's
    CPU less the collector's, in cores.
    """

    time_seconds: Floats  # [b] middles
    allocation_bytes_per_second: Floats  # [b]
    mutator_cores: Floats  # [b]

    def allocation(self, start_seconds: float, end_seconds: float) -> float:
        """The mean allocation rate of a stretch of time."""
        return _mean(
            self.time_seconds, self.allocation_bytes_per_second, start_seconds, end_seconds
        )

    def cores(self, start_seconds: float, end_seconds: float) -> float:
        """The mean CPU that the program's own work used in a stretch of time, in cores."""
        return _mean(self.time_seconds, self.mutator_cores, start_seconds, end_seconds)


@signal
def work(
    clock: Timebase,
    trace: GCTrace | None,
    process: ProcessSeries | None,
    memstats: MemStatsSeries | None,
) -> Work | None:
    """Spread what is known over equal stretches of time."""
    if clock.end_seconds <= 0 or (trace is None and process is None and memstats is None):
        return None
    trace = of_process(trace, main_process(trace)) if trace is not None else None
    edges = np.linspace(0.0, clock.end_seconds, _BINS + 1)
    allocation = np.full(_BINS, nan)
    if trace is not None and len(trace.cycles) >= 3:
        allocation = _rate(edges, *_allocated_by_trace(clock, trace))
    elif memstats is not None and (total := memstats.get("TotalAlloc")) is not None:
        allocation = _rate(edges, clock.since_start(memstats.time_seconds), total)
    return Work(
        time_seconds=(edges[1:] + edges[:-1]) / 2,
        allocation_bytes_per_second=allocation,
        mutator_cores=_cores(clock, edges, process, trace),
    )


def _allocated_by_trace(clock: Timebase, trace: GCTrace) -> tuple[Floats, Floats]:
    cycles = trace.cycles
    ends = clock.of_trace(trace) + cycles.mark_seconds
    fresh = np.maximum(cycles.heap_end_bytes[1:] - cycles.heap_marked_bytes[:-1], 0.0)
    return ends, np.concatenate([[0.0], np.cumsum(fresh)])


def _cores(
    clock: Timebase, edges: Floats, process: ProcessSeries | None, trace: GCTrace | None
) -> Floats:
    user = process.get("user_seconds") if process is not None else None
    system = process.get("system_seconds") if process is not None else None
    if process is None or user is None or system is None:
        return np.full(len(edges) - 1, nan)
    cores = _rate(edges, clock.since_start(process.time_seconds), user + system)
    if trace is None or not len(trace.cycles):
        return cores
    cycles = trace.cycles
    collector = np.cumsum(
        cycles.sweep_termination_cpu_seconds
        + cycles.assist_cpu_seconds
        + cycles.background_cpu_seconds
        + cycles.idle_cpu_seconds
        + cycles.mark_termination_cpu_seconds
    )
    spent = _rate(edges, clock.of_trace(trace) + cycles.mark_seconds, collector)
    return np.asarray(np.maximum(cores - np.nan_to_num(spent), 0.0))


def _rate(edges: Floats, time: Floats, total: Floats) -> Floats:
    """The rise of a running total within each stretch, by the second; nan outside what is known."""
    known = ~(np.isnan(time) | np.isnan(total))
    time, total = time[known], total[known]
    if len(time) < 2:
        return np.full(len(edges) - 1, nan)
    at_edges = np.interp(edges, time, total)
    rate = np.diff(at_edges) / np.diff(edges)
    outside = (edges[1:] <= time[0]) | (edges[:-1] >= time[-1])
    return np.where(outside, nan, rate)


def _mean(time: Floats, value: Floats, start: float, end: float) -> float:
    chosen = value[(time >= start) & (time <= end) & ~np.isnan(value)]
    return float(chosen.mean()) if len(chosen) else nan
