"""The pacer of Go 1.19: 1 MiB of headroom under the limit, cons/mark through a PI controller.

Source: runtime/mgcpacer.go of 1.19.8 (memoryLimitHeapGoal, init, endCycle, piController).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

MEMORY_LIMIT_HEAP_GOAL_HEADROOM_BYTES = 1 << 20  # memoryLimitHeapGoalHeadroom

# The controller that init sets up: proportional gain, integral time and reset time in GC cycles.
_KP, _TI, _TT = 0.9, 4.0, 1000.0
_MIN, _MAX = -1000.0, 1000.0
_PERIOD_CYCLES = 1.0


def headroom_bytes(goal_bytes: int) -> int:  # noqa: ARG001 - 1.21 asks for the goal
    """What is kept free under the memory limit: 1 MiB, whatever the size of the heap."""
    return MEMORY_LIMIT_HEAP_GOAL_HEADROOM_BYTES


@dataclass(frozen=True, slots=True)
class ConsMark:
    """The estimate after a cycle, and the controller's memory of earlier errors.

    The input of the controller is the estimate and its setpoint what the cycle measured, so the
    output is a smoothed measurement. It can come out negative: the runway then wraps around, and
    the trigger is the earliest.
    """

    cons_mark: float = 0.0
    err_integral: float = 0.0
    controller_reset: bool = False  # what the pacer trace marks with [controller reset]

    def next(self, current: float) -> ConsMark:
        """The estimate after a cycle that measured ``current`` (endCycle, piController.next)."""
        error = current - self.cons_mark
        raw = _KP * error + self.err_integral
        if not math.isfinite(raw):
            return ConsMark(controller_reset=True)
        output = min(max(raw, _MIN), _MAX)
        integral = self.err_integral + (
            (_KP * _PERIOD_CYCLES / _TI) * error + (_PERIOD_CYCLES / _TT) * (output - raw)
        )
        if not math.isfinite(integral):
            return ConsMark(controller_reset=True)
        return ConsMark(output, integral)
