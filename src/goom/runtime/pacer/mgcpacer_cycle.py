"""One mark phase as runtime/mgcpacer.go paces it, alike from 1.19 to 1.27: workers and assists.

startCycle decides how many workers mark, revise how much each allocation has to help. What the end
of the cycle says about cons/mark is in mgcpacer.py. Functions of plain numbers, as there.
"""

from __future__ import annotations

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
    wanted = procs * GC_GOAL_UTILIZATION
    dedicated, fractional = int(wanted + 0.5), 0.0
    if abs(dedicated / wanted - 1) > _MAX_UTIL_ERROR:
        if dedicated > wanted:
            dedicated -= 1
        fractional = (wanted - dedicated) / procs
    if periodic:
        return MarkWorkers(dedicated, fractional, 0 if dedicated else 1)
    return MarkWorkers(dedicated, fractional, procs - dedicated)


class MarkInProgress(NamedTuple):
    """The middle of a mark phase, as revise sees it. All in bytes.

    ``triggered`` is heapLive when the cycle began (up to 1.20 the trigger, which heapLive had
    passed by then). ``max_scan_work`` is heapScan + maxStackScan + globalsScan: everything
    scannable turns out to be reachable, and every stack is full.
    """

    heap_live_bytes: float
    triggered_bytes: float
    goal_bytes: float
    scan_work_bytes: float
    scan_work_expected_bytes: float
    max_scan_work_bytes: float


def assist_work_per_byte(mark: MarkInProgress, gc_percent: int) -> float:
    """How many bytes a goroutine must scan for each byte it allocates (revise).

    The scan work that is left, spread over the heap that is left up to the goal. When more was
    scanned than expected the heap is growing: the goal moves out in proportion, up to the hard
    goal. When even that is passed, it moves out by a tenth.
    """
    percent = gc_percent if gc_percent >= 0 else _GC_PERCENT_WHEN_OFF
    goal, expected = float(mark.goal_bytes), float(mark.scan_work_expected_bytes)
    if mark.scan_work_bytes > expected:
        goal, expected = extrapolated_goal_bytes(mark, percent), float(mark.max_scan_work_bytes)
    if mark.heap_live_bytes > goal:
        goal, expected = float(int(goal * _MAX_OVERSHOOT)), float(mark.max_scan_work_bytes)
    work_left = max(expected - mark.scan_work_bytes, _LEAST_SCAN_WORK_BYTES)
    heap_left = max(goal - mark.heap_live_bytes, 1)
    return work_left / heap_left


def extrapolated_goal_bytes(mark: MarkInProgress, gc_percent: int) -> float:
    """The goal with its runway stretched from the expected to the greatest scan work (revise).

    At most the hard goal, (1 + GOGC/100) * goal: what the next cycle would use anyway.
    """
    runway = float(mark.goal_bytes - mark.triggered_bytes)
    expected = max(float(mark.scan_work_expected_bytes), 1.0)  # never 0 in Go: it has globals
    stretched = int(runway / expected * float(mark.max_scan_work_bytes)) + mark.triggered_bytes
    hard = int((1.0 + gc_percent / 100.0) * float(mark.goal_bytes))
    return float(min(stretched, hard))
