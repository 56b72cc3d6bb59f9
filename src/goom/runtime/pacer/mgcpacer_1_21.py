"""The pacer from Go 1.21 on: 3 % of headroom under the limit, cons/mark the highest of five.

Source: runtime/mgcpacer.go of 1.21.13 (memoryLimitHeapGoal, endCycle). The arithmetic is the same
in 1.22.10, 1.23.9, 1.24.11, 1.25.5, 1.26.6 and 1.27.3. What those changed around it is who starts
mark workers (1.24 leaves early when none is wanted, 1.25 wakes idle Ps under Green Tea, 1.26
assigns workers when the world starts), and the unit of scan work (1.26, Green Tea).
"""

from __future__ import annotations

from dataclasses import dataclass

from goom.runtime.pacer.mgcpacer import Bytes

MEMORY_LIMIT_MIN_HEAP_GOAL_HEADROOM_BYTES = 1 << 20  # memoryLimitMinHeapGoalHeadroom
MEMORY_LIMIT_HEAP_GOAL_HEADROOM_PERCENT = 3  # memoryLimitHeapGoalHeadroomPercent


def headroom_bytes(left_bytes: Bytes) -> Bytes:
    """What is kept free of what the limit leaves to the heap: 3 %, and 1 MiB at least.

    The division comes first, as in Go: goal / 100 * 3.
    """
    percent = left_bytes // 100 * MEMORY_LIMIT_HEAP_GOAL_HEADROOM_PERCENT
    return max(percent, MEMORY_LIMIT_MIN_HEAP_GOAL_HEADROOM_BYTES)


@dataclass(frozen=True, slots=True)
class ConsMark:
    """The estimate after a cycle, and what the last four cycles measured, oldest first.

    The highest of five leans towards an early start: more cycles, fewer assists.
    """

    cons_mark: float = 0.0
    last_cons_mark: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 0.0)

    def next(self, current: float) -> ConsMark:
        """The estimate after a cycle that measured ``current`` (endCycle)."""
        _, second, third, fourth = self.last_cons_mark
        return ConsMark(max(current, *self.last_cons_mark), (second, third, fourth, current))
