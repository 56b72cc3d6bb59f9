"""Do goroutines pile up: started, blocked on one another, and never ending?"""

from __future__ import annotations

from dataclasses import dataclass
from math import log2

import numpy as np
from numpy.typing import NDArray

from goom.case.goroutine_leak import AGAINST, GoroutineLeak, GoroutineLeaks
from goom.rooms import signal
from goom.signals.burst import Burst
from goom.signals.goroutines import GoroutineTrend, Group
from goom.signals.leaks.votes import AGE, GROWTH
from goom.signals.onset import shape
from goom.signals.trend import ramp

Floats = NDArray[np.float64]
# How surely a wait does not end by itself: a read without a deadline may never, a sleep does.
_STUCK = {"peer": 1.0, "outside": 1.0, "network": 0.5}


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class GoroutineGrowth:
    """``strength`` 0 to 1. ``groups`` are those that grow while blocked, most grown first.

    ``blocked_fraction`` is the share of the growth that waits for a peer (channel, lock), or is
    out of Go's hands (a system call, C), rather than for time, the network, or a CPU. ``late`` is
    1 while the count still rises at the end.
    """

    strength: float
    first: float
    last: float
    blocked_fraction: float
    late: float
    groups: tuple[Group, ...]


@signal
def goroutine_growth(
    goroutines: GoroutineTrend, burst: Burst | None, leaks: GoroutineLeaks | None
) -> GoroutineGrowth:
    """Judge the counts, and who makes them up. A fleet that was started once has levelled off.

    The groups know more than the sum: members that end refute a rise, and a slow leak is plain in
    its own group while the sum swings with the load.
    """
    time, counts = goroutines.time_seconds, goroutines.counts
    first, last = float(counts[0]), float(counts[-1])
    grown = last - first
    rises = ramp(log2(max(last, 1.0) / max(first, 8.0)), 0.3, 1.2) * ramp(grown, 15, 80)
    late = _late(time, counts)
    groups = tuple(group for group in goroutines.groups if group.grown > 0.05 * max(grown, 1.0))
    blocked = sum(max(group.grown, 0.0) * _STUCK.get(group.wait, 0.0) for group in groups)
    total = sum(max(group.grown, 0.0) for group in groups)
    fraction = blocked / total if total > 0 else 0.0
    strength = rises * late * (0.35 + 0.65 * ramp(fraction, 0.3, 0.7))
    surge = max(_step(time, counts), burst.strength if burst else 0.0)
    strength *= 1.0 - 0.85 * surge * (1.0 - 0.6 * fraction)
    seen = leaks.all if leaks is not None else ()
    late *= 1.0 - _share(seen, GROWTH, 3.0)
    strength *= 1.0 - 0.95 * max(_share(seen, AGE, 4.0), _share(seen, GROWTH, 3.0))
    strength = max(strength, _proven(goroutines, last), _by_group(seen))
    fraction = max(fraction, _stuck_share(seen, grown))
    return GoroutineGrowth(
        strength=float(strength),
        first=first,
        last=last,
        blocked_fraction=fraction,
        late=late,
        groups=tuple(sorted(groups, key=_likely_stuck)),
    )


def _likely_stuck(group: Group) -> float:
    return -group.grown * _STUCK.get(group.wait, 0.1)


def _late(time: Floats, counts: Floats) -> float:
    """1 while the last third of the time rises with the pace of the whole, else down to 0.

    Looks crowd at the brink, so it is the time that is divided, not the looks.
    """
    if len(counts) < 4 or time[-1] <= time[0]:
        return 0.8
    cut = time[0] + (time[-1] - time[0]) * 2 / 3
    late = float(counts[-1] - np.interp(cut, time, counts))
    expected = float(counts[-1] - counts[0]) / 3
    return ramp(late / expected, 0.15, 0.5) if expected > 0 else 0.0


def _share(leaks: tuple[GoroutineLeak, ...], signal_name: str, most: float) -> float:
    """How much of what grew a signal's votes refute; ``most`` is the weight that refutes wholly."""
    total = refuted = 0.0
    for leak in leaks:
        grown = float(max(leak.grown, 0))
        vote = leak.vote(signal_name)
        total += grown
        if vote is not None and vote.side == AGAINST:
            refuted += grown * min(1.0, vote.weight / most)
    return refuted / total if total > 0 else 0.0


def _by_group(leaks: tuple[GoroutineLeak, ...]) -> float:
    """Groups on which two signals agree, however the rest of the goroutines comes and goes."""
    agreed = [leak for leak in leaks if leak.independent >= 2 and leak.confidence >= 0.5]
    grown = sum(max(leak.grown, 0) for leak in agreed)
    sure = max((leak.confidence for leak in agreed), default=0.0)
    return 0.95 * sure * ramp(grown, 10, 40)


def _stuck_share(leaks: tuple[GoroutineLeak, ...], grown: float) -> float:
    """The share of the growth that groups make up on which two signals agree."""
    agreed = sum(
        max(leak.grown, 0) for leak in leaks if leak.independent >= 2 and leak.confidence >= 0.5
    )
    return min(1.0, agreed / grown) if grown > 0 else 0.0


def _step(time: Floats, counts: Floats) -> float:
    """1 for counts that were flat for long and then jumped, as in a burst of requests."""
    rise = shape(time, counts)
    if rise is None:
        return 0.0
    flat = ramp(rise.base_growth_bytes / max(rise.rise_bytes, 1.0), 0.3, 0.1)
    base = ramp(rise.base_seconds / max(rise.duration_seconds, 1e-9), 0.3, 0.5)
    return flat * base * ramp(rise.rise_fraction, 0.35, 0.2)


def _proven(goroutines: GoroutineTrend, last: float) -> float:
    """The runtime's own word, or long waits in one look when there is nothing to compare."""
    if goroutines.leaked_by_runtime >= 10:
        return 0.95
    if len(goroutines.counts) > 2:
        return 0.0
    return (
        0.85
        * ramp(goroutines.waiting_over_a_minute / max(last, 1.0), 0.4, 0.8)
        * ramp(goroutines.waiting_over_a_minute, 100, 1000)
    )
