"""Goal and trigger: what runtime/mgcpacer.go computes alike in every version from 1.19 to 1.27.

Functions of plain numbers. With whole bytes they give Go's figure to the byte; they also take
floats, and numba compiles them as they are. What differs by version is the headroom under the
memory limit and the estimate of cons/mark: mgcpacer_1_19.py, mgcpacer_1_21.py, versions.py.

After mark termination the pacer *commits*: from what the mark found it computes the goal and the
runway. While the program allocates, the trigger follows from both; it is asked for whenever a span
is handed out, so a change of the settings or of non-heap memory moves it at once.
"""

from __future__ import annotations

import math
from typing import NamedTuple, TypeVar

NO_GOAL_BYTES = (1 << 63) - 1  # stands for Go's ^uint64(0): gcPercentHeapGoal with GOGC=off
NO_MEMORY_LIMIT_BYTES = (1 << 63) - 1  # GOMEMLIMIT=off
NOT_TRIGGERED_BYTES = 0  # stands for Go's ^uint64(0): triggered outside of a mark phase
GC_OFF = -1  # gcPercent with GOGC=off

DEFAULT_HEAP_MINIMUM_BYTES = 4 << 20  # defaultHeapMinimum, without GOEXPERIMENT=heapminimum512kib
GC_GOAL_UTILIZATION = 0.25  # gcGoalUtilization = gcBackgroundUtilization
SWEEP_MIN_HEAP_DISTANCE_BYTES = 1 << 20  # sweepMinHeapDistance, mgc.go
MIN_RUNWAY_BYTES = 64 << 10  # minRunway, in heapGoalInternal
TRIGGER_RATIO_DEN = 64
MIN_TRIGGER_RATIO_NUM = 45  # about 0.70 of the way from heapMarked to the goal
MAX_TRIGGER_RATIO_NUM = 61  # about 0.95

# What decides a goal; the names are in REGIMES.
GOGC, HEAP_MINIMUM, MEMORY_LIMIT = 0, 1, 2
SWEEP_DISTANCE = 3  # GOGC leaves less than the sweeper needs
LATE_TRIGGER = 4  # the cycle began so late that the goal had to move
REGIMES = ("gogc", "heap_minimum", "memory_limit", "sweep_distance", "late_trigger")

Bytes = TypeVar("Bytes", int, float)


class HeapGoal(NamedTuple):
    """A goal, the least trigger that goes with it, and which of REGIMES decided."""

    goal_bytes: int
    min_trigger_bytes: int
    regime: int


def heap_minimum_bytes(gc_percent: int) -> int:
    """The least goal of GOGC: 4 MiB * GOGC/100 (heapMinimum, setGCPercent)."""
    return DEFAULT_HEAP_MINIMUM_BYTES * gc_percent // 100 if gc_percent >= 0 else NO_GOAL_BYTES


def gc_percent_heap_goal_bytes(
    heap_marked_bytes: Bytes, root_scan_bytes: Bytes, gc_percent: int
) -> Bytes:
    """The goal of GOGC before its minimum (gcPercentHeapGoal, commit): room to grow by so much.

    heapMarked + (heapMarked + lastStackScan + globalsScan) * GOGC / 100; ``root_scan`` is the sum
    of the latter two. Exact while the product is below 2**64; Go's wraps around from there, which
    takes a heap over 8 GiB and a GOGC in the thousand millions.
    """
    if gc_percent < 0:
        return NO_GOAL_BYTES
    return heap_marked_bytes + (heap_marked_bytes + root_scan_bytes) * gc_percent // 100


def memory_limit_heap_goal_bytes(
    left_bytes: Bytes, headroom_bytes: Bytes, heap_marked_bytes: Bytes
) -> Bytes:
    """The goal of GOMEMLIMIT (memoryLimitHeapGoal): what is left to the heap, less a headroom.

    ``left`` is the limit less non-heap memory and overage; the headroom, by version, follows from
    it. With nothing left the goal is heapMarked: collect all the time, and let the CPU limiter
    judge.
    """
    if left_bytes <= 0:
        return heap_marked_bytes
    return max(left_bytes - headroom_bytes, headroom_bytes, heap_marked_bytes)


def sweep_dist_min_trigger_bytes(heap_live_bytes: Bytes) -> Bytes:
    """The sweeper gets 1 MiB of allocation to run in (sweepDistMinTrigger, commit).

    At the commit that ends a cycle sweeping has just begun and heapLive is heapMarked. A commit
    that finds all swept (SetGCPercent, later in the cycle) sets it to 0.
    """
    return heap_live_bytes + SWEEP_MIN_HEAP_DISTANCE_BYTES


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
    if triggered_bytes > 0 and goal < triggered_bytes + MIN_RUNWAY_BYTES:
        goal, regime = triggered_bytes + MIN_RUNWAY_BYTES, LATE_TRIGGER
    return HeapGoal(goal, sweep_dist_min_trigger_bytes, regime)


def trigger_bytes(
    goal_bytes: Bytes, min_trigger_bytes: Bytes, heap_marked_bytes: Bytes, runway_bytes: Bytes
) -> Bytes:
    """The heap at which the next cycle begins (trigger): goal less runway, within bounds.

    A heap that is above its goal begins at once.
    """
    if heap_marked_bytes >= goal_bytes:
        return goal_bytes
    earliest = earliest_trigger_bytes(goal_bytes, min_trigger_bytes, heap_marked_bytes)
    latest = max(latest_trigger_bytes(goal_bytes, heap_marked_bytes), earliest)
    return min(max(goal_bytes - runway_bytes, earliest), latest)


def earliest_trigger_bytes(
    goal_bytes: Bytes, min_trigger_bytes: Bytes, heap_marked_bytes: Bytes
) -> Bytes:
    """The earliest trigger (minTrigger): 45/64 of the way from heapMarked to the goal.

    A mark that begins sooner would be on all the time, and let the heap grow.
    """
    step = (goal_bytes - heap_marked_bytes) // TRIGGER_RATIO_DEN
    return max(min_trigger_bytes, step * MIN_TRIGGER_RATIO_NUM + heap_marked_bytes)


def latest_trigger_bytes(goal_bytes: Bytes, heap_marked_bytes: Bytes) -> Bytes:
    """The latest trigger (maxTrigger): 61/64 of the way, or 4 MiB before the goal if that is later.

    A large heap with little to scan needs no more runway than a cycle without work takes.
    """
    step = (goal_bytes - heap_marked_bytes) // TRIGGER_RATIO_DEN
    latest = step * MAX_TRIGGER_RATIO_NUM + heap_marked_bytes
    return max(latest, goal_bytes - DEFAULT_HEAP_MINIMUM_BYTES)


def runway_bytes(cons_mark: float, scan_work_expected_bytes: float) -> int:
    """What will be allocated while the next mark runs (commit).

    cons/mark compares bytes allocated to bytes scanned, each per CPU second of its side; the mark
    has a quarter of the CPU and the program three, hence times 0.75/0.25. The work expected is
    that of the last mark: lastHeapScan + lastStackScan + globalsScan. An estimate that no uint64
    holds (negative, or assists filled the cycle) asks for the earliest trigger.
    """
    weighed = cons_mark * (1 - GC_GOAL_UTILIZATION) / GC_GOAL_UTILIZATION
    runway = weighed * float(scan_work_expected_bytes)
    return int(runway) if -1 < runway < NO_GOAL_BYTES else NO_GOAL_BYTES


def current_cons_mark(
    allocated_bytes: float, scan_work_bytes: float, utilization: float, idle_utilization: float
) -> float:
    """What a cycle says about cons/mark (endCycle).

    Bytes allocated while marking, per CPU second of the program, over bytes scanned per CPU second
    of the collector. ``utilization`` is a quarter and the assists, as shares of all CPU time while
    marking; idle workers count for the collector and not against the program, which may take that
    time back whenever it likes. Asked for only when something was allocated: else the runtime
    leaves its estimate alone.
    """
    scanned = scan_work_bytes * (1 - utilization)
    if scanned == 0:
        return math.inf
    return allocated_bytes * (utilization + idle_utilization) / scanned
