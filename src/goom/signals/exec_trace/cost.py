"""What collection costs by an execution trace, for a subject of which no GC log says it."""

from __future__ import annotations

from dataclasses import dataclass
from math import nan

import numpy as np
from numpy.typing import NDArray

from goom.case.exec_trace import ExecutionTrace, ExecutionTraces
from goom.case.units import MIB
from goom.rooms import signal

_WORKER = "runtime.gcBgMarkWorker"
_LEAST_CYCLES, _LEAST_SECONDS = 3, 1.0  # less may be one burst, and no pace
_UTILIZATION = 0.25  # gcBackgroundUtilization, mgcpacer.go


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceCost:
    """The longest trace's collections.

    Workers are given a quarter of the Ps while a cycle marks; what they ran beyond that was idle
    time of nobody else. While the world is stopped every P is the collector's, as in a GC log.
    ``goal_ratio`` is goal over marked, as the median cycle leaves them; nan for a heap under 4 MiB.
    """

    cycles: int
    wall_seconds: float
    procs: int
    gc_cpu_seconds: float
    assist_cpu_seconds: float  # in it
    idle_cpu_seconds: float
    used_cpu_seconds: float  # goroutines running or in a system call, workers among them
    marking_seconds: float
    goal_ratio: float
    allocated_bytes: float
    longest_pause_seconds: float


@signal
def trace_cost(traces: ExecutionTraces) -> TraceCost | None:
    """Of the longest trace; None for fewer than three whole cycles, or under a second."""
    trace = max(traces.all, key=lambda one: one.duration_seconds)
    cycles = int(trace.collections.whole.sum())
    if cycles < _LEAST_CYCLES or trace.duration_seconds < _LEAST_SECONDS:
        return None
    groups = trace.groups
    worker = np.array([trace.strings[entry].startswith(_WORKER) for entry in groups.entry])
    worked = float(groups.running_seconds[worker].sum()) if len(groups) else 0.0
    marking = float((trace.collections.end_seconds - trace.collections.start_seconds).sum())
    due = min(worked, _UTILIZATION * trace.procs * marking)
    paused = _pauses(trace)
    return TraceCost(
        cycles=cycles,
        wall_seconds=trace.duration_seconds,
        procs=max(trace.procs, 1),
        gc_cpu_seconds=due + trace.assist_running_seconds + float(paused.sum()) * trace.procs,
        assist_cpu_seconds=trace.assist_running_seconds,
        idle_cpu_seconds=worked - due,
        used_cpu_seconds=float((groups.running_seconds + groups.syscall_seconds).sum()),
        marking_seconds=marking,
        goal_ratio=_goal_ratio(trace),
        allocated_bytes=float(np.maximum(groups.allocated_bytes, 0).sum()),
        longest_pause_seconds=float(paused.max()) if len(paused) else 0.0,
    )


def _pauses(trace: ExecutionTrace) -> NDArray[np.float64]:
    of_collector = [text.startswith("GC ") for text in trace.strings]
    mine = np.array(of_collector)[trace.stops.reason]
    length: NDArray[np.float64] = (trace.stops.end_seconds - trace.stops.start_seconds)[mine]
    return length


def _goal_ratio(trace: ExecutionTrace) -> float:
    """Each cycle's end sets ``heapLive`` to what was marked, and then the next goal (commit)."""
    heap, ends = trace.heap, trace.collections.end_seconds[trace.collections.whole]
    if not len(heap.live_at_seconds) or not len(heap.goal_at_seconds):
        return nan
    after = np.append(ends[1:], np.inf)
    low = np.searchsorted(heap.live_at_seconds, ends)
    high = np.searchsorted(heap.live_at_seconds, after)
    goal = np.searchsorted(heap.goal_at_seconds, after) - 1
    ratios = [
        heap.heap_goal_bytes[which] / marked
        for first, last, which in zip(low.tolist(), high.tolist(), goal.tolist(), strict=True)
        if last > first and which >= 0
        for marked in (float(heap.heap_live_bytes[first:last].min()),)
        if marked >= 4 * MIB
    ]
    return float(np.median(ratios)) if ratios else nan
