"""From a GC log of one run to the scenario of that program: then ask what other settings do.

    scenario = calibrated(trace, Known(allocated_bytes=…, mutator_procs=2))
    run(scenario, Settings(gogc=50))

The log must have both gctrace and gcpacertrace lines (GODEBUG=gctrace=1,gcpacertrace=1). What the
program keeps and how fast it allocates becomes a function of what it has allocated so far, so the
prediction is for the same work under other settings, however long that takes.

A mark counts everything that was allocated while it ran as reachable, so what it found less what
was allocated meanwhile is what a mark that takes no time would have found.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from goom.case.errors import BadInput
from goom.case.gctrace import GCTrace
from goom.case.units import MIB
from goom.runtime.pacer.forward import run
from goom.runtime.pacer.mgcpacer_cycle import mark_workers
from goom.runtime.pacer.replay_observed import Observed, observed
from goom.runtime.pacer.scenario import MOST_SPEED_UP, Course, Scenario, Settings, constant

_LEAST_CYCLES = 5
_SLICES_SECONDS = (*(each * 1e-3 for each in range(21)), 0.025, 0.030, 0.040, 1.0)
_SAME = 1.25  # two estimates of the same share differ by no more
_TICK_SECONDS = 1e-3  # gctrace dates a cycle to the millisecond

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What a GC log does not say.

    ``allocated_bytes`` by the run up to the log's last cycle (/gc/heap/allocs:bytes; call
    runtime.GC at the end, and it is the last), ``mutator_procs`` that the program keeps busy, the
    GOGC it ran with, and where the memory limit's bytes go: scenario.Scenario.
    """

    allocated_bytes: float
    mutator_procs: float
    gogc: int = 100
    non_heap_bytes: float = 4.0 * MIB
    span_waste_fraction: float = 0.03
    stuck_fraction: float = 0.0


@dataclass(frozen=True, slots=True)
class _Heap:
    """Per cycle, in bytes: heapLive when it began and ended, what it marked, what it scanned."""

    start: Floats
    end: Floats
    marked: Floats
    roots: Floats
    work: Floats

    @property
    def fresh(self) -> Floats:
        """Allocated while marking."""
        grown: Floats = np.maximum(self.end - self.start, 0.0)
        return grown

    @property
    def between(self) -> Floats:
        """Allocated since the cycle before."""
        before = np.concatenate([[0.0], self.marked[:-1]])
        grown: Floats = np.maximum(self.start - before, 0.0)
        return grown


def calibrated(trace: GCTrace, known: Known) -> Scenario:
    """The program behind a log as a scenario over the bytes that it allocates.

    Raises BadInput for a log with few cycles or without gcpacertrace lines.
    """
    seen = observed(trace)
    if len(seen) < _LEAST_CYCLES or not np.isfinite(seen.scan_work_bytes).any():
        raise BadInput(
            "the log has too few cycles with pacer lines to learn a program from.",
            "Run it longer, with GODEBUG=gctrace=1,gcpacertrace=1.",
        )
    heap = _heap(seen, known.gogc)
    place = np.cumsum(heap.between) + np.cumsum(heap.fresh) - heap.fresh
    place[seen.forced] = np.nan  # asked for at the end, when the program has let go of what it kept
    reachable = np.clip(heap.marked - heap.fresh, 0.0, heap.start)
    heap_work = np.maximum(heap.work - heap.roots, 0.0)
    counted, cached = _counted(heap, known)
    rate = _rate(seen, heap)
    found = Scenario(
        name="calibrated",
        axis="allocated_bytes",
        length=known.allocated_bytes * (1.0 + counted),
        allocation_bytes_per_second=constant(rate),
        mutator_procs=constant(known.mutator_procs),
        reachable_bytes=_course(place, reachable, first=0.0),
        scannable_fraction=_course(place, heap_work / np.maximum(reachable, 1.0)),
        stack_scan_bytes=_course(place, heap.roots),
        globals_scan_bytes=0.0,
        mark_bytes_per_second=constant(_mark_rate(trace, heap)),
        non_heap_bytes=constant(known.non_heap_bytes),
        span_waste_fraction=known.span_waste_fraction,
        stuck_fraction=known.stuck_fraction,
        cached_bytes=cached,
        allocation_while_marking_fraction=_while_marking(trace, heap, rate, known.mutator_procs),
    )
    ran_with = Settings(gogc=known.gogc, procs=int(trace.cycles.procs[0]))
    return _with_slice(found, ran_with, heap.fresh[~seen.forced])


def _with_slice(scenario: Scenario, ran_with: Settings, fresh: Floats) -> Scenario:
    """The scenario with the slice that lets as much be allocated while marking as the log shows.

    How soon a goroutine makes way for a fractional worker depends on how often it waits, which no
    log tells. Where there are no fractional workers it does not matter.
    """
    if not mark_workers(ran_with.procs).fractional_utilization_goal:
        return scenario
    tried = [replace(scenario, slice_seconds=one) for one in _SLICES_SECONDS]
    let = [float(np.mean(_settled(run(one, ran_with).fresh_bytes))) for one in tried]
    wanted = float(np.mean(_settled(fresh)))
    return tried[int(np.argmin(np.abs(np.array(let) - wanted)))]


def _settled(figures: Floats) -> Floats:
    """Without the first third, while the program fills what it keeps."""
    return figures[len(figures) // 3 :]


def _heap(seen: Observed, gogc: int) -> _Heap:
    """The sizes to the byte: gctrace cuts what was marked to MiB, but the next goal follows from it
    (commit), and the pacer's line has that one whole.
    """
    marked = seen.heap_marked.middle.copy()
    share = gogc / 100.0
    told = (seen.goal.middle[1:] - seen.roots.middle[:-1] * share) / (1.0 + share)
    fits = (told >= seen.heap_marked.low[:-1]) & (told <= seen.heap_marked.high[:-1])
    marked[:-1][fits] = told[fits]
    return _Heap(
        seen.heap_start.middle, seen.heap_end.middle, marked, seen.roots.middle,
        seen.scan_work_bytes,
    )  # fmt: skip


def _counted(heap: _Heap, known: Known) -> tuple[float, float]:
    """How much more heapLive counts than is allocated: a share of it, and bytes for each cycle.

    A span is counted whole when a P takes it: the tail that no object fits into, and free slots
    that are never filled because the cycle ends. The first grows with what is allocated, by the
    share of spans that is no object at most, the second with the number of cycles.
    """
    more = float(heap.between.sum() + heap.fresh.sum()) - known.allocated_bytes
    share = max(more / known.allocated_bytes, 0.0)
    if share <= known.span_waste_fraction * _SAME:
        return share, 0.0
    rest = (share - known.span_waste_fraction) * known.allocated_bytes
    return known.span_waste_fraction, rest / len(heap.start)


def _rate(seen: Observed, heap: _Heap) -> float:
    """Bytes allocated for each second between two cycles: the middle of all."""
    waited = np.maximum(seen.at_seconds[1:] - seen.end_seconds[:-1], _TICK_SECONDS)
    return float(np.median(np.maximum(heap.between[1:], 1.0) / waited))


def _mark_rate(trace: GCTrace, heap: _Heap) -> float:
    """Bytes scanned for each CPU second of workers and assists: the middle of all cycles."""
    told = np.isfinite(heap.work)
    spent = np.maximum(_marking_seconds(trace)[told], 1e-6)
    return float(np.median(heap.work[told] / spent))


def _while_marking(trace: GCTrace, heap: _Heap, rate: float, mutator_procs: float) -> float:
    """How fast a P allocates while marking, over ``rate`` of all Ps otherwise: the middle.

    The program has what the collector leaves of the Ps, and no more than it wants.
    """
    wall = trace.cycles.mark_seconds
    left = wall * trace.cycles.procs - _marking_seconds(trace)
    had = np.clip(left, 0.05 * wall, mutator_procs * wall)
    good = (had > 0) & (heap.fresh > 0)
    if not good.any():
        return 1.0
    shares = heap.fresh[good] / (rate / mutator_procs * had[good])
    return float(np.clip(np.median(shares), 0.05, MOST_SPEED_UP))


def _marking_seconds(trace: GCTrace) -> Floats:
    """CPU time of assists, workers and idle workers, for each cycle."""
    cycles = trace.cycles
    return cycles.assist_cpu_seconds + cycles.background_cpu_seconds + cycles.idle_cpu_seconds


def _course(place: Floats, values: Floats, first: float | None = None) -> Course:
    """The figure of each cycle over the bytes allocated by then; cycles that lack it left out."""
    good = np.isfinite(values) & np.isfinite(place)
    places, kept = place[good], values[good]
    apart = np.concatenate([[True], np.diff(places) > 0])
    points = list(zip(places[apart].tolist(), kept[apart].tolist(), strict=True))
    if first is not None and points[0][0] > 0:
        points.insert(0, (0.0, first))
    return Course(tuple(points))
