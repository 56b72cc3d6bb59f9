"""Columns that follow from those of a GC log, cycle by cycle."""

from __future__ import annotations

from math import nan

import numpy as np
from numpy.typing import NDArray

from goom.case.gctrace import GCCycles
from goom.case.units import MIB

Floats = NDArray[np.float64]

_OVERSHOOT_FRACTION = 0.1
_NARROWEST_WINDOW_SECONDS = 1.0
_OVERSHOOT_BYTES = 2 * MIB  # both figures are truncated to MiB


def ended_seconds(cycles: GCCycles) -> Floats:
    """When each cycle ended, since the runtime's start."""
    return np.asarray(cycles.at_seconds + cycle_seconds(cycles))


def cycle_seconds(cycles: GCCycles) -> Floats:
    """How long each cycle took, from stopping the world to starting it the last time."""
    return np.asarray(
        cycles.sweep_termination_seconds + cycles.mark_seconds + cycles.mark_termination_seconds
    )


def pause_seconds(cycles: GCCycles) -> Floats:
    """How long each cycle stopped the world, both times together."""
    return np.asarray(cycles.sweep_termination_seconds + cycles.mark_termination_seconds)


def gc_cpu_seconds(cycles: GCCycles) -> Floats:
    """CPU of each cycle without idle workers."""
    return np.asarray(
        cycles.sweep_termination_cpu_seconds
        + cycles.assist_cpu_seconds
        + cycles.background_cpu_seconds
        + cycles.mark_termination_cpu_seconds
    )


def window_cpu(cycles: GCCycles, window_seconds: float) -> Floats:
    """GC CPU over procs times wall, in the window that ends with each cycle."""
    ended = np.maximum.accumulate(ended_seconds(cycles))
    spent = np.concatenate(([0.0], np.cumsum(gc_cpu_seconds(cycles))))
    first = np.searchsorted(ended, ended - window_seconds, side="right")
    width = window_widths(cycles, window_seconds)
    busy = spent[np.arange(len(ended)) + 1] - spent[first]
    return np.asarray(np.minimum(busy / (width * np.maximum(cycles.procs, 1)), 1.0))


def window_widths(cycles: GCCycles, window_seconds: float) -> Floats:
    """How long the window is that ends with each cycle: one that has not filled yet reaches back to
    the start of the runtime.
    """
    ended = np.maximum.accumulate(ended_seconds(cycles))
    # a few milliseconds would say nothing
    narrowest = min(_NARROWEST_WINDOW_SECONDS, window_seconds, float(ended[-1]))
    return np.asarray(np.clip(ended, max(narrowest, 1e-3), max(window_seconds, 1e-3)))


def allocation_rate(cycles: GCCycles) -> Floats:
    """Bytes per second that reached the heap since the mark before; nan for the first cycle.

    Live heap is what survived right after one mark termination, and what the line calls the end of
    the heap right at the next.
    """
    fresh = np.maximum(cycles.heap_end_bytes[1:] - cycles.heap_marked_bytes[:-1], 0.0)
    apart = np.diff(ended_seconds(cycles))
    # Times are printed to the millisecond: two marks closer than that tell no rate.
    rate = np.where(apart >= 1e-3, fresh / np.maximum(apart, 1e-3), nan)
    return np.concatenate(([nan], rate))


def over_recent(values: Floats, cycles: int) -> Floats:
    """The sum of each value and those just before it, ``cycles`` in all, fewer at the start."""
    total = np.concatenate(([0.0], np.cumsum(values)))
    stop = np.arange(1, len(values) + 1)
    return np.asarray(total[stop] - total[np.maximum(stop - cycles, 0)])


def overshot(cycles: GCCycles) -> NDArray[np.bool_]:
    """Cycles that ended clearly above their goal; a forced one may start wherever it likes."""
    over = cycles.heap_end_bytes - cycles.goal_bytes
    limit = np.maximum(_OVERSHOOT_FRACTION * cycles.goal_bytes, _OVERSHOOT_BYTES)
    return np.asarray((over > limit) & ~cycles.forced)
