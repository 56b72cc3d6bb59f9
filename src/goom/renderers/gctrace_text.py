"""A GC log on one screen: charts, phases, CPU, goals, the scavenger, and what is odd."""

from __future__ import annotations

from math import isnan

from goom.case.gc_statistics import GCStatistics, Spread
from goom.case.names import harmless
from goom.case.units import bytes_text, percent_text, seconds_text, whole_mib_text
from goom.case.verdict import Finding
from goom.renderers.gctrace_charts import (
    heap_chart,
    heap_legend,
    pause_strip,
    share_strip,
)
from goom.renderers.text.lines import Line, Span, clip, hanging, pad, painted, plain

_NARROWEST = 60
_WIDEST = 160
_HEAP_ROWS = 10
_COLUMN = 10
_LABEL = 17


def render(
    told: GCStatistics, *, name: str, width: int = 80, color: bool = False, rows: int = 0
) -> str:
    """The whole screen; with ``rows`` the chart grows into the height that is there."""
    room = min(max(width, _NARROWEST), _WIDEST) - 1
    below = [*_phases(told, room), (), *_figures(told, room), (), *_anomalies(told, room)]
    charts = max(_HEAP_ROWS, min(rows - len(below) - 13, 24)) if rows else _HEAP_ROWS
    lines: list[Line] = [*_head(told, name, room), (), *_charts(told, room, charts), (), *below]
    return painted(lines, color=color)


def _head(told: GCStatistics, name: str, room: int) -> list[Line]:
    parts = [
        f"{told.cycles} cycle{'s' * (told.cycles > 1)} in {seconds_text(told.wall_seconds)}",
        f"{told.procs} procs",
    ]
    if not isnan(told.cycles_per_second):
        parts.insert(1, f"{told.cycles_per_second:.3g} a second")
    if told.forced_cycles:
        parts.append(f"{told.forced_cycles} forced")
    if told.leak_checks:
        parts.append(f"{told.leak_checks} looking for leaks")
    if told.processes > 1:
        parts.append(f"process {told.process} of {told.processes}")
    title = clip(harmless(name), max(room // 3, 12))
    return [(Span(title, "strong"), Span(clip("  " + ", ".join(parts), room - len(title))))]


def _charts(told: GCStatistics, room: int, rows: int) -> list[Line]:
    window = seconds_text(told.timeline.window_seconds)
    return [
        heap_legend(),
        *heap_chart(told.timeline, room, rows),
        (Span("  GC CPU", "strong"), Span(f", share of all procs over {window}", "dim")),
        *share_strip(told.timeline, room),
        (Span("  Pauses", "strong"), Span(", both stops of the world together", "dim")),
        *pause_strip(told.timeline, room),
    ]


def _phases(told: GCStatistics, room: int) -> list[Line]:
    titles = ("median", "p95", "p99", "max", "total", "worst at")
    label = min(max(room - 2 - _COLUMN * len(titles), 6), _LABEL)
    head = Span(
        "  " + pad("Phase", label) + "".join(f"{title:>{_COLUMN}}" for title in titles), "strong"
    )
    return [(head,), *(_phase(spread, label) for spread in told.phases)]


def _phase(spread: Spread, label: int) -> Line:
    figures = (spread.median, spread.p95, spread.p99, spread.maximum, spread.total)
    cells = "".join(f"{seconds_text(figure):>{_COLUMN}}" for figure in figures)
    return plain(f"{pad(spread.label, label)}{cells}{f'line {spread.worst_line}':>{_COLUMN}}", 2)


def _figures(told: GCStatistics, room: int) -> list[Line]:
    facts = [
        ("GC CPU", _cpu(told)),
        ("Goal", _goal(told)),
        ("Heap", _heap(told)),
        ("Scavenger", _scavenger(told)),
    ]
    return [
        line
        for title, text in facts
        for line in hanging((Span(f"  {title:<11}", "strong"),), text, room)
    ]


def _cpu(told: GCStatistics) -> str:
    cpu = told.cpu
    total = max(cpu.total_seconds, 1e-12)
    return (
        f"{percent_text(cpu.fraction)} of all procs ({seconds_text(cpu.total_seconds)}):"
        f" background {percent_text(cpu.background_seconds / total)},"
        f" assists {percent_text(cpu.assist_fraction)},"
        f" stopped {percent_text(cpu.pause_seconds / total)};"
        f" idle workers took {seconds_text(cpu.idle_seconds)} that nobody wanted"
    )


def _goal(told: GCStatistics) -> str:
    ratio = told.goal_ratio
    if isnan(ratio.median):
        return "none: GOGC is off and no memory limit is set"
    over = told.overshot_cycles
    clearly = "never clearly over" if not over else f"{over} cycles clearly over"
    return (
        f"the heap ended at {percent_text(ratio.median)} of the goal (median), at most"
        f" {percent_text(ratio.maximum)} (line {ratio.worst_line}); {clearly}"
    )


def _heap(told: GCStatistics) -> str:
    rate = told.allocated_bytes_per_second
    text = (
        f"survived {whole_mib_text(told.heap_marked_first_bytes)} at first,"
        f" {whole_mib_text(told.heap_marked_last_bytes)} at last; peak"
        f" {whole_mib_text(told.heap_end_peak_bytes)}"
    )
    if isnan(rate.median):
        return text
    return f"{text}; allocated {bytes_text(rate.median)}/s (median), p95 {bytes_text(rate.p95)}/s"


def _scavenger(told: GCStatistics) -> str:
    one = told.scavenging
    if one is None:
        return "no scav line; GODEBUG=scavtrace=1 adds them"
    lag = (
        f"{bytes_text(one.lag_bytes)} free beyond what it keeps (estimate)"
        if one.lag_bytes
        else "keeps up"
    )
    return (
        f"{bytes_text(one.released_bytes)} released, {percent_text(one.utilization_fraction)} of"
        f" the rest in use; returned {bytes_text(one.background_bytes)} in the background,"
        f" {bytes_text(one.eager_bytes)} while allocating; {lag}"
    )


def _anomalies(told: GCStatistics, room: int) -> list[Line]:
    if not told.anomalies:
        return [(Span("  ✓ Nothing odd in it.", "good"),)]
    return [line for found in told.anomalies for line in _anomaly(found, room)]


def _anomaly(found: Finding, room: int) -> list[Line]:
    source = f"  ({found.source})" if found.source else ""
    head: Line = (
        Span("  ✗ ", "bad"),
        Span(clip(found.title, room - 4 - len(source)), "strong"),
        Span(source, "dim"),
    )
    return [head, *hanging((Span("    "),), harmless(found.detail), room)]
