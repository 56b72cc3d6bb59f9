"""The runway after each cycle of a GC log, from what the cycles say about cons/mark."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from goom.runtime.pacer.known import last_known, rolling
from goom.runtime.pacer.mgcpacer_1_21 import ConsMark as HighestOfFive
from goom.runtime.pacer.mgcpacer_columns import current_cons_marks, runways_bytes
from goom.runtime.pacer.replay_observed import Bounds, Observed
from goom.runtime.pacer.versions import ConsMarkEstimate

Floats = NDArray[np.float64]

_CYCLES = 5  # the current measurement and lastConsMark


def runways(seen: Observed, first: ConsMarkEstimate) -> Bounds:
    """The runway after each cycle.

    cons/mark falls with the scan work and the runway rises with it, so where the log does not tell
    scan work any figure in proportion will do: the heap that was marked, as long as the share of it
    that has pointers stays as it is.
    """
    told = ~np.isnan(seen.scan_work_bytes)
    work = last_known(seen.scan_work_bytes if told.any() else seen.heap_marked.middle)
    ends, starts = seen.heap_end, seen.triggered
    allocations = (ends.low - starts.high, ends.middle - starts.middle, ends.high - starts.low)
    low, middle, high = (
        runways_bytes(_estimates(seen, np.maximum(one, 0.0), work, first), work)
        for one in allocations
    )
    return Bounds(low, middle, high)


def _estimates(
    seen: Observed, allocated_bytes: Floats, work_bytes: Floats, first: ConsMarkEstimate
) -> Floats:
    """The estimate of cons/mark after each cycle; cycles that measured nothing leave it alone."""
    measured = current_cons_marks(
        allocated_bytes, work_bytes, seen.utilization, seen.idle_utilization
    )
    measured = np.where(seen.allocated & ~np.isnan(work_bytes), np.nan_to_num(measured), np.nan)
    if first == HighestOfFive():
        estimates = rolling(np.max, measured, _CYCLES)
    else:
        estimates = _followed(measured, first)
    return np.where(np.isnan(estimates), first.cons_mark, estimates)


def _followed(measured: Floats, first: ConsMarkEstimate) -> Floats:
    """The estimate after each cycle, one after the other."""
    estimate, estimates = first, np.full(len(measured), np.nan)
    for row in np.flatnonzero(~np.isnan(measured)).tolist():
        estimate = estimate.next(float(measured[row]))
        estimates[row] = estimate.cons_mark
    return last_known(estimates)
