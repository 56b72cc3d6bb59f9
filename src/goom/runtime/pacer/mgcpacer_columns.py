"""The equations of mgcpacer.py that branch, over columns: many cycles at once.

Their twins there take one cycle; a property test holds the two against each other. Bytes are whole
numbers in floats: exact to 2**53, and np.floor of a quotient is Go's division to about 2**50.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from goom.runtime.pacer.mgcpacer import (
    DEFAULT_HEAP_MINIMUM_BYTES,
    GC_GOAL_UTILIZATION,
    GOGC,
    HEAP_MINIMUM,
    MAX_TRIGGER_RATIO_NUM,
    MEMORY_LIMIT,
    MIN_TRIGGER_RATIO_NUM,
    NO_GOAL_BYTES,
    SWEEP_DISTANCE,
    SWEEP_MIN_HEAP_DISTANCE_BYTES,
    TRIGGER_RATIO_DEN,
)

_LEAST_HEADROOM_BYTES = float(1 << 20)  # 1.19: the headroom; since 1.21: its minimum

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def gogc_goals_bytes(heap_marked_bytes: Floats, root_scan_bytes: Floats, percent: int) -> Floats:
    """The goals of GOGC (gc_percent_heap_goal_bytes), before the heap minimum."""
    if percent < 0:
        return np.full(len(heap_marked_bytes), float(NO_GOAL_BYTES))
    return heap_marked_bytes + np.floor((heap_marked_bytes + root_scan_bytes) * percent / 100)


def heap_goals(
    heap_marked_bytes: Floats,
    gogc_goals_bytes: Floats,
    heap_minimum_bytes: float,
    memory_limit_goals_bytes: Floats,
) -> tuple[Floats, Floats, Ints]:
    """The goals, least triggers and regimes that the commit after each mark leads to.

    heap_goal, with a sweep that has just begun.
    """
    goals = np.maximum(gogc_goals_bytes, heap_minimum_bytes)
    limited = memory_limit_goals_bytes < goals
    swept = heap_marked_bytes + SWEEP_MIN_HEAP_DISTANCE_BYTES
    regimes = np.where(goals > gogc_goals_bytes, HEAP_MINIMUM, GOGC)
    regimes[swept > goals] = SWEEP_DISTANCE
    regimes[limited] = MEMORY_LIMIT
    goals = np.where(limited, memory_limit_goals_bytes, np.maximum(goals, swept))
    return goals, np.where(limited, 0.0, swept), regimes


def memory_limit_heap_goals_bytes(
    left_bytes: Floats, headroom_percent: int, heap_marked_bytes: Floats
) -> Floats:
    """The goals of GOMEMLIMIT (memory_limit_heap_goal_bytes); the percentage is by version."""
    headrooms = np.maximum(np.floor(left_bytes / 100) * headroom_percent, _LEAST_HEADROOM_BYTES)
    goals = np.maximum(left_bytes - headrooms, headrooms)
    return np.where(left_bytes > 0, np.maximum(goals, heap_marked_bytes), heap_marked_bytes)


def left_of_goals_bytes(goals_bytes: Floats, headroom_percent: int) -> Floats:
    """What the limit must have left to the heap for these goals: the way back, to 100 bytes."""
    by_percent = goals_bytes * 100 / (100 - headroom_percent)
    return np.maximum(by_percent, goals_bytes + _LEAST_HEADROOM_BYTES)


def triggers_bytes(
    goals_bytes: Floats,
    min_triggers_bytes: Floats,
    heap_marked_bytes: Floats,
    runways_bytes: Floats,
) -> Floats:
    """The triggers (trigger_bytes)."""
    step = np.floor((goals_bytes - heap_marked_bytes) / TRIGGER_RATIO_DEN)
    earliest = np.maximum(min_triggers_bytes, step * MIN_TRIGGER_RATIO_NUM + heap_marked_bytes)
    latest = np.maximum(
        step * MAX_TRIGGER_RATIO_NUM + heap_marked_bytes, goals_bytes - DEFAULT_HEAP_MINIMUM_BYTES
    )
    wanted = np.maximum(goals_bytes - runways_bytes, earliest)
    triggers = np.minimum(wanted, np.maximum(latest, earliest))
    return np.where(heap_marked_bytes >= goals_bytes, goals_bytes, triggers)


def runways_bytes(cons_mark: Floats, scan_work_expected_bytes: Floats) -> Floats:
    """The runways (runway_bytes)."""
    weighed = cons_mark * (1 - GC_GOAL_UTILIZATION) / GC_GOAL_UTILIZATION
    runways = np.trunc(weighed * scan_work_expected_bytes)
    return np.where((runways >= 0) & (runways < NO_GOAL_BYTES), runways, float(NO_GOAL_BYTES))


def current_cons_marks(
    allocated_bytes: Floats, scan_work_bytes: Floats, utilization: Floats, idle_utilization: Floats
) -> Floats:
    """What cycles say about cons/mark (current_cons_mark); nan where nothing was allocated."""
    scanned = scan_work_bytes * (1 - utilization)
    spent = allocated_bytes * (utilization + idle_utilization)
    told = np.divide(spent, scanned, out=np.full(len(spent), np.inf), where=scanned != 0)
    return np.where(allocated_bytes > 0, told, np.nan)
