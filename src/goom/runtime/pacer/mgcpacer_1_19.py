"""The pacer of Go 1.19: 1 MiB of headroom under the limit, cons/mark through a PI controller.

Source: runtime/mgcpacer.go of 1.19.8 (memoryLimitHeapGoal, init, endCycle, piController).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

from goom.runtime.pacer.mgcpacer import Bytes

MEMORY_LIMIT_HEAP_GOAL_HEADROOM_BYTES = 1 << 20  # memoryLimitHeapGoalHeadroom

# The controller that init sets up: proportional gain, integral time and reset time in GC cycles.
_KP, _TI, _TT = 0.9, 4.0, 1000.0
_MIN, _MAX = -1000.0, 1000.0
_PERIOD_CYCLES = 1.0


def headroom_bytes(left_bytes: Bytes) -> Bytes:  # noqa: ARG001 - since 1.21 it depends on it
    """What is kept free of what the limit leaves to the heap: 1 MiB, however much that is."""
    return MEMORY_LIMIT_HEAP_GOAL_HEADROOM_BYTES


class PiStep(NamedTuple):
    """The controller after a cycle; ``reset`` is what the pacer trace calls [controller reset]."""

    cons_mark: float
    err_integral: float
    reset: bool


def pi_step(cons_mark: float, err_integral: float, current: float) -> PiStep:
    """The estimate after a cycle that measured ``current`` (endCycle, piController.next).

    The input of the controller is the estimate and its setpoint the measurement, so the output is
    a smoothed measurement. It can come out negative: the trigger is then the earliest.
    """
    error = current - cons_mark
    raw = _KP * error + err_integral
    if not math.isfinite(raw):
        return PiStep(0.0, 0.0, True)
    output = min(max(raw, _MIN), _MAX)
    step = (_KP * _PERIOD_CYCLES / _TI) * error + (_PERIOD_CYCLES / _TT) * (output - raw)
    integral = err_integral + step
    if not math.isfinite(integral):
        return PiStep(0.0, 0.0, True)
    return PiStep(output, integral, False)


@dataclass(frozen=True, slots=True)
class ConsMark:
    """The estimate after a cycle, and the controller's memory of earlier errors."""

    cons_mark: float = 0.0
    err_integral: float = 0.0

    def next(self, current: float) -> ConsMark:
        """The estimate after a cycle that measured ``current``."""
        step = pi_step(self.cons_mark, self.err_integral, current)
        return ConsMark(step.cons_mark, step.err_integral)
