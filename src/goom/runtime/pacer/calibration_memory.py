"""From readings of runtime/metrics while a program ran: where the bytes of its limit go."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_WARM_SHARE = 0.4  # of all cycles: before, a program is still filling what it keeps
_FULLEST = 0.05  # of all readings: those with the least that is no object
_WITHOUT_DELAY = 0.1  # of all cycles: those of which a reading came right after the sweep

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class MemoryReadings:
    """Columns of runtime/metrics, one entry a reading, every few milliseconds; bytes.

    ``objects``, ``unused``, ``free``, ``released`` are /memory/classes/heap/…, ``total`` is
    /memory/classes/total, ``heap_marked`` /gc/heap/live, ``cycle`` /gc/cycles/total.
    """

    cycle: Floats
    heap_marked: Floats
    objects: Floats
    unused: Floats
    free: Floats
    released: Floats
    total: Floats


@dataclass(frozen=True, slots=True)
class Overheads:
    """What GOMEMLIMIT counts beside objects; scenario.Scenario says what each is."""

    non_heap_bytes: float
    span_waste_fraction: float
    stuck_fraction: float


def overheads(readings: MemoryReadings) -> Overheads:
    """The program's overheads once it is warm: the middle, the fullest heap, the cleanest sweep."""
    warm = readings.cycle > readings.cycle.max() * _WARM_SHARE
    in_use = readings.objects + readings.unused
    beside = readings.total - readings.released - readings.free - in_use
    share = (readings.unused / np.maximum(readings.objects, 1.0))[warm]
    waste = float(np.quantile(share, _FULLEST))
    return Overheads(
        float(np.median(beside[warm])), waste, _stuck_fraction(readings, in_use, warm, waste)
    )


def _stuck_fraction(
    readings: MemoryReadings, in_use: Floats, warm: NDArray[np.bool_], waste: float
) -> float:
    """Of what a sweep could free, how much stays in spans.

    Spans in use are fewest right after the sweep. A reading that comes later has seen allocation
    take some again, so the cycles with the lowest figure are nearest to the truth.
    """
    shares: list[float] = []
    for number in np.unique(readings.cycle[warm])[1:]:
        now, before = readings.cycle == number, readings.cycle == number - 1
        if not before.any():
            continue
        kept = float(readings.heap_marked[now][0]) * (1.0 + waste)
        freed = float(in_use[before].max()) - kept
        if freed > 0:
            shares.append((float(in_use[now].min()) - kept) / freed)
    return float(np.clip(np.quantile(shares, _WITHOUT_DELAY), 0.0, 1.0)) if shares else 0.0
