"""One mark phase as runtime/mgcpacer.go paces it, alike from 1.19 to 1.27: workers and assists.

startCycle decides how many workers mark, revise how much each allocation has to help, endCycle
what the cycle says about cons/mark.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

from goom.runtime.pacer.mgcpacer import GC_GOAL_UTILIZATION

GC_OVER_ASSIST_WORK_BYTES = 64 << 10  # gcOverAssistWork: an assist pays this much ahead

_MAX_UTIL_ERROR = 0.3  # maxUtilError, startCycle
_LEAST_SCAN_WORK_BYTES = 1000  # scanWorkRemaining's floor, revise
_MAX_OVERSHOOT = 1.1  # maxOvershoot, revise
_GC_PERCENT_WHEN_OFF = 100000  # what revise takes GOGC=off for


class MarkWorkers(NamedTuple):
    """Who marks: ``dedicated`` workers own a P for the whole cycle; when their number misses 25 %
    by too much, every P marks for ``fractional_utilization_goal`` of its time; at most ``max_idle``
    more take a P that nobody wants.
    """

    dedicated: int
    fractional_utilization_goal: float
    max_idle: int


def mark_workers(procs: int, periodic: bool = False) -> MarkWorkers:
    """The workers of a cycle on ``procs`` Ps (startCycle); ``periodic``: the two-minute cycle."""
    wanted = float(procs) * GC_GOAL_UTILIZATION
    dedicated, fractional = int(wanted + 0.5), 0.0
    if abs(dedicated / wanted - 1) > _MAX_UTIL_ERROR:
        if dedicated > wanted:
            dedicated -= 1
        fractional = (wanted - dedicated) / procs
    if periodic:
        return MarkWorkers(dedicated, fractional, 0 if dedicated else 1)
    return MarkWorkers(dedicated, fractional, procs - dedicated)


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkInProgress:
    """The middle of a mark phase, as revise sees it. All in bytes.

    ``max_scan_work`` is heapScan + maxStackScan + globalsScan: everything scannable turns out to
    be reachable, and every stack is full.
    """

    heap_live_bytes: int
    triggered_bytes: int
    goal_bytes: int
    scan_work_bytes: int
    scan_work_expected_bytes: int
    max_scan_work_bytes: int


def assist_work_per_byte(mark: MarkInProgress, gc_percent: int) -> float:
    """How many bytes a goroutine must scan for each byte it allocates (revise).

    The scan work that is left, spread over the heap that is left up to the goal. When more was
    scanned than expected the heap is growing: the goal moves out in proportion, up to the hard
    goal. When even that is passed, it moves out by a tenth.
    """
    percent = gc_percent if gc_percent >= 0 else _GC_PERCENT_WHEN_OFF
    goal, expected = mark.goal_bytes, mark.scan_work_expected_bytes
    if mark.scan_work_bytes > expected:
        goal, expected = _extrapolated_goal_bytes(mark, percent), mark.max_scan_work_bytes
    if mark.heap_live_bytes > goal:
        goal, expected = int(goal * _MAX_OVERSHOOT), mark.max_scan_work_bytes
    work_left = max(expected - mark.scan_work_bytes, _LEAST_SCAN_WORK_BYTES)
    heap_left = max(goal - mark.heap_live_bytes, 1)
    return float(work_left) / float(heap_left)


def _extrapolated_goal_bytes(mark: MarkInProgress, gc_percent: int) -> int:
    """The runway stretched from the expected to the greatest scan work (extHeapGoal)."""
    runway = float(mark.goal_bytes - mark.triggered_bytes)
    expected = float(max(mark.scan_work_expected_bytes, 1))  # never 0 in Go: it has globals
    stretched = int(runway / expected * float(mark.max_scan_work_bytes)) + mark.triggered_bytes
    hard = int((1.0 + float(gc_percent) / 100.0) * float(mark.goal_bytes))
    return min(stretched, hard)


@dataclass(frozen=True, slots=True, kw_only=True)
class FinishedMark:
    """A mark phase that is over, as endCycle sees it: bytes, and CPU time in seconds.

    ``triggered`` is heapLive when the cycle began; up to 1.20 it is the trigger, which heapLive
    has passed by then. ``seconds`` is the wall time during which assists were on.
    """

    triggered_bytes: int
    heap_live_bytes: int
    scan_work_bytes: int
    seconds: float
    procs: int
    assist_seconds: float
    idle_seconds: float

    @property
    def utilization(self) -> float:
        """The GC's share of the CPU without idle workers: a quarter, and the assists."""
        return GC_GOAL_UTILIZATION + self._share(self.assist_seconds)

    @property
    def idle_utilization(self) -> float:
        """The share of idle workers: CPU that the program could have taken, and did not."""
        return self._share(self.idle_seconds)

    def _share(self, cpu_seconds: float) -> float:
        return cpu_seconds / (self.seconds * self.procs) if self.seconds > 0 else 0.0


def current_cons_mark(mark: FinishedMark) -> float | None:
    """Bytes allocated per CPU second of the program over bytes scanned per CPU second (endCycle).

    None when nothing was allocated while marking: the runtime then leaves its estimate alone.
    """
    allocated = mark.heap_live_bytes - mark.triggered_bytes
    if allocated <= 0:
        return None
    utilization = mark.utilization
    scanned = float(mark.scan_work_bytes) * (1 - utilization)
    scaled = float(allocated) * (utilization + mark.idle_utilization)
    return scaled / scanned if scanned else math.inf
