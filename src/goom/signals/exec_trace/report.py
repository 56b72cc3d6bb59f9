"""One execution trace as figures and sentences."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from goom.case.exec_trace import ExecutionTrace
from goom.case.exec_trace_report import TraceReport
from goom.signals.exec_trace.collector import (
    allocators,
    held_up,
    late_stops,
    states,
    stop_reasons,
    sweeps,
)
from goom.signals.exec_trace.latency import handlers
from goom.signals.exec_trace.requests import requests
from goom.signals.exec_trace.verdict import said

_REQUESTS = (
    "A request of net/http is timed from where its body was read to the end until its answer is"
    " written. By handler there are only those that blocked, assisted or were interrupted in it:"
    " its quick ones may lack, so that its median is too high."
)
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
        assist_running_seconds=trace.assist_running_seconds,
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
    return replace(made, said=said(made))


def _notes(trace: ExecutionTrace) -> Iterator[str]:
    yield from trace.notes
    if trace.irregular_events:
        yield (
            f"{trace.irregular_events:,} events name no goroutine or P where one must be: the trace"
            " is damaged, figures of goroutines are uncertain."
        )
    if trace.goroutine_lives.every > 1:
        yield f"Latency of goroutines: one in {trace.goroutine_lives.every} was kept."
    if len(requests(trace)):
        yield _REQUESTS
    yield _NO_PAGES
