"""The pace of collection in a GC log: goals against what GOGC alone would set, and allocation."""

from __future__ import annotations

from math import nan

import numpy as np
from numpy.typing import NDArray

from goom.case.binary import BinaryCalls
from goom.case.gctrace import GCCycles
from goom.case.subject import Subject
from goom.case.units import MIB

Floats = NDArray[np.float64]


def _heap_base(cycles: GCCycles) -> Floats:
    """Marked heap plus stacks plus globals: what GOGC is a percentage of (commit, mgcpacer.go)."""
    return np.asarray(cycles.heap_marked_bytes + cycles.stacks_bytes + cycles.globals_bytes)


def pace(cycles: GCCycles, settled: NDArray[np.bool_]) -> tuple[float, float]:
    """Median goal over marked, and the GOGC that would give it; nan for tiny heaps.

    goal = marked + (marked + stacks + globals) * GOGC / 100, at least 4 MiB * GOGC / 100
    (commit, mgcpacer.go, 1.18+). The log truncates to MiB, so half a MiB is added to each.
    """
    marked = cycles.heap_marked_bytes[:-1] + MIB / 2
    base = _heap_base(cycles)[:-1] + MIB / 2
    goal = cycles.goal_bytes[1:] + MIB / 2
    chosen = settled[1:] & (marked >= 4 * MIB)
    if not chosen.any():
        return nan, nan
    runway = np.maximum(goal - marked, 0.0)
    return (
        float(np.median((goal / marked)[chosen])),
        float(np.median((100.0 * runway / base)[chosen])),
    )


def may_be_limited(subject: Subject, binary: BinaryCalls | None) -> bool:
    """Whether a memory limit can be what keeps the goals low, rather than a GOGC set in code."""
    if subject.gomemlimit_bytes is not None or binary is None:
        return True
    return bool(binary.memory_limit_setters())


def limit_driven(
    cycles: GCCycles,
    settled: NDArray[np.bool_],
    subject: Subject,
    binary: BinaryCalls | None,
) -> float:
    """The share of cycles whose goal is under 0.8 of the runway that GOGC gives."""
    gogc = 100 if subject.gogc_percent is None else subject.gogc_percent
    marked, base, goal = cycles.heap_marked_bytes[:-1], _heap_base(cycles)[:-1], cycles.goal_bytes
    chosen = settled[1:] & (marked >= 4 * MIB)
    if not chosen.any() or not may_be_limited(subject, binary):
        return 0.0
    if gogc < 0:
        return 1.0
    expected = base * gogc / 100.0
    runway = goal[1:] - marked
    return float((runway + MIB < 0.8 * expected)[chosen].mean())


def allocation_rate(cycles: GCCycles, settled: NDArray[np.bool_], wall: float) -> float:
    """Bytes a second that reached the heap between the marks."""
    fresh = np.maximum(cycles.heap_end_bytes[1:] - cycles.heap_marked_bytes[:-1], 0.0)
    return float(fresh[settled[1:]].sum()) / wall
