"""The scavenger's memory-limit goal up to Go 1.21: 95 *times* the limit instead of 95 % of it.

Source: gcPaceScavenger in runtime/mgcscavenge.go of 1.21.13, and the same in 1.19.8:
``uint64(float64(memoryLimit) * (100.0 - reduceExtraPercent))``. No process ever has that much
mapped, so the background scavenger never worked for GOMEMLIMIT. What kept the limit was the
goroutine that wanted memory: it had to release some before it got any. 1.22 put it right:
mgcscavenge.py.
"""

from __future__ import annotations

REDUCE_EXTRA_PERCENT = 5.0  # reduceExtraPercent
MEMORY_LIMIT_GOAL_FACTOR = 100.0 - REDUCE_EXTRA_PERCENT


def memory_limit_goal_bytes(memory_limit_bytes: float) -> float:
    """scavenge.memoryLimitGoal before 1.22: out of reach."""
    return memory_limit_bytes * MEMORY_LIMIT_GOAL_FACTOR
