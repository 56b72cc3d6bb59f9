"""What survives each collection: its floor, its trend, and how much of what is new survives."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import nan

import numpy as np
from numpy.typing import NDArray

from goom.case.evidence import Profiles
from goom.case.gctrace import GCCycles, GCTrace
from goom.case.series import MemStatsSeries
from goom.case.units import MIB, bytes_text, whole_mib_text
from goom.rooms import signal
from goom.signals.gc_processes import main_process, of_process
from goom.signals.startup_watch import StartupWatch
from goom.signals.timebase import Timebase
from goom.signals.trend import Trend, floors, trend
from goom.signals.xray_course import XrayCourse

Floats = NDArray[np.float64]
_RECENT = 4  # cycles


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class MarkedHeap:
    """``n`` marks. Bytes on the process's clock.

    ``survival_fraction`` is the share of newly allocated bytes that the next mark found
    reachable, over the last cycles: 1 when nothing dies (a load or a leak without garbage), about
    0 for pure garbage. ``estimated_last_bytes`` carries the last mark forward to the end with it.
    ``only_start``: every mark is of the time when the program was still starting. What it loads
    survives; that says nothing of what it serves, so ``survival_fraction`` is nan. Where one to
    three marks came later, ``served_from`` is the last of the start, and ``survival_fraction`` is
    of those later ones.
    """

    time_seconds: Floats
    bytes: Floats
    goal_bytes: Floats  # of the cycle that follows; nan when unknown
    floor: Trend
    survival_fraction: float
    survival_by_cycle: Floats  # [n], nan for the first
    heap_at_end_bytes: float  # heap live at the last look, nan unknown
    source: str
    only_start: bool = False
    served_from: int = 0

    @property
    def last_bytes(self) -> float:
        """The last mark."""
        return float(self.bytes[-1]) if len(self.bytes) else nan

    @property
    def resolution_bytes(self) -> float:
        """By how much a mark may be rounded: a gctrace prints whole MiB."""
        return MIB if self.source == "gctrace" else 0.0

    @property
    def last_text(self) -> str:
        """The last mark in words."""
        in_words = whole_mib_text if self.source == "gctrace" else bytes_text
        return in_words(self.last_bytes)

    @property
    def peak_bytes(self) -> float:
        """The largest mark."""
        return float(self.bytes.max()) if len(self.bytes) else nan

    @property
    def next_goal_bytes(self) -> float:
        """The goal in force after the last mark, which no log prints: the pace so far goes on.

        A gctrace line shows the goal of the cycle that ended; GOGC's ratio carries over.
        """
        known = ~np.isnan(self.goal_bytes)
        if not known.any():
            return nan
        ratios = (self.goal_bytes[known] / np.maximum(self.bytes[known], MIB))[-8:]
        return max(float(self.goal_bytes[known][-1]), float(np.median(ratios)) * self.last_bytes)

    @property
    def estimated_last_bytes(self) -> float:
        """What would survive a collection at the end."""
        if np.isnan(self.heap_at_end_bytes) or np.isnan(self.survival_fraction):
            return self.last_bytes
        since = max(0.0, self.heap_at_end_bytes - self.last_bytes)
        return self.last_bytes + self.survival_fraction * since

    def between(self, start_seconds: float, end_seconds: float) -> Floats:
        """The marks of a stretch of time."""
        chosen = (self.time_seconds >= start_seconds) & (self.time_seconds <= end_seconds)
        return np.asarray(self.bytes[chosen])


@signal
def marked_heap(
    clock: Timebase,
    trace: GCTrace | None,
    memstats: MemStatsSeries | None,
    profiles: Profiles | None,
    xray: XrayCourse | None = None,
    watched: StartupWatch | None = None,
) -> MarkedHeap | None:
    """What any source tells; marks of the start are no pattern for what came after it."""
    found = _marked_heap(clock, trace, memstats, profiles, xray)
    if found is None or watched is None or not clock.starts_at_process_start:
        return found
    if not float(found.time_seconds[-1]) < watched.started_by_seconds:
        return _served(found, watched.started_by_seconds)
    return replace(found, only_start=True, survival_fraction=nan)


def _served(found: MarkedHeap, started_by_seconds: float) -> MarkedHeap:
    """With few marks since the start only these tell whether what is served survives."""
    later = np.flatnonzero(found.time_seconds > started_by_seconds)
    if not 0 < len(later) < _RECENT or not later[0] > 0:
        return found
    counted = later if len(later) == 1 else later[1:]  # the first saw what was loaded last, too
    survived = found.survival_by_cycle[counted]
    if np.isnan(survived).all():
        return found
    return replace(
        found, survival_fraction=float(np.nanmean(survived)), served_from=int(later[0]) - 1
    )


def _marked_heap(
    clock: Timebase,
    trace: GCTrace | None,
    memstats: MemStatsSeries | None,
    profiles: Profiles | None,
    xray: XrayCourse | None,
) -> MarkedHeap | None:
    """From gctrace; else from X-ray's looks; else from heap profiles (as of the last mark); else
    the floor of HeapAlloc.
    """
    if trace is not None and len(trace.cycles) >= 2:
        return _from_trace(clock, of_process(trace, main_process(trace)), memstats)
    seen = _from_xray(clock, xray) if xray is not None else None
    if seen is not None:
        return seen
    heaps = profiles.of("heap", "allocs") if profiles is not None else ()
    if len(heaps) >= 2:
        points = [
            (one.taken_at_seconds - clock.origin_seconds, column.astype(np.float64).sum())
            for one in heaps
            if (column := one.column("inuse_space")) is not None
            and not np.isnan(one.taken_at_seconds)
        ]
        if len(points) >= 2:
            time, value = (np.array(side, dtype=np.float64) for side in zip(*points, strict=True))
            # looks between two collections show the same mark again
            fresh = np.append(True, np.diff(value) != 0)
            return _plain(time[fresh], value[fresh], "heap profiles")
    if memstats is not None and len(memstats) >= 3:
        allocated = memstats.get("HeapAlloc")
        if allocated is not None:
            time, value = floors(clock.since_start(memstats.time_seconds), allocated)
            return _plain(time, value, "floor of HeapAlloc") if len(value) > 1 else None
    return None


def _marked(cycles: GCCycles) -> Floats:
    """What each mark found; of a collection that a goroutine leak profile asked for, less what was
    allocated while it marked.

    Who asks for one asks for other profiles too, and all that is allocated to write them counts as
    found. That says nothing of the program, and the mark is often the last.
    """
    meanwhile = np.maximum(cycles.heap_end_bytes - cycles.heap_start_bytes, 0.0)
    return np.where(
        cycles.leak_check,
        np.maximum(cycles.heap_marked_bytes - meanwhile, 0.0),
        cycles.heap_marked_bytes,
    )


def _from_trace(clock: Timebase, trace: GCTrace, memstats: MemStatsSeries | None) -> MarkedHeap:
    cycles = trace.cycles
    time, marked = clock.of_trace(trace), _marked(cycles)
    heap_end, goal = cycles.heap_end_bytes, cycles.goal_bytes
    survival = np.full(len(marked), nan)
    fresh = heap_end[1:] - marked[:-1]
    kept = marked[1:] - marked[:-1]
    with np.errstate(divide="ignore", invalid="ignore"):
        # the log truncates to MiB: under 2 MiB of new bytes the ratio is rounding
        survival[1:] = np.where(fresh >= 2 * MIB, np.clip(kept / fresh, 0.0, 1.0), nan)
    return MarkedHeap(
        time_seconds=time,
        bytes=marked,
        goal_bytes=np.append(goal[1:], nan) if len(goal) else goal,
        floor=trend(*floors(time, marked)),
        survival_fraction=_recent_survival(fresh, kept),
        survival_by_cycle=survival,
        heap_at_end_bytes=_heap_at_end(clock, memstats, time),
        source="gctrace",
    )


def _from_xray(clock: Timebase, xray: XrayCourse) -> MarkedHeap | None:
    """The last look at each mark; a look sees that cycles went by, and of those only the last."""
    later = np.append(np.diff(xray.cycles) > 0, True)
    rows = later & ~np.isnan(xray.last_end_seconds)
    if rows.sum() < 2:
        return None
    marked = xray.heap_marked_bytes[rows]
    fresh, kept = np.diff(xray.allocated_bytes[rows]), np.diff(marked)
    survival = np.full(len(marked), nan)
    with np.errstate(divide="ignore", invalid="ignore"):
        survival[1:] = np.where(fresh >= 2 * MIB, np.clip(kept / fresh, 0.0, 1.0), nan)
    time = clock.since_start(xray.last_end_seconds[rows])
    return MarkedHeap(
        time_seconds=time,
        bytes=marked,
        goal_bytes=xray.goal_bytes[rows],
        floor=trend(*floors(time, marked)),
        survival_fraction=_recent_survival(fresh, kept),
        survival_by_cycle=survival,
        heap_at_end_bytes=float(xray.heap_live_bytes[-1]),
        source="X-ray",
    )


def _recent_survival(fresh: Floats, kept: Floats) -> float:
    """Over the last cycles that together allocated something; sums, so that noise averages out."""
    if not len(fresh):
        return nan
    recent = slice(max(0, len(fresh) - _RECENT), None)
    allocated = float(np.maximum(fresh[recent], 0).sum())
    return float(np.clip(kept[recent].sum() / allocated, 0.0, 1.0)) if allocated >= MIB else nan


def _heap_at_end(clock: Timebase, memstats: MemStatsSeries | None, marks: Floats) -> float:
    if memstats is None or not len(memstats):
        return nan
    column = memstats.get("HeapAlloc")
    if column is None or clock.since_start(memstats.time_seconds)[-1] < marks[-1]:
        return nan
    return memstats.last("HeapAlloc")


def _plain(time: Floats, value: Floats, source: str) -> MarkedHeap:
    return MarkedHeap(
        time_seconds=time,
        bytes=value,
        goal_bytes=np.full(len(value), nan),
        floor=trend(*floors(time, value)),
        survival_fraction=nan,
        survival_by_cycle=np.full(len(value), nan),
        heap_at_end_bytes=nan,
        source=source,
    )
