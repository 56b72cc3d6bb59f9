"""Charts of a GC log in characters: heap as shaded columns, shares and times as bars."""

from __future__ import annotations

from math import isfinite

import numpy as np
from numpy.typing import NDArray

from goom.case.gc_statistics import GCTimeline
from goom.case.units import MIB, percent_text, seconds_text
from goom.renderers.text.lines import Line, Span

Floats = NDArray[np.float64]

_EIGHTHS = " ▁▂▃▄▅▆▇█"
_AXIS_COLUMNS = 9
_MARKED, _TO_START, _TO_END, _GOAL = "█", "▒", "░", "─"


def heap_chart(timeline: GCTimeline, width: int, rows: int) -> list[Line]:
    """What each collection kept, found and reached, and its goal; tallest cycle of each column."""
    columns = max(width - _AXIS_COLUMNS - 3, 16)
    place = columns_of(timeline.time_seconds, columns)
    marked = highest(timeline.heap_marked_bytes, place, columns)
    start = highest(timeline.heap_start_bytes, place, columns)
    end = highest(timeline.heap_end_bytes, place, columns)
    goals = np.where(np.isfinite(timeline.goal_bytes), timeline.goal_bytes, np.nan)
    goal = highest(goals, place, columns)
    top = _ceiling(float(np.nanmax(np.concatenate([end, goal, [MIB]]))) / MIB)
    levels = [np.nan_to_num(column / MIB / top * rows) for column in (marked, start, end)]
    goal_row = np.floor(np.nan_to_num(goal / MIB / top, nan=-1.0) * rows - 1e-9)
    lines = [
        (
            Span(_label(top * (row + 1) / rows, row, rows), "dim"),
            Span("┤" if _labelled(row, rows) else "│", "dim"),
            *_heap_row(row, levels, goal_row),
        )
        for row in range(rows - 1, -1, -1)
    ]
    return [*lines, _time_axis(timeline.time_seconds, columns)]


def heap_legend() -> Line:
    """What the shades mean."""
    return (
        Span("  Heap, MiB   ", "strong"),
        Span(_MARKED, "bar"),
        Span(" survived (marked)  "),
        Span(_TO_START, "bar"),
        Span(" when marking began  "),
        Span(_TO_END, "bar"),
        Span(" ended  "),
        Span(_GOAL, "warn"),
        Span(" goal"),
    )


def share_strip(timeline: GCTimeline, width: int) -> list[Line]:
    """GC CPU over time in two rows; the scale ends at the highest, 5 % at least."""
    values = timeline.gc_cpu_fraction
    top = max(float(values.max(initial=0.0)), 0.05)
    return _strip(timeline.time_seconds, values, top, percent_text(top), width)


def pause_strip(timeline: GCTimeline, width: int) -> list[Line]:
    """The longest stop of the world over time in two rows."""
    values = timeline.pause_seconds
    top = max(float(values.max(initial=0.0)), 1e-4)
    return _strip(timeline.time_seconds, values, top, seconds_text(top), width)


def columns_of(time_seconds: Floats, columns: int) -> NDArray[np.int64]:
    """The column of each cycle, left to right over the time that the log spans."""
    first, last = float(time_seconds.min()), float(time_seconds.max())
    span = max(last - first, 1e-3)
    place = ((time_seconds - first) / span * columns).astype(np.int64)
    return np.minimum(place, columns - 1)


def highest(values: Floats, place: NDArray[np.int64], columns: int) -> Floats:
    """The highest value of each column; a column without a cycle repeats the one before it."""
    found = np.full(columns, -np.inf)
    known = np.isfinite(values)
    np.maximum.at(found, place[known], values[known])
    filled = np.maximum.accumulate(np.where(np.isfinite(found), np.arange(columns), -1))
    return np.where(filled >= 0, found[np.maximum(filled, 0)], np.nan)


def _heap_row(row: int, levels: list[Floats], goal_row: Floats) -> list[Span]:
    marked, start, end = levels
    spans: list[Span] = []
    for column in range(len(marked)):
        if goal_row[column] == row:
            glyph = (_GOAL, "warn")
        elif marked[column] >= row + 0.5:
            glyph = (_MARKED, "bar")
        elif start[column] >= row + 0.5:
            glyph = (_TO_START, "bar")
        elif end[column] >= row + 0.5:
            glyph = (_TO_END, "bar")
        else:
            glyph = (" ", "")
        if spans and spans[-1].style == glyph[1]:
            spans[-1] = Span(spans[-1].text + glyph[0], glyph[1])
        else:
            spans.append(Span(*glyph))
    return spans


def _strip(time_seconds: Floats, values: Floats, top: float, label: str, width: int) -> list[Line]:
    columns = max(width - _AXIS_COLUMNS - 3, 16)
    place = columns_of(time_seconds, columns)
    found = np.full(columns, -np.inf)
    np.maximum.at(found, place, np.where(np.isfinite(values), values, 0.0))
    eighths = np.where(np.isfinite(found), np.maximum(np.rint(found / top * 16), 1), 0)
    upper = "".join(_EIGHTHS[int(min(max(level - 8, 0), 8))] for level in eighths)
    lower = "".join(_EIGHTHS[int(min(level, 8))] for level in eighths)
    return [
        (Span(f"{label:>{_AXIS_COLUMNS}} ", "dim"), Span("┤", "dim"), Span(upper, "bar")),
        (Span(f"{'0':>{_AXIS_COLUMNS}} ", "dim"), Span("┤", "dim"), Span(lower, "bar")),
    ]


def _labelled(row: int, rows: int) -> bool:
    return row == rows - 1 or row == rows // 2 - 1


def _label(value: float, row: int, rows: int) -> str:
    digits = 0 if value >= 10 or value == int(value) else 1
    text = f"{value:.{digits}f}" if _labelled(row, rows) else ""
    return f"{text:>{_AXIS_COLUMNS}} "


def _time_axis(time_seconds: Floats, columns: int) -> Line:
    first, last = seconds_text(float(time_seconds.min())), seconds_text(float(time_seconds.max()))
    middle = " " * max(columns - len(first) - len(last), 1)
    return (Span(" " * (_AXIS_COLUMNS + 1) + "└" + first + middle + last, "dim"),)


def _ceiling(value: float) -> float:
    """The next of 1, 2, 3, 4, 5, 6, 8 times a power of ten: a scale that reads easily."""
    if not isfinite(value) or value <= 0:
        return 1.0
    power = 10.0 ** np.floor(np.log10(value))
    steps = (1, 1.2, 1.6, 2, 2.4, 3, 4, 5, 6, 8, 10)
    return float(next(step * power for step in steps if step * power >= value * 0.999))
