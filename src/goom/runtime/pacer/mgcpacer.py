"""Goal and trigger: what runtime/mgcpacer.go computes alike in every version from 1.19 to 1.27.

All figures are whole bytes and wrap at 2**64 where Go's uint64 does. What differs by version is
the headroom under the memory limit and the estimate of cons/mark: mgcpacer_1_19.py,
mgcpacer_1_21.py. How the versions map to these files: versions.py.

After mark termination the pacer *commits*: from what the mark found it computes the goal and the
runway. While the program allocates, the trigger follows from both; it is asked for whenever a span
is handed out, so a change of the settings or of non-heap memory moves it at once.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

NO_GOAL_BYTES = (1 << 64) - 1  # gcPercentHeapGoal with GOGC=off
NO_MEMORY_LIMIT_BYTES = (1 << 63) - 1  # GOMEMLIMIT=off
NOT_TRIGGERED_BYTES = (1 << 64) - 1  # gcController.triggered outside of a mark phase
GC_OFF = -1  # gcPercent of GOGC=off

DEFAULT_HEAP_MINIMUM_BYTES = 4 << 20  # defaultHeapMinimum, without GOEXPERIMENT=heapminimum512kib
GC_GOAL_UTILIZATION = 0.25  # gcGoalUtilization = gcBackgroundUtilization
SWEEP_MIN_HEAP_DISTANCE_BYTES = 1 << 20  # sweepMinHeapDistance, mgc.go
MIN_RUNWAY_BYTES = 64 << 10  # minRunway, in heapGoalInternal
TRIGGER_RATIO_DEN = 64
MIN_TRIGGER_RATIO_NUM = 45  # about 0.70 of the way from heapMarked to the goal
MAX_TRIGGER_RATIO_NUM = 61  # about 0.95

GOGC = "gogc"
HEAP_MINIMUM = "heap_minimum"
MEMORY_LIMIT = "memory_limit"
SWEEP_DISTANCE = "sweep_distance"  # GOGC asks for less than the sweeper needs
LATE_TRIGGER = "late_trigger"  # the cycle began so late that the goal had to move

_UINT64 = (1 << 64) - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapped:
    """Memory as memoryLimitHeapGoal sees it, with its names in runtime/metrics.

    ``mapped_ready`` is /memory/classes/total less /memory/classes/heap/released, ``heap_free`` is
    /memory/classes/heap/free, ``heap_alloc`` is /memory/classes/heap/objects.
    """

    mapped_ready_bytes: int
    heap_free_bytes: int
    heap_alloc_bytes: int

    @property
    def non_heap_bytes(self) -> int:
        """nonHeapMemory: stacks, metadata, and what spans hold that is no object."""
        return (self.mapped_ready_bytes - self.heap_free_bytes - self.heap_alloc_bytes) & _UINT64

    def overage_bytes(self, memory_limit_bytes: int) -> int:
        """How far the process is over its limit already."""
        return max(self.mapped_ready_bytes - memory_limit_bytes, 0)


class HeapGoal(NamedTuple):
    """Of heapGoalInternal: the goal, the least trigger that goes with it, and what set the goal."""

    goal_bytes: int
    min_trigger_bytes: int
    regime: str


def heap_minimum_bytes(gc_percent: int) -> int:
    """heapMinimum: 4 MiB * GOGC/100 (setGCPercent); with GOGC=off a figure beyond any heap."""
    return ((DEFAULT_HEAP_MINIMUM_BYTES * gc_percent) & _UINT64) // 100


def gc_percent_heap_goal_bytes(
    heap_marked_bytes: int, root_scan_bytes: int, gc_percent: int
) -> int:
    """The goal of GOGC (gcPercentHeapGoal, commit) before its minimum: room to grow by so much.

    heapMarked + (heapMarked + lastStackScan + globalsScan) * GOGC / 100, a whole-number division;
    ``root_scan`` is the sum of the latter two. The product wraps, so an absurd GOGC on a large heap
    gives a *small* goal, as in Go.
    """
    if gc_percent < 0:
        return NO_GOAL_BYTES
    grown = ((heap_marked_bytes + root_scan_bytes) * gc_percent) & _UINT64
    return (heap_marked_bytes + grown // 100) & _UINT64


def memory_limit_heap_goal_bytes(
    non_heap_bytes: int,
    overage_bytes: int,
    memory_limit_bytes: int,
    heap_marked_bytes: int,
    headroom_bytes: Callable[[int], int],
) -> int:
    """What the limit leaves to the heap, less a headroom by version (memoryLimitHeapGoal).

    With nothing left the goal is heapMarked: collect without pause, and let the CPU limiter judge.
    """
    taken = non_heap_bytes + overage_bytes
    if taken >= memory_limit_bytes:
        return heap_marked_bytes
    goal = memory_limit_bytes - taken
    headroom = headroom_bytes(goal)
    goal = headroom if goal - headroom < headroom else goal - headroom
    return max(goal, heap_marked_bytes)


def sweep_dist_min_trigger_bytes(heap_live_bytes: int, sweep_done: bool = False) -> int:
    """The sweeper gets 1 MiB of allocation to run in (sweepDistMinTrigger, commit).

    At the commit that ends a cycle the sweep has just begun and heapLive is heapMarked.
    """
    return 0 if sweep_done else heap_live_bytes + SWEEP_MIN_HEAP_DISTANCE_BYTES


def heap_goal(
    gc_percent_goal_bytes: int,
    heap_minimum_bytes: int,
    memory_limit_goal_bytes: int,
    sweep_dist_min_trigger_bytes: int = 0,
    triggered_bytes: int = NOT_TRIGGERED_BYTES,
) -> HeapGoal:
    """The limit's goal when it is the smaller, else GOGC's with its floors (heapGoalInternal).

    The floors do not apply under the limit: it is a bound on the goal, they would break it.
    """
    goal, regime = gc_percent_goal_bytes, GOGC
    if goal < heap_minimum_bytes:
        goal, regime = heap_minimum_bytes, HEAP_MINIMUM
    if memory_limit_goal_bytes < goal:
        return HeapGoal(memory_limit_goal_bytes, 0, MEMORY_LIMIT)
    if sweep_dist_min_trigger_bytes > goal:
        goal, regime = sweep_dist_min_trigger_bytes, SWEEP_DISTANCE
    if triggered_bytes != NOT_TRIGGERED_BYTES and goal < triggered_bytes + MIN_RUNWAY_BYTES:
        goal, regime = triggered_bytes + MIN_RUNWAY_BYTES, LATE_TRIGGER
    return HeapGoal(goal, sweep_dist_min_trigger_bytes, regime)


def trigger_bytes(
    goal_bytes: int, min_trigger_bytes: int, heap_marked_bytes: int, runway_bytes: int
) -> int:
    """The heap at which the next cycle begins (trigger): goal less runway, within bounds.

    Not before 45/64 of the way from heapMarked to the goal: a mark that is always on would let the
    heap grow. Not after 61/64 of it, or, for large heaps, 4 MiB before the goal.
    """
    if heap_marked_bytes >= goal_bytes:
        return goal_bytes
    earliest, latest = trigger_bounds_bytes(goal_bytes, min_trigger_bytes, heap_marked_bytes)
    wanted = goal_bytes - runway_bytes if runway_bytes <= goal_bytes else earliest
    return min(max(wanted, earliest), latest)


def trigger_bounds_bytes(
    goal_bytes: int, min_trigger_bytes: int, heap_marked_bytes: int
) -> tuple[int, int]:
    """The earliest and the latest trigger (minTrigger, maxTrigger), for heapMarked < goal."""
    step = (goal_bytes - heap_marked_bytes) // TRIGGER_RATIO_DEN
    earliest = max(
        min_trigger_bytes, heap_marked_bytes, step * MIN_TRIGGER_RATIO_NUM + heap_marked_bytes
    )
    latest = step * MAX_TRIGGER_RATIO_NUM + heap_marked_bytes
    latest = max(latest, goal_bytes - DEFAULT_HEAP_MINIMUM_BYTES, earliest)
    return earliest, latest


def runway_bytes(cons_mark: float, scan_work_expected_bytes: int) -> int:
    """What will be allocated while the next mark runs (commit).

    cons/mark compares bytes allocated to bytes scanned, each per CPU second of its side; the mark
    has a quarter of the CPU and the program three, hence times 0.75/0.25. The work expected is
    that of the last mark: lastHeapScan + lastStackScan + globalsScan. An estimate that no uint64
    holds (assists filled the cycle) asks for the earliest trigger.
    """
    weighed = cons_mark * (1 - GC_GOAL_UTILIZATION) / GC_GOAL_UTILIZATION
    runway = weighed * float(scan_work_expected_bytes)
    if not math.isfinite(runway):
        return NO_GOAL_BYTES
    whole = int(runway)
    return whole if 0 <= whole <= NO_GOAL_BYTES else NO_GOAL_BYTES
