"""An execution trace's report on one screen of 80 columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from goom.case.exec_trace_report import LateStop, Outlier, TraceReport
from goom.case.names import harmless
from goom.case.units import bytes_text, percent_text, seconds_text
from goom.renderers.text.lines import Line, Span, clip, hanging, pad, painted, plain, wrapped

_NARROWEST = 60
_WIDEST = 160
_ROWS = 6  # of each table
_CELL, _WIDE_CELL = 9, 11  # of a table with many columns, and with few
_FEW = 4

_KINDS = {"region": "region {}", "handler": "seen in {}"}

Row = tuple[str, ...]


def render(
    reports: Sequence[TraceReport],
    outliers: Sequence[Outlier],
    *,
    width: int = 80,
    color: bool = False,
) -> str:
    """One trace in full; of several first who stands apart, then each."""
    room = min(max(width, _NARROWEST), _WIDEST) - 1
    lines: list[Line] = list(_apart(reports, outliers, room))
    for report in reports:
        lines += [*_one(report, room), ()]
    return painted(lines[:-1], color=color)


def _apart(
    reports: Sequence[TraceReport], outliers: Sequence[Outlier], room: int
) -> Iterator[Line]:
    if len(reports) < 2:
        return
    yield (Span(f"{len(reports)} traces", "strong"),)
    if not outliers:
        few = len(reports) < 3
        yield plain(
            "Three are needed to say which stands apart." if few else "None stands apart.", 2
        )
    for one in outliers:
        yield from hanging((Span("  ✗ ", "warn"),), one.sentence, room)
    yield ()


def _one(report: TraceReport, room: int) -> Iterator[Line]:
    yield from _head(report, room)
    yield ()
    for sentence in report.said:
        yield from hanging((Span("  • "),), sentence, room)
    tables = (
        _latency(report),
        _held_up(report),
        _allocators(report),
        _stops(report),
        _late(report),
        _sweeps(report),
        _states(report),
    )
    for title, head, rows in tables:
        if rows:
            yield ()
            yield from _table((title, *head), rows[:_ROWS], room)
    yield ()
    for note in report.notes:
        yield from (((Span("  " + row, "dim")),) for row in wrapped(harmless(note), room - 2))


def _head(report: TraceReport, room: int) -> Iterator[Line]:
    facts = (
        f"{seconds_text(report.duration_seconds)}, {report.procs} Ps,"
        f" {report.events:,} events, {bytes_text(report.size_bytes)}, format of Go"
        f" {report.go_version}"
    )
    title = clip(harmless(report.name), room // 2)
    yield (Span(title, "strong"), Span(clip("  " + facts, room - len(title))))
    collector = ", ".join(
        (
            f"{report.collections} collection{'s' * (report.collections != 1)}",
            f"marking {percent_text(report.marking_fraction)} of the time",
            f"world stopped {percent_text(report.stopped_fraction)}",
            f"assists {seconds_text(report.assist_seconds)} in sum"
            f" ({seconds_text(report.assist_running_seconds)} of it running)",
            f"heap {bytes_text(report.heap_live_lowest_bytes)} to"
            f" {bytes_text(report.heap_live_peak_bytes)}",
            f"goal at last {bytes_text(report.heap_goal_last_bytes)}",
        )
    )
    yield from (plain(row, 2) for row in wrapped(collector, room - 2))


def _table(head: Row, rows: Sequence[Row], room: int) -> Iterator[Line]:
    """The first cell of a row is text that may be long, with more beneath it; figures follow."""
    figures = len(head) - 1
    cell_width = _WIDE_CELL if figures <= _FEW else _CELL
    name = room - 2 - figures * cell_width
    cells = "".join(f"{title:>{cell_width}}" for title in head[1:])
    yield (Span("  " + pad(head[0], name) + cells, "strong"),)
    for row in rows:
        cells = "".join(f"{cell:>{cell_width}}" for cell in row[1:])
        first, _, more = row[0].partition("\n")
        yield plain(pad(harmless(first), name) + cells, 2)
        if more:
            yield (Span(clip(f"    {harmless(more)}", room), "dim"),)


Table = tuple[str, Row, list[Row]]


def _latency(report: TraceReport) -> Table:
    return (
        "Latency",
        ("count", "p50", "p99", "GC p50", "GC p99", "less GC"),
        [
            (
                _KINDS.get(one.kind, "{}").format(one.name),
                f"{one.count:,}",
                seconds_text(one.p50_seconds),
                seconds_text(one.p99_seconds),
                percent_text(one.middle_gc_fraction),
                percent_text(one.tail_gc_fraction),
                seconds_text(one.p99_without_gc_seconds),
            )
            for one in report.handlers
        ],
    )


def _held_up(report: TraceReport) -> Table:
    return (
        "Held up by mark assists",
        ("assists", "in sum", "longest", "its time"),
        [
            (
                f"{one.name}\nunder {one.where}",
                f"{one.assists:,}",
                seconds_text(one.seconds),
                seconds_text(one.longest_seconds),
                percent_text(one.of_its_time_fraction),
            )
            for one in report.held_up
        ],
    )


def _allocators(report: TraceReport) -> Table:
    return (
        "Whose allocation",
        ("in all", "marking", "share"),
        [
            (
                f"{one.name} ({one.goroutines:,})",
                bytes_text(one.bytes),
                bytes_text(one.while_marking_bytes),
                percent_text(one.while_marking_fraction),
            )
            for one in report.allocators
        ],
    )


def _stops(report: TraceReport) -> Table:
    return (
        "Stops of the world",
        ("count", "in sum", "median", "longest", "to stop"),
        [
            (
                one.reason,
                f"{one.count:,}",
                seconds_text(one.total_seconds),
                seconds_text(one.median_seconds),
                seconds_text(one.longest_seconds),
                seconds_text(one.longest_to_stop_seconds)
                if one.longest_to_stop_seconds == one.longest_to_stop_seconds
                else "-",
            )
            for one in report.stop_reasons
        ],
    )


def _late(report: TraceReport) -> Table:
    return (
        "Who stopped last",
        ("at", "to stop", "stopped"),
        [
            (
                _who_stopped(one),
                seconds_text(one.at_seconds),
                seconds_text(one.to_stop_seconds),
                seconds_text(one.seconds),
            )
            for one in report.late_stops
        ],
    )


def _who_stopped(one: LateStop) -> str:
    if one.goroutine < 0:
        return "a P that ran no goroutine"
    return f"goroutine {one.goroutine}, {one.name}\nat {one.where}"


def _sweeps(report: TraceReport) -> Table:
    return (
        "Sweeping before going on",
        ("count", "in sum", "swept", "freed"),
        [
            (
                one.where.replace("  ", "\n", 1),
                f"{one.count:,}",
                seconds_text(one.seconds),
                bytes_text(one.swept_bytes),
                bytes_text(one.reclaimed_bytes),
            )
            for one in report.sweeps
        ],
    )


def _states(report: TraceReport) -> Table:
    return (
        "Goroutines by start function",
        ("count", "running", "runnable", "waiting", "syscall"),
        [
            (
                one.name,
                f"{one.count:,}",
                *(
                    seconds_text(seconds)
                    for seconds in (
                        one.running_seconds,
                        one.runnable_seconds,
                        one.waiting_seconds,
                        one.syscall_seconds,
                    )
                ),
            )
            for one in report.states
        ],
    )
