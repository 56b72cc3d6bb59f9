"""One execution trace as figures and sentences, and what sets one of several apart."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from goom.case.exec_trace import ExecutionTrace
from goom.case.exec_trace_report import Outlier, TraceReport
from goom.case.names import harmless
from goom.case.units import bytes_text, percent_text, seconds_text
from goom.signals.exec_trace_collector import (
    allocators,
    held_up,
    late_stops,
    states,
    stop_reasons,
    sweeps,
)
from goom.signals.exec_trace_latency import handlers

NOBODY_HELD_UP = "The collector held nobody up."
_LONG_TO_STOP_SECONDS = 1e-3  # a stop that waits longer for one goroutine is worth a sentence
_MUCH_OF_LATENCY = 0.1
_MUCH_OF_TIME = 0.05
_LEAST_TRACES = 3
_MADS = 5.0
_LEAST_RATIO = 1.5
_NO_PAGES = (
    "An execution trace has no event for page faults, mmap, stack growth or scavenging, and none"
    " for single allocations: bytes are counted as spans are taken, 8 KiB and more at a time."
)


def report(trace: ExecutionTrace) -> TraceReport:
    """Every figure and the sentences about the most important ones."""
    live = trace.heap.heap_live_bytes
    goal = trace.heap.heap_goal_bytes
    duration = trace.duration_seconds or 1e-9
    marking = trace.collections.end_seconds - trace.collections.start_seconds
    stopped = trace.stops.end_seconds - trace.stops.start_seconds
    assists = trace.assists.end_seconds - trace.assists.start_seconds
    made = TraceReport(
        name=trace.name,
        go_version=trace.go_version,
        size_bytes=trace.size_bytes,
        duration_seconds=trace.duration_seconds,
        procs=trace.procs,
        events=sum(trace.event_counts.values()),
        generations=trace.generations,
        collections=len(trace.collections),
        marking_fraction=min(float(marking.sum()) / duration, 1.0),
        stopped_fraction=min(float(stopped.sum()) / duration, 1.0),
        assist_seconds=float(assists.sum()),
        heap_live_lowest_bytes=int(live.min()) if len(live) else 0,
        heap_live_peak_bytes=int(live.max()) if len(live) else 0,
        heap_goal_last_bytes=int(goal[-1]) if len(goal) else 0,
        handlers=handlers(trace),
        held_up=held_up(trace),
        allocators=allocators(trace),
        stop_reasons=stop_reasons(trace),
        late_stops=late_stops(trace),
        sweeps=sweeps(trace),
        states=tuple(states(trace)),
        event_counts=tuple(trace.event_counts.items()),
        said=(),
        notes=tuple(_notes(trace)),
    )
    return replace(made, said=tuple(_said(made)) or (NOBODY_HELD_UP,))


def _notes(trace: ExecutionTrace) -> Iterator[str]:
    yield from trace.notes
    if trace.irregular_events:
        yield (
            f"{trace.irregular_events:,} events name no goroutine or P where one must be: the trace"
            " is damaged, figures of goroutines are uncertain."
        )
    if trace.goroutine_lives.every > 1:
        yield f"Latency of goroutines: one in {trace.goroutine_lives.every} was kept."
    yield _NO_PAGES


def _said(made: TraceReport) -> Iterator[str]:
    yield from _of_latency(made)
    yield from _of_assists(made)
    yield from _of_stops(made)


def _of_latency(made: TraceReport) -> Iterator[str]:
    much = [one for one in made.handlers if one.tail_gc_fraction > _MUCH_OF_LATENCY]
    for one in sorted(much, key=lambda each: -each.tail_gc_fraction)[:2]:
        yield (
            f"{one.kind.capitalize()} {harmless(one.name)}: the collector is"
            f" {percent_text(one.tail_gc_fraction)} of the slowest 1 % of {one.count:,}"
            f" ({percent_text(one.middle_gc_fraction)} of a median one). Without it p99 were"
            f" {seconds_text(one.p99_without_gc_seconds)} instead of"
            f" {seconds_text(one.p99_seconds)}."
        )


def _of_assists(made: TraceReport) -> Iterator[str]:
    if not made.held_up or made.assist_seconds < _MUCH_OF_TIME * made.duration_seconds:
        return
    first = made.held_up[0]
    yield (
        f"{harmless(first.name)} was held up by {first.assists:,} mark assists for"
        f" {seconds_text(first.seconds)} in sum, the longest {seconds_text(first.longest_seconds)};"
        f" {percent_text(first.where_fraction)} of it under {harmless(first.where)}."
    )
    if made.allocators:
        most = made.allocators[0]
        yield (
            f"Assists pay for allocation while the collector marks: {harmless(most.name)} took"
            f" {percent_text(most.while_marking_fraction)} of it"
            f" ({bytes_text(most.while_marking_bytes)})."
        )


def _of_stops(made: TraceReport) -> Iterator[str]:
    late = [one for one in made.late_stops if one.to_stop_seconds >= _LONG_TO_STOP_SECONDS]
    if not late:
        return
    worst = late[0]
    same = sum(one.name == worst.name for one in late)
    yield (
        f"{harmless(worst.reason)} at {seconds_text(worst.at_seconds)} waited"
        f" {seconds_text(worst.to_stop_seconds)} for goroutine {worst.goroutine} of"
        f" {harmless(worst.name)}, which stopped at {harmless(worst.where)}"
        + (f"; it was the last in {same} of the {len(late)} longest." if same > 1 else ".")
        + " What ran until then did not let itself be interrupted (a long copy or clear, assembly,"
        " a page fault), or its thread got no CPU."
    )


@dataclass(frozen=True, slots=True)
class _Measure:
    what: str
    unit: str
    of: Callable[[TraceReport], float]


_MEASURES = (
    _Measure("time spent marking", "fraction", lambda one: one.marking_fraction),
    _Measure("time with the world stopped", "fraction", lambda one: one.stopped_fraction),
    _Measure(
        "time in assists, of the trace's own",
        "fraction",
        lambda one: one.assist_seconds / max(one.duration_seconds, 1e-9),
    ),
    _Measure(
        "collections per second",
        "per second",
        lambda one: one.collections / max(one.duration_seconds, 1e-9),
    ),
    _Measure("the heap's peak", "bytes", lambda one: one.heap_live_peak_bytes),
    _Measure(
        "the longest wait for a stop",
        "seconds",
        lambda one: max((late.to_stop_seconds for late in one.late_stops), default=0.0),
    ),
    _Measure(
        "the longest assist",
        "seconds",
        lambda one: max((held.longest_seconds for held in one.held_up), default=0.0),
    ),
    _Measure(
        "the slowest p99",
        "seconds",
        lambda one: max((handler.p99_seconds for handler in one.handlers), default=0.0),
    ),
)


def outliers(reports: Sequence[TraceReport]) -> tuple[Outlier, ...]:
    """Figures that stand apart: five median deviations from the median and half as much again.

    Of fewer than three traces nothing can be said.
    """
    if len(reports) < _LEAST_TRACES:
        return ()
    return tuple(found for measure in _MEASURES for found in _apart(measure, reports))


def _apart(measure: _Measure, reports: Sequence[TraceReport]) -> Iterator[Outlier]:
    values = np.array([measure.of(one) for one in reports])
    median = float(np.median(values))
    spread = float(np.median(np.abs(values - median)))
    for one, value in zip(reports, values.tolist(), strict=True):
        low, high = sorted((value, median))
        if abs(value - median) > _MADS * spread and high > _LEAST_RATIO * low:
            text = _text(measure.unit)
            yield Outlier(
                trace=one.name,
                what=measure.what,
                value=value,
                median=median,
                unit=measure.unit,
                sentence=f"{harmless(one.name)}: {measure.what} is {text(value)}, in the median"
                f" trace {text(median)}.",
            )


def _text(unit: str) -> Callable[[float], str]:
    known = {"seconds": seconds_text, "bytes": bytes_text, "fraction": percent_text}
    return known.get(unit, lambda value: f"{value:.3g}")
