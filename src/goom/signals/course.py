"""The course of events: what detectors of rivals must agree on, in one place."""

from __future__ import annotations

from dataclasses import dataclass
from math import isnan, nan

import numpy as np
from numpy.typing import NDArray

from goom.rooms import signal
from goom.signals.burst import Burst
from goom.signals.goroutine_growth import GoroutineGrowth
from goom.signals.harm import Harm
from goom.signals.marked_heap import MarkedHeap
from goom.signals.onset import Onset
from goom.signals.startup import Startup
from goom.signals.trend import FLAT, LATE_SHARE, Trend, floors, mann_kendall_rising, ramp, trend

Floats = NDArray[np.float64]
_MANY_MARKS = 12
_MANY_LATE = 8
_FEW_MARKS = 4  # too few to tell a rise that goes on from one that is over
_NO_HARM = Harm(
    killed=False,
    go_fatal="",
    ended_at_seconds=nan,
    limit_bytes=nan,
    peak_bytes=nan,
    peak_fraction=nan,
    nearness=0.0,
    effective_gomemlimit_bytes=nan,
    stated_gomemlimit_bytes=nan,
)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Course:
    """``floor`` is the trend of the marked heap after the start, ``rise_bytes`` what it rose, with
    few marks carried on to the end; ``still_rising`` 0 to 1 says how surely it goes on at the end.
    """

    harm: Harm
    onset: Onset | None
    burst: Burst | None
    startup: Startup | None
    goroutines: GoroutineGrowth | None
    floor: Trend
    base_bytes: float
    rise_bytes: float
    still_rising: float
    settled_seconds: float

    @property
    def bursting(self) -> float:
        """0 to 1: a burst of work after a flat base."""
        return self.burst.strength if self.burst is not None else 0.0

    @property
    def starting(self) -> float:
        """0 to 1: the peak is the work of starting up."""
        return self.startup.strength if self.startup is not None else 0.0

    @property
    def piling_up(self) -> float:
        """0 to 1: goroutines pile up."""
        return self.goroutines.strength if self.goroutines is not None else 0.0


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Moments:
    """Burst, start-up and onset of one run, as far as there are."""

    onset: Onset | None
    burst: Burst | None
    startup: Startup | None


@signal
def moments(onset: Onset | None, burst: Burst | None, startup: Startup | None) -> Moments:
    """Join the three."""
    return Moments(onset=onset, burst=burst, startup=startup)


@signal
def course(
    moments: Moments,
    harm: Harm | None,
    marked: MarkedHeap | None,
    goroutines: GoroutineGrowth | None,
) -> Course:
    """Join them, and look at the floor of the marked heap after the start."""
    settled = moments.startup.settled_seconds if moments.startup is not None else 0.0
    floor = _floor(marked, settled, _end(harm, marked, moments.onset))
    return Course(
        harm=harm or _NO_HARM,
        onset=moments.onset,
        burst=moments.burst,
        startup=moments.startup,
        goroutines=goroutines,
        floor=floor.line,
        base_bytes=floor.base_bytes,
        rise_bytes=floor.rise_bytes,
        still_rising=floor.still_rising,
        settled_seconds=settled,
    )


@dataclass(frozen=True, slots=True)
class _Floor:
    line: Trend = FLAT
    base_bytes: float = nan
    rise_bytes: float = 0.0
    still_rising: float = 0.0


def _end(harm: Harm | None, marked: MarkedHeap | None, onset: Onset | None) -> float:
    """When the rise was over: at the end, or when the top was reached and it stayed there."""
    last = float(marked.time_seconds[-1]) if marked is not None and len(marked.bytes) else nan
    ended = last if harm is None or isnan(harm.ended_at_seconds) else harm.ended_at_seconds
    topped = ended if onset is None else min(ended, onset.peak_seconds)
    return max(topped, last)


def _floor(marked: MarkedHeap | None, settled: float, end_seconds: float) -> _Floor:
    if marked is None or len(marked.bytes) < 2:
        return _Floor()
    after = marked.time_seconds >= settled
    if after.sum() < 4:
        after = np.arange(len(marked.bytes)) >= marked.served_from
    time, value = marked.time_seconds[after], marked.bytes[after]
    low_time, low = floors(time, value)
    line = trend(low_time, low)
    base = float(low[: max(1, len(low) // 4)].min())
    # a saw-tooth's last tooth is no rise; but with few marks much was allocated after the last
    end = float(low[-1]) if len(value) >= _MANY_MARKS else marked.estimated_last_bytes
    rising = _still_rising(time, value, line) * _known(marked, end_seconds)
    rising *= _seen(line, marked.resolution_bytes)
    return _Floor(line, base, max(0.0, end - base), rising)


def _known(marked: MarkedHeap, end_seconds: float) -> float:
    """Less than 1 when the last mark is long past and much of what came since may be garbage.

    A heap whose goal lies beyond the limit is not marked again before the kill, so its marks end
    on the way up, as those of a leak do.
    """
    time = marked.time_seconds
    unseen = (end_seconds - float(time[-1])) / max(end_seconds - float(time[0]), 1e-9)
    dies = 0.0 if isnan(marked.survival_fraction) else 1.0 - marked.survival_fraction
    if marked.only_start:
        dies = 0.5  # nobody has seen yet whether what is served dies
    return 1.0 - 0.9 * ramp(unseen, 0.12, 0.3) * dies


def _seen(line: Trend, resolution_bytes: float) -> float:
    """Less than 1 when what the last part rose is no more than the marks were rounded by."""
    if line.points < _FEW_MARKS:
        return 1.0
    late = line.late_fraction * line.growth * LATE_SHARE
    return ramp(late, 0.5 * resolution_bytes, 1.5 * resolution_bytes)


def _still_rising(time: Floats, value: Floats, line: Trend) -> float:
    """0 to 1: the last part keeps the pace of the whole, beyond the scatter of its own marks."""
    if line.points < _FEW_MARKS:
        return 0.5
    pace = ramp(line.late_fraction, 0.15, 0.5)
    late = value[time >= time[-1] - LATE_SHARE * (time[-1] - time[0])]
    if len(late) < _MANY_LATE:
        return pace
    return pace * ramp(mann_kendall_rising(late), 0.3, 0.05)
