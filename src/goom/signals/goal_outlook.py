"""Where the collector lets the heap grow to, and whether that fits under the container's limit."""

from __future__ import annotations

from dataclasses import dataclass
from math import isnan, nan

import numpy as np

from goom.case.binary import BinaryCalls
from goom.case.profile import Frame
from goom.rooms import signal
from goom.signals.marked_heap import MarkedHeap
from goom.signals.usage import Usage
from goom.signals.xray_course import XrayCourse

_USUAL_GOGC = 100.0


@dataclass(frozen=True, slots=True, kw_only=True)
class GoalOutlook:
    """``goal_bytes`` is the goal in force at the end, inf where GOGC is off; ``marked_bytes`` what
    would survive a collection there; ``other_bytes`` what is charged and no heap, to add to both.

    GOGC in percent, -1 for off, 100 where nobody saw it; ``changed_by`` sets it in the program,
    where it changed.
    """

    goal_bytes: float
    marked_bytes: float
    other_bytes: float
    gogc_percent: float
    gogc_at_first: float
    changed_by: tuple[Frame, ...]
    charge_was_seen: bool

    def of_limit(self, heap_bytes: float, limit_bytes: float) -> float:
        """A heap of this size, with what is charged beside it, over the limit."""
        return (heap_bytes + self.other_bytes) / limit_bytes


@signal
def goal_outlook(
    marked: MarkedHeap,
    usage: Usage | None,
    xray: XrayCourse | None,
    binary: BinaryCalls | None,
) -> GoalOutlook:
    """X-ray reads the goal in force; a log prints that of the cycle before."""
    goal, first, last = marked.next_goal_bytes, _USUAL_GOGC, _USUAL_GOGC
    if xray is not None:
        goal = goal if isnan(xray.goal_bytes[-1]) else float(xray.goal_bytes[-1])
        percents = xray.gogc_percent[~np.isnan(xray.gogc_percent)]
        first, last = (percents[0], percents[-1]) if len(percents) else (first, last)
    at_last = usage.at(float(marked.time_seconds[-1])) if usage is not None else nan
    besides = max(at_last - min(marked.last_bytes, at_last), 0.0)
    setters = binary.gc_percent_setters() if binary is not None and first != last else ()
    return GoalOutlook(
        goal_bytes=2 * marked.last_bytes if isnan(goal) else goal,
        marked_bytes=marked.estimated_last_bytes,
        other_bytes=0.0 if isnan(at_last) else min(besides, 0.2 * at_last),
        gogc_percent=float(last),
        gogc_at_first=float(first),
        changed_by=setters,
        charge_was_seen=usage is not None,
    )
