"""What a GC log tells about each cycle, as figures between two bounds.

gctrace cuts sizes to whole MiB. Where the log has gcpacertrace lines as well, the heap at the
trigger and at the end of the mark, the goal and the scan work are known to the byte.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from goom.case.gctrace import GCTrace
from goom.case.units import MIB

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
Rows = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Bounds:
    """A column of figures that lie between ``low`` and ``high``; ``middle`` is the best guess."""

    low: Floats
    middle: Floats
    high: Floats

    def __getitem__(self, rows: Rows | slice) -> Bounds:
        return Bounds(self.low[rows], self.middle[rows], self.high[rows])

    def __add__(self, other: Bounds) -> Bounds:
        return Bounds(self.low + other.low, self.middle + other.middle, self.high + other.high)

    def overlap(self, other: Bounds) -> Flags:
        """Whether both can be the same figure."""
        return (self.low <= other.high) & (other.low <= self.high)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Observed:
    """The cycles of one process, in order; sizes in bytes, times in seconds since its start.

    ``heap_start``, ``heap_end`` and ``heap_marked`` are the three heaps of the gctrace line,
    ``stacks`` what was scanned of stacks, ``roots`` of stacks and globals. ``triggered`` is where
    the cycle began to the pacer: heap_start, up to 1.20 the trigger (where told). ``scan_work`` is
    nan where the log does not tell it; ``allocated`` is false where it tells that nothing was
    allocated while marking.
    """

    process: Ints
    number: Ints
    forced: Flags
    at_seconds: Floats
    end_seconds: Floats
    heap_start: Bounds
    heap_end: Bounds
    heap_marked: Bounds
    goal: Bounds
    stacks: Bounds
    roots: Bounds
    triggered: Bounds
    allocated: Flags
    scan_work_bytes: Floats
    utilization: Floats
    idle_utilization: Floats

    def __len__(self) -> int:
        return len(self.number)


def observed(trace: GCTrace, triggered_is_trigger: bool = False) -> Observed:
    """Read a log's cycles; ``triggered_is_trigger`` as in versions.Pacer."""
    cycles, told = trace.cycles, _told(trace)
    start = _whole_mib(cycles.heap_start_bytes)
    end = _or_exact(_whole_mib(cycles.heap_end_bytes), told.heap_end_bytes)
    triggered = _or_exact(start, told.triggered_bytes)
    wall = cycles.sweep_termination_seconds + cycles.mark_seconds + cycles.mark_termination_seconds
    stacks = _or_exact(_mostly_below_a_mib(cycles.stacks_bytes), told.stack_scan_bytes)
    data = _or_exact(_mostly_below_a_mib(cycles.globals_bytes), told.globals_scan_bytes)
    return Observed(
        process=cycles.process,
        number=cycles.number,
        forced=cycles.forced,
        at_seconds=cycles.at_seconds,
        end_seconds=cycles.at_seconds + wall,
        heap_start=start if triggered_is_trigger else triggered,
        heap_end=end,
        heap_marked=_whole_mib(cycles.heap_marked_bytes),
        goal=_or_exact(_whole_mib(cycles.goal_bytes), told.goal_bytes),
        stacks=stacks,
        roots=stacks + data,
        triggered=triggered,
        allocated=told.told if told.told.any() else np.ones(len(cycles), np.bool_),
        scan_work_bytes=told.scan_work_bytes,
        utilization=0.25 + _share_of_mark(trace, cycles.assist_cpu_seconds),
        idle_utilization=_share_of_mark(trace, cycles.idle_cpu_seconds),
    )


def _share_of_mark(trace: GCTrace, cpu_seconds: Floats) -> Floats:
    """A share of all CPU time while assists were on, 0 for a mark too short to print.

    markStartTime is taken before the first stop (gcStart), so that stop is part of it.
    """
    cycles = trace.cycles
    offered = (cycles.sweep_termination_seconds + cycles.mark_seconds) * cycles.procs
    shares: Floats = np.divide(cpu_seconds, offered, out=np.zeros(len(offered)), where=offered > 0)
    return shares


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class _Told:
    """What the pacer's line at the end of a mark says, one row for each cycle; nan without one.

    The line is left out when nothing was allocated while marking (endCycle).
    """

    told: Flags
    triggered_bytes: Floats
    heap_end_bytes: Floats
    goal_bytes: Floats
    stack_scan_bytes: Floats
    globals_scan_bytes: Floats
    scan_work_bytes: Floats


def _told(trace: GCTrace) -> _Told:
    pacer, count = trace.pacer, len(trace.cycles)
    known = pacer.end_cycle >= 0
    rows = pacer.end_cycle[known]

    def column(values: Floats) -> Floats:
        placed = np.full(count, np.nan)
        placed[rows] = values[known]
        return placed

    stacks, data = pacer.end_stack_work_bytes, pacer.end_globals_work_bytes
    told = np.zeros(count, np.bool_)
    told[rows] = True
    return _Told(
        told=told,
        triggered_bytes=column(pacer.end_triggered_bytes),
        heap_end_bytes=column(pacer.end_live_bytes),
        goal_bytes=column(pacer.end_live_bytes - pacer.end_goal_delta_bytes),
        stack_scan_bytes=column(stacks),
        globals_scan_bytes=column(data),
        scan_work_bytes=column(pacer.end_heap_work_bytes + stacks + data),
    )


def _whole_mib(printed_bytes: Floats) -> Bounds:
    """A figure cut to whole MiB: in the middle of its MiB, give or take half."""
    return Bounds(printed_bytes, printed_bytes + MIB / 2, printed_bytes + (MIB - 1))


def _mostly_below_a_mib(printed_bytes: Floats) -> Bounds:
    """Stacks and globals of most programs are some KiB: a printed 0 is taken for none."""
    bounds = _whole_mib(printed_bytes)
    return Bounds(bounds.low, np.where(printed_bytes > 0, bounds.middle, 0.0), bounds.high)


def _or_exact(bounds: Bounds, exact_bytes: Floats) -> Bounds:
    """The exact figures where there are any."""
    known = ~np.isnan(exact_bytes)
    low, middle, high = (
        np.where(known, exact_bytes, one) for one in (bounds.low, bounds.middle, bounds.high)
    )
    return Bounds(low, middle, high)
