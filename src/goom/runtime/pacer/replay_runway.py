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
    """The runway after each cycle: the least with the least allocation and the most scan work.

    cons/mark falls with the scan work and the runway rises with it, so where the log does not tell
    scan work any figure in proportion will do: the heap that was marked, as long as the share of it
    that has pointers stays as it is.
    """
    ends, starts, work = seen.heap_end, seen.triggered, _scan_work(seen)
    middle = _runways(seen, ends.middle - starts.middle, (work.middle, work.middle), first)
    if np.array_equal(work.low, work.high) and np.array_equal(ends.low, ends.high):
        return Bounds(middle, middle, middle)  # all is told to the byte
    low = _runways(seen, ends.low - starts.high, (work.high, work.low), first)
    high = _runways(seen, ends.high - starts.low, (work.low, work.high), first)
    return Bounds(low, middle, high)


def _scan_work(seen: Observed) -> Bounds:
    if np.isnan(seen.scan_work_bytes).all():
        marked = seen.heap_marked
        return Bounds(np.maximum(marked.low, 1.0), marked.middle, marked.high)
    work = last_known(seen.scan_work_bytes)
    return Bounds(work, work, work)


def estimates(seen: Observed, first: ConsMarkEstimate) -> Floats:
    """The pacer's cons/mark after each cycle, on from ``first``: by the best guesses."""
    allocated = np.maximum(seen.heap_end.middle - seen.triggered.middle, 0.0)
    return _estimates(seen, allocated, _scan_work(seen).middle, first)


def _runways(
    seen: Observed, allocated: Floats, work: tuple[Floats, Floats], first: ConsMarkEstimate
) -> Floats:
    """From bytes allocated while marking, the work done, and the work that is expected next."""
    done, expected = work
    return runways_bytes(_estimates(seen, np.maximum(allocated, 0.0), done, first), expected)


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
