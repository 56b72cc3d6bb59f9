"""The growth of one group of goroutines: to the end, in a step, or up to a cap?"""

from __future__ import annotations

from dataclasses import dataclass
from math import nan

import numpy as np
from numpy.typing import NDArray

from goom.signals.trend import mann_kendall_rising, ramp, theil_sen

Floats = NDArray[np.float64]
_FEWEST = 4  # looks from which on a trend can be told from two figures
_TOP = 0.97
_FLOOR_PARTS = 5
LATE = 0.25  # of the time, at its end


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupGrowth:
    """Figures are 0 to 1 where not said otherwise.

    ``rises``: it rises, beyond its own scatter. ``levelled``: it has stopped rising, and the time
    without a rise is long against that with one. ``step``: most of it came at once.
    ``fell``: how much of the highest count is gone again.
    """

    looks: int
    span_seconds: float
    first: float
    last: float
    per_second: float
    rises: float
    levelled: float
    flat_seconds: float
    step: float
    fell: float

    @property
    def strength(self) -> float:
        """How surely it grows to the end."""
        steady = (1.0 - self.levelled) * (1.0 - 0.8 * self.step) * ramp(self.fell, 0.3, 0.08)
        return self.rises * steady


def growth_of(time: Floats, counts: Floats, late_work: float = 1.0) -> GroupGrowth:
    """Judge the counts of one group by look.

    ``late_work`` is the work of the last quarter of the time over that before: what grows with
    the work may stop when the work does.
    """
    first, last, span = float(counts[0]), float(counts[-1]), float(time[-1] - time[0])
    peak = float(counts.max())
    rise = peak - float(counts.min())
    enough = len(counts) >= _FEWEST and span > 0
    flat = _flat_tail(time, counts)
    return GroupGrowth(
        looks=len(counts),
        span_seconds=span,
        first=first,
        last=last,
        per_second=(last - first) / span if span > 0 else nan,
        rises=_rises(time, counts) if enough else 0.0,
        levelled=_levelled(time, counts, flat, late_work) if enough else 0.0,
        flat_seconds=flat,
        step=_step(time, counts) if enough and rise > 0 else 0.0,
        fell=(peak - last) / rise if rise > 0 else 0.0,
    )


def _rises(time: Floats, counts: Floats) -> float:
    """Mann-Kendall's test, the slope against the scatter around it, and the floor: a leak never
    gives back, so its lowest counts rise as the highest do.
    """
    slope = theil_sen(time, counts)
    grown = slope * float(time[-1] - time[0])
    middle = np.median(counts - slope * time)
    scatter = 1.48 * float(np.median(np.abs(counts - slope * time - middle)))
    # a count that scatters by chance alone does so by its root (Poisson)
    scatter = max(scatter, 0.5 * float(np.sqrt(max(np.median(counts), 1.0))))
    floor = _floor_rise(counts) / max(grown, 1.0)
    return (
        ramp(mann_kendall_rising(counts), 0.15, 0.02)
        * ramp(grown / scatter, 2.0, 5.0)
        * ramp(floor, 0.2, 0.5)
    )


def _floor_rise(counts: Floats) -> float:
    """From the lowest count of the first part to the lowest of the last."""
    part = max(1, len(counts) // _FLOOR_PARTS)
    return float(counts[-part:].min() - counts[: part + 1].min())


def _levelled(time: Floats, counts: Floats, flat_seconds: float, late_work: float) -> float:
    """It was at its top for long, or its last quarter falls short of the pace before by more than
    chance does (a count of arrivals scatters by its root), while work went on.
    """
    span = float(time[-1] - time[0])
    went_on = ramp(late_work, 0.2, 0.5)
    missed = (
        flat_seconds * (float(counts.max()) - float(counts[0])) / max(span - flat_seconds, 1e-9)
    )
    # a pause in which many more should have come is no chance, however short
    at_top = max(
        ramp(flat_seconds / span, 0.08, 0.22),
        ramp(flat_seconds / span, 0.04, 0.12) * ramp(missed, 8, 25),
    )
    cut = float(time[-1]) - LATE * span
    before = float(np.interp(cut, time, counts))
    expected = (before - float(counts[0])) * LATE / (1 - LATE) * min(1.0, late_work)
    if expected <= 0:
        return at_top * went_on
    added = float(counts[-1]) - before
    short = ramp((expected - added) / float(np.sqrt(expected)), 1.5, 3.0)
    return max(at_top, short * ramp(added / expected, 0.5, 0.2)) * went_on


def _flat_tail(time: Floats, counts: Floats) -> float:
    """Seconds at the end in which nothing was added, less what an even rise leaves over."""
    low = float(counts.min())
    rise = float(counts.max()) - low
    if rise <= 0 or len(counts) < 3:
        return 0.0
    top = low + _TOP * rise
    reached = int(np.flatnonzero(counts >= top)[0])
    if reached == 0 or reached > len(counts) - 2:
        return 0.0
    before, after = float(counts[reached - 1]), float(counts[reached])
    share = (top - before) / max(after - before, 1e-9)
    moment = float(time[reached - 1]) + share * float(time[reached] - time[reached - 1])
    return max(0.0, float(time[-1]) - moment - (1 - _TOP) * float(time[-1] - time[0]))


def _step(time: Floats, counts: Floats) -> float:
    """1 when most of the rise came within a small part of the time, after a flat base."""
    added, lasted = np.diff(counts), np.diff(time)
    total = float(counts[-1] - counts[0])
    if total <= 0:
        return 0.0
    place = int(np.argmax(added))
    share_of_rise = float(added[place]) / total
    share_of_time = float(lasted[place]) / float(time[-1] - time[0])
    return ramp(share_of_rise, 0.6, 0.9) * ramp(share_of_time, 0.5, 0.3)
