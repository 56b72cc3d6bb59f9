"""An execution trace over time: bounded however long it is, for everything becomes buckets."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from goom.case.exec_trace import ExecutionTrace, Numbers, Seconds
from goom.case.exec_trace_timeline import Lane, StopDots, TraceTimeline
from goom.signals.exec_trace.words import entry_name, own_line

MOST_BUCKETS = 800  # a wide screen's chart has about as many pixels twice over
_MOST_LANES = 12
_MOST_GOALS = 800
_GAP_BUCKETS = 0.5  # collections nearer than this are drawn as one


def timeline(trace: ExecutionTrace) -> TraceTimeline:
    """Everything that has a time, in the buckets that the goroutines' states came in."""
    course = trace.course
    many = -(-len(course) // MOST_BUCKETS) or 1
    width = course.width_seconds * many
    count = max(-(-len(course) // many), 1)
    edges = np.minimum(np.arange(count + 1) * width, max(trace.duration_seconds, 1e-9))
    lengths = np.maximum(np.diff(edges), 1e-12)
    spans = {
        name: _covered(table.start_seconds, table.end_seconds, edges) / lengths
        for name, table in (
            ("marking", trace.collections),
            ("stopped", trace.stops),
            ("assisting", trace.assists),
        )
    }
    goal_rows = _thinned(trace.heap.goal_at_seconds)
    return TraceTimeline(
        width_seconds=width,
        duration_seconds=trace.duration_seconds,
        marking=np.minimum(spans["marking"], 1.0),
        stopped=np.minimum(spans["stopped"], 1.0),
        assisting=spans["assisting"],
        running=_means(course.running, many, count),
        runnable=_means(course.runnable, many, count),
        heap_peak_bytes=_peaks(trace, width, count),
        goal_at_seconds=trace.heap.goal_at_seconds[goal_rows],
        heap_goal_bytes=trace.heap.heap_goal_bytes[goal_rows],
        collections=_merged(trace, width * _GAP_BUCKETS),
        stops=_stops(trace, width),
        lanes=_lanes(trace, edges, lengths),
    )


def _covered(start: Seconds, end: Seconds, edges: Seconds) -> Seconds:
    """How much of each bucket the ranges cover, summed over those that overlap."""
    upto = _time_since(np.sort(start), edges) - _time_since(np.sort(end), edges)
    covered: Seconds = np.maximum(np.diff(upto), 0.0)
    return covered


def _time_since(begins: Seconds, edges: Seconds) -> Seconds:
    """At each edge: the time since every one of ``begins`` (sorted) that lies before it, summed."""
    summed = np.concatenate(([0.0], np.cumsum(begins)))
    before = np.searchsorted(begins, edges)
    since: Seconds = before * edges - summed[before]
    return since


def _means(column: Seconds, many: int, count: int) -> Seconds:
    """The mean of so many buckets each; the last may have fewer."""
    begins = np.arange(count) * many
    sizes = np.diff(np.append(begins, max(len(column), 1)))
    if not len(column):
        return np.zeros(count)
    means: Seconds = np.add.reduceat(column, begins) / np.maximum(sizes, 1)
    return means


def _peaks(trace: ExecutionTrace, width: float, count: int) -> Seconds:
    place = np.minimum((trace.heap.live_at_seconds / width).astype(np.int64), count - 1)
    peaks = np.full(count, np.nan)
    np.fmax.at(peaks, place, trace.heap.heap_live_bytes.astype(np.float64))
    return peaks


def _thinned(times: Seconds) -> Numbers:
    every = -(-len(times) // _MOST_GOALS) or 1
    return np.arange(0, len(times), every)


def _merged(trace: ExecutionTrace, gap: float) -> tuple[tuple[float, float], ...]:
    """Mark phases, those nearer to each other than ``gap`` as one."""
    start, end = trace.collections.start_seconds, trace.collections.end_seconds
    if not len(start):
        return ()
    reached = np.maximum.accumulate(end)
    first = np.flatnonzero(np.append(True, start[1:] > reached[:-1] + gap))
    last = np.append(first[1:], len(start)) - 1
    return tuple(zip(start[first].tolist(), reached[last].tolist(), strict=True))


def _stops(trace: ExecutionTrace, width: float) -> tuple[StopDots, ...]:
    stops = trace.stops
    length = stops.end_seconds - stops.start_seconds
    found = []
    for reason in np.unique(stops.reason).tolist():
        mine = np.flatnonzero(stops.reason == reason)
        rows = mine[_longest(length[mine], (stops.start_seconds[mine] / width).astype(np.int64))]
        name = trace.strings[reason] or "not known"
        found.append(StopDots(name, stops.start_seconds[rows], length[rows]))
    return tuple(sorted(found, key=lambda one: -float(one.seconds.sum())))


def _longest(length: Seconds, bucket: Numbers) -> NDArray[np.int64]:
    """The longest of each bucket, in the order of buckets."""
    order = np.lexsort((-length, bucket))
    _, first = np.unique(bucket[order], return_index=True)
    return order[first]


def _lanes(trace: ExecutionTrace, edges: Seconds, lengths: Seconds) -> tuple[Lane, ...]:
    """The goroutines that were held up longest."""
    assists = trace.assists
    length = assists.end_seconds - assists.start_seconds
    ids, place = np.unique(assists.goroutine, return_inverse=True)
    sums = np.bincount(place, length, len(ids))
    most = np.argsort(-sums, kind="stable")[:_MOST_LANES]
    return tuple(_lane(trace, np.flatnonzero(place == one), edges, lengths) for one in most)


def _lane(trace: ExecutionTrace, mine: Numbers, edges: Seconds, lengths: Seconds) -> Lane:
    assists = trace.assists
    start, end = assists.start_seconds[mine], assists.end_seconds[mine]
    stacks, place = np.unique(assists.stack[mine], return_inverse=True)
    heaviest = int(stacks[np.argmax(np.bincount(place, end - start))])
    return Lane(
        goroutine=int(assists.goroutine[mine[0]]),
        name=entry_name(trace, int(assists.entry[mine[0]])),
        where=own_line(trace, heaviest),
        assists=len(mine),
        seconds=float((end - start).sum()),
        longest_seconds=float((end - start).max()),
        assisting=np.minimum(_covered(start, end, edges) / lengths, 1.0),
    )
