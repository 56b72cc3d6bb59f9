"""An execution trace over time, in so few buckets that a page can draw them."""

from __future__ import annotations

from dataclasses import dataclass

from goom.case.exec_trace import Numbers, Seconds


@dataclass(frozen=True, slots=True, eq=False)
class Lane:
    """One goroutine that was held up by assists; ``assisting`` is the share of each bucket."""

    goroutine: int
    name: str
    where: str
    assists: int
    seconds: float
    longest_seconds: float
    assisting: Seconds


@dataclass(frozen=True, slots=True, eq=False)
class StopDots:
    """The longest stop of one reason in each bucket that has one."""

    reason: str
    at_seconds: Seconds
    seconds: Seconds


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class TraceTimeline:
    """Buckets of equal width from 0 on; shares are of a bucket's time, counts means over it.

    ``collections`` holds start and end of mark phases, those that a pixel would not tell apart as
    one. ``heap_peak_bytes`` is nan where a bucket has no sample; goals are steps.
    """

    width_seconds: float
    duration_seconds: float
    marking: Seconds
    stopped: Seconds
    assisting: Seconds  # goroutines in an assist
    running: Seconds
    runnable: Seconds
    heap_peak_bytes: Seconds
    goal_at_seconds: Seconds
    heap_goal_bytes: Numbers
    collections: tuple[tuple[float, float], ...]
    stops: tuple[StopDots, ...]
    lanes: tuple[Lane, ...]

    def __len__(self) -> int:
        return len(self.marking)
