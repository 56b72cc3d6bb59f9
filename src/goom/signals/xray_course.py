"""The pacer over time as X-ray saw it: marks, goals, and what collection cost between two looks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from goom.case.series import MemStatsSeries
from goom.case.subject import Subject
from goom.rooms import signal
from goom.runtime.pacer.mgcpacer_columns import memory_limit_heap_goals_bytes
from goom.runtime.pacer.versions import pacer_of

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
_LEAST_LOOKS = 3


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class XrayCourse:
    """``n`` looks into a process's memory, oldest first; all [n].

    ``goal_bytes`` is GOGC's goal or, where it is smaller, the memory limit's (heapGoalInternal,
    mgcpacer.go): ``limit_driven`` says where. Bounds by a cycle that just began are left out. nan
    where a limit is in force and the look does not say what is mapped and free.
    CPU times are sums since the start, nan where the version counts none (before 1.20).
    """

    time_seconds: Floats  # epoch
    cycles: Floats
    last_end_seconds: Floats  # epoch, of the last cycle that ended; nan before the first
    heap_marked_bytes: Floats
    heap_live_bytes: Floats
    allocated_bytes: Floats
    goal_bytes: Floats
    gogc_goal_bytes: Floats  # inf where GOGC is off
    gogc_percent: Floats
    limit_driven: Flags
    assist_seconds: Floats
    dedicated_seconds: Floats
    idle_seconds: Floats
    pause_cpu_seconds: Floats
    pause_seconds: Floats
    forced_cycles: Floats
    procs: Floats

    def __len__(self) -> int:
        return len(self.time_seconds)


@signal
def xray_course(memstats: MemStatsSeries, subject: Subject) -> XrayCourse | None:
    """Those looks of MemStats that X-ray took: they know what the last mark found."""
    marked = memstats.get("HeapMarked")
    if marked is None:
        return None
    rows = ~np.isnan(marked)
    if rows.sum() < _LEAST_LOOKS:
        return None

    def column(name: str, scale: float = 1.0) -> Floats:
        found = memstats.get(name)
        return np.full(int(rows.sum()), np.nan) if found is None else found[rows] * scale

    goal, driven = _goals(column, subject.go_version or "")
    return XrayCourse(
        time_seconds=memstats.time_seconds[rows],
        cycles=column("NumGC"),
        last_end_seconds=column("LastGC", 1e-9),
        heap_marked_bytes=marked[rows],
        heap_live_bytes=column("HeapLive"),
        allocated_bytes=column("TotalAlloc"),
        goal_bytes=goal,
        gogc_goal_bytes=np.nan_to_num(column("GCPercentHeapGoal"), nan=np.inf),
        gogc_percent=column("GOGC"),
        limit_driven=driven,
        assist_seconds=column("GCAssistNs", 1e-9),
        dedicated_seconds=column("GCDedicatedNs", 1e-9),
        idle_seconds=column("GCIdleNs", 1e-9),
        pause_cpu_seconds=column("GCPauseCPUNs", 1e-9),
        pause_seconds=column("PauseTotalNs", 1e-9),
        forced_cycles=column("NumForcedGC"),
        procs=column("GOMAXPROCS"),
    )


def _goals(column: Callable[[str], Floats], go_version: str) -> tuple[Floats, Flags]:
    """Goals between cycles (heapGoalInternal without the bounds of a cycle that just began)."""
    by_gogc = np.nan_to_num(column("GCPercentHeapGoal"), nan=np.inf)
    limit, mapped = column("GOMEMLIMIT"), column("MappedReady")
    free = column("HeapIdle") - column("HeapReleased")
    non_heap = mapped - free - column("HeapAlloc")
    left = limit - non_heap - np.maximum(mapped - limit, 0.0)
    percent = pacer_of(go_version or None).headroom_percent
    by_limit = memory_limit_heap_goals_bytes(left, percent, column("HeapMarked"))
    by_limit = np.where(np.isnan(left), np.nan, by_limit)
    by_limit = np.where(np.isnan(limit), np.inf, by_limit)  # GOMEMLIMIT is off
    return np.minimum(by_gogc, by_limit), by_limit < by_gogc
