"""Is there a quiet, flat base and then a burst of work?"""

from __future__ import annotations

from dataclasses import dataclass
from math import isnan, log2, nan

import numpy as np

from goom.case.units import bytes_text
from goom.rooms import signal
from goom.signals.goroutines import GoroutineTrend
from goom.signals.onset import Onset
from goom.signals.trend import ramp
from goom.signals.usage import Usage
from goom.signals.work import Work


@dataclass(frozen=True, slots=True, kw_only=True)
class Burst:
    """``strength`` 0 to 1. Ratios are the rise's rate over the base's; nan unknown."""

    strength: float
    text: str
    allocation_ratio: float
    cores_ratio: float
    goroutine_ratio: float
    base_flat: float  # 0 to 1


@signal
def burst(
    onset: Onset, work: Work | None, goroutines: GoroutineTrend | None, usage: Usage | None
) -> Burst:
    """Compare the rise with the base before it."""
    length = ramp(onset.base_seconds, 1.0, max(2.5, 0.12 * onset.duration_seconds))
    flat = ramp(onset.base_growth_bytes / max(onset.rise_bytes, 1.0), 0.3, 0.1)
    lasted = (onset.peak_seconds - onset.onset_seconds) / max(onset.peak_seconds, 1e-9)
    # a rise that takes most of the time up to the peak is a trend, however it began
    step = min(ramp(onset.rise_fraction, 0.6, 0.35), ramp(lasted, 0.65, 0.45))
    allocation, cores = _ratios(onset, work)
    many = _goroutine_ratio(onset, goroutines)
    known = [ratio for ratio in (allocation, cores) if not isnan(ratio)]
    busier = _times_more(max(known, default=nan))
    # goroutines that pile up while the work stays the same wait for something: no burst of work
    more = max(busier, 0.5 * _times_more(many)) if known else max(0.4, _times_more(many))
    return Burst(
        strength=length * flat * step * more * _worth(onset, usage),
        text=_text(onset, allocation, cores, many),
        allocation_ratio=allocation,
        cores_ratio=cores,
        goroutine_ratio=many,
        base_flat=length * flat,
    )


def _times_more(ratio: float) -> float:
    return 0.0 if isnan(ratio) else ramp(log2(max(ratio, 1e-3)), 0.5, 1.4)


def _worth(onset: Onset, usage: Usage | None) -> float:
    """A burst of memory is a good part of the limit, or of the base where there is no limit."""
    limit = usage.limit_bytes if usage is not None else nan
    if not isnan(limit):
        return ramp(onset.rise_bytes / limit, 0.05, 0.2)
    return ramp(onset.rise_bytes / max(onset.base_bytes, 8e6), 0.2, 0.6)


def _ratios(onset: Onset, work: Work | None) -> tuple[float, float]:
    if work is None:
        return nan, nan
    base = (onset.base_from_seconds, onset.onset_seconds)
    rise = (onset.onset_seconds, max(onset.peak_seconds, onset.onset_seconds + 0.5))
    return (
        _over(work.allocation(*rise), work.allocation(*base)),
        _over(work.cores(*rise), work.cores(*base)),
    )


def _over(rise: float, base: float) -> float:
    if isnan(rise) or isnan(base):
        return nan
    return rise / base if base > 0 else nan


def _goroutine_ratio(onset: Onset, goroutines: GoroutineTrend | None) -> float:
    if goroutines is None or len(goroutines.counts) < 2:
        return nan
    time, counts = goroutines.time_seconds, goroutines.counts
    base = counts[(time >= onset.base_from_seconds) & (time <= onset.onset_seconds)]
    rise = counts[(time > onset.onset_seconds) & (time <= onset.peak_seconds + 1.0)]
    if not len(base) or not len(rise):
        return nan
    return float(rise.max() / max(np.median(base), 4.0))


def _text(onset: Onset, allocation: float, cores: float, many: float) -> str:
    times = [
        f"{ratio:.1f} times the {name}"
        for ratio, name in (
            (allocation, "allocation rate"),
            (cores, "CPU"),
            (many, "goroutines"),
        )
        if not isnan(ratio) and ratio > 1.3
    ]
    with_what = f" with {', '.join(times)}" if times else ""
    return (
        f"flat at {bytes_text(onset.base_bytes)} for {onset.base_seconds:.0f} s, then "
        f"{bytes_text(onset.rise_bytes)} more within "
        f"{max(onset.peak_seconds - onset.onset_seconds, 0.1):.1f} s{with_what}"
    )
