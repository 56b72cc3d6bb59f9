"""Trends that can be trusted on few, uneven, noisy points: the statistics other signals share."""

from __future__ import annotations

from dataclasses import dataclass
from math import erf, isnan, nan, sqrt

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

LATE_SHARE = 0.4  # of the time: the last part, which tells whether a rise goes on
_MOST_POINTS = 400  # pairwise statistics are quadratic; more points add nothing here


@dataclass(frozen=True, slots=True)
class Trend:
    """A straight line through a series, and whether it goes on to the end.

    ``slope`` is Theil-Sen's (median of pairwise slopes), ``p_rising`` the one-sided Mann-Kendall
    p-value for "rises", ``late_fraction`` the slope of the last 40 % of the time over the overall
    slope: about 1 for a line, about 0 for growth that has levelled off.
    """

    slope_per_second: float
    p_rising: float
    late_fraction: float
    first: float
    last: float
    span_seconds: float
    points: int

    @property
    def growth(self) -> float:
        """What the slope adds up to over the span."""
        return self.slope_per_second * self.span_seconds


FLAT = Trend(0.0, 1.0, 0.0, nan, nan, 0.0, 0)


def thin(time: Floats, value: Floats, most: int = _MOST_POINTS) -> tuple[Floats, Floats]:
    """At most ``most`` points, evenly chosen, first and last kept; points that are nan left out."""
    known = ~(np.isnan(time) | np.isnan(value))
    time, value = time[known], value[known]
    if len(time) <= most:
        return time, value
    chosen = np.unique(np.linspace(0, len(time) - 1, most).astype(np.int64))
    return time[chosen], value[chosen]


def theil_sen(time: Floats, value: Floats) -> float:
    """The median of the slopes between all pairs of points; nan for fewer than two times.

    H. Theil (1950), P. K. Sen (1968).
    """
    time, value = thin(time, value)
    first, second = np.triu_indices(len(time), 1)
    run = time[second] - time[first]
    moved = run > 0
    if not moved.any():
        return nan
    return float(np.median((value[second] - value[first])[moved] / run[moved]))


def mann_kendall_rising(value: Floats) -> float:
    """One-sided p-value of the Mann-Kendall test for a rising series, ties corrected.

    H. B. Mann (1945), M. G. Kendall (1975); normal approximation, 1.0 for fewer than four points.
    """
    value = value[~np.isnan(value)]
    if len(value) > _MOST_POINTS:
        value = value[np.linspace(0, len(value) - 1, _MOST_POINTS).astype(np.int64)]
    n = len(value)
    if n < 4:
        return 1.0
    first, second = np.triu_indices(n, 1)
    score = float(np.sign(value[second] - value[first]).sum())
    _, ties = np.unique(value, return_counts=True)
    variance = (n * (n - 1) * (2 * n + 5) - (ties * (ties - 1) * (2 * ties + 5)).sum()) / 18
    if variance <= 0:
        return 1.0
    z = (score - np.sign(score)) / sqrt(variance)
    return 0.5 * (1 - erf(z / sqrt(2)))


def floors(time: Floats, value: Floats, windows: int = 10) -> tuple[Floats, Floats]:
    """The lowest point of each of ``windows`` equal stretches of time: a saw-tooth's floor."""
    known = ~(np.isnan(time) | np.isnan(value))
    time, value = time[known], value[known]
    if len(time) <= windows:
        return time, value
    edges = np.linspace(time[0], time[-1], windows + 1)
    place = np.clip(np.searchsorted(edges, time, side="right") - 1, 0, windows - 1)
    lowest = [
        int(np.flatnonzero(place == window)[np.argmin(value[place == window])])
        for window in range(windows)
        if (place == window).any()
    ]
    return time[lowest], value[lowest]


def trend(time: Floats, value: Floats) -> Trend:
    """The trend of a series; FLAT for fewer than three points."""
    time, value = thin(time, value)
    if len(time) < 3 or time[-1] <= time[0]:
        return FLAT
    slope = theil_sen(time, value)
    late = time >= time[-1] - LATE_SHARE * (time[-1] - time[0])
    if late.sum() < 3:
        late = np.arange(len(time)) >= len(time) - 3
    late_slope = theil_sen(time[late], value[late])
    return Trend(
        slope_per_second=slope,
        p_rising=mann_kendall_rising(value),
        late_fraction=late_slope / slope if slope > 0 else 0.0,
        first=float(value[0]),
        last=float(value[-1]),
        span_seconds=float(time[-1] - time[0]),
        points=len(time),
    )


def ramp(value: float, low: float, high: float) -> float:
    """0 at ``low`` and under, 1 at ``high`` and over, straight between; 0 for nan.

    ``low`` may be above ``high``: then it falls instead of rising.
    """
    if isnan(value):
        return 0.0
    if low == high:
        return float(value >= high)
    return float(min(1.0, max(0.0, (value - low) / (high - low))))
