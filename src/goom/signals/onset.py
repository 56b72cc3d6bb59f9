"""The shape of memory over time: where it rose, from what base, how fast, and whether it fell."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from goom.rooms import signal
from goom.signals.marked_heap import MarkedHeap
from goom.signals.usage import Usage

Floats = NDArray[np.float64]
_SETTLE_FRACTION = 0.1
_AT_THE_TOP = 0.97  # a plateau's top is where it begins, not where it wobbles highest


@dataclass(frozen=True, slots=True, kw_only=True)
class Onset:
    """One rise to the peak. Times on the process's clock.

    ``rise_fraction`` is the share of the time up to the peak that the rise from 20 % to 90 % of it
    took: 0.7 for a straight line from the start, near 0 for a step. ``base_bytes`` is the level
    before the rise (median), ``base_growth_bytes`` what the base itself rose.
    ``fell_fraction``: how much of the rise was given back at the end; ``fell_after_seconds`` is
    the time from the peak to the end.
    """

    base_bytes: float
    base_growth_bytes: float
    base_from_seconds: float
    onset_seconds: float
    peak_seconds: float
    peak_bytes: float
    end_bytes: float
    rise_fraction: float
    fell_fraction: float
    fell_after_seconds: float
    duration_seconds: float

    @property
    def rise_bytes(self) -> float:
        """Peak less base."""
        return self.peak_bytes - self.base_bytes

    @property
    def base_seconds(self) -> float:
        """How long the base lasted before the rise."""
        return max(0.0, self.onset_seconds - self.base_from_seconds)


@signal
def onset(usage: Usage | None, marked: MarkedHeap | None) -> Onset | None:
    """From the usage when there is one, else from the marks."""
    if usage is not None and len(usage.bytes) >= 8:
        return shape(usage.time_seconds, usage.bytes)
    if marked is not None and len(marked.bytes) >= 8:
        return shape(marked.time_seconds, marked.bytes)
    return None


def shape(time: Floats, value: Floats) -> Onset | None:
    """The rise to the highest point of a series; None for fewer than eight points."""
    known = np.isfinite(value)
    time, value = time[known], value[known]
    if len(time) < 8 or time[-1] <= time[0]:
        return None
    start = float(time[0]) if time[-1] <= 0 else max(0.0, float(time[0]))
    settled = start + _SETTLE_FRACTION * (float(time[-1]) - start)
    peak = int(np.argmax(value))
    settled = min(settled, start + 0.5 * max(0.0, float(time[peak]) - start))
    before = (time >= settled) & (np.arange(len(time)) <= peak)
    low = float(value[before].min()) if before.any() else float(value[: peak + 1].min())
    rise = float(value[peak]) - low
    peak = int(np.flatnonzero(value >= low + _AT_THE_TOP * rise)[0]) if rise > 0 else peak
    under = np.flatnonzero(value[: peak + 1] <= low + 0.2 * rise)
    onset_at = int(under[-1]) if len(under) else 0
    over = np.flatnonzero(value[: peak + 1] >= low + 0.9 * rise)
    high = int(over[over >= onset_at][0]) if (over >= onset_at).any() else peak
    base = before & (np.arange(len(time)) <= onset_at)
    levels = value[base] if base.any() else value[: onset_at + 1]
    half = max(1, len(levels) // 4)
    span = max(float(time[peak]) - start, 1e-9)
    tail = value[time >= time[-1] - 0.1 * (time[-1] - start)]
    end = float(np.median(tail)) if peak < len(value) - 1 else float(value[-1])
    return Onset(
        base_bytes=float(np.median(levels)),
        base_growth_bytes=float(np.median(levels[-half:]) - np.median(levels[:half])),
        base_from_seconds=settled if base.any() else start,
        onset_seconds=float(time[onset_at]),
        peak_seconds=float(time[peak]),
        peak_bytes=float(value.max()),
        end_bytes=end,
        rise_fraction=max(0.0, float(time[high] - time[onset_at])) / span,
        fell_fraction=max(0.0, (float(value.max()) - end) / rise) if rise > 0 else 0.0,
        fell_after_seconds=float(time[-1] - time[peak]),
        duration_seconds=float(time[-1]) - start,
    )
