"""Execution traces as one HTML file that needs nothing else: over time, and whom it held up."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from goom.case.document import plain
from goom.case.exec_trace_report import Outlier, TraceReport
from goom.case.exec_trace_timeline import TraceTimeline
from goom.renderers.page import readable, sealed

_SCRIPTS = ("lanes.js", "tables.js", "over_time.js", "page.js")
_LONGEST_TEXT = 400
_DIGITS = 6


def render(
    traces: Sequence[tuple[TraceReport, TraceTimeline]], outliers: Sequence[Outlier] = ()
) -> str:
    """The page: one trace after the other by choice, and which of them stands apart."""
    data = {
        "traces": [_trace(report, timeline) for report, timeline in traces],
        "outliers": [one.sentence for one in outliers],
    }
    return sealed(__name__, _SCRIPTS, ("trace.css",), readable(data, _LONGEST_TEXT))


def _trace(report: TraceReport, timeline: TraceTimeline) -> dict[str, object]:
    told = plain(report)
    assert isinstance(told, dict)
    del told["event_counts"]
    return {
        **told,
        "calm": report.calm,
        "timeline": {**_columns(timeline), "stops": _stops(timeline)},
    }


def _columns(timeline: TraceTimeline) -> dict[str, object]:
    shares = ("marking", "stopped", "assisting", "running", "runnable")
    return {
        "width_seconds": timeline.width_seconds,
        "duration_seconds": timeline.duration_seconds,
        **{name: plain(np.round(getattr(timeline, name), 4)) for name in shares},
        "heap_peak_bytes": plain(timeline.heap_peak_bytes),
        "goal_at_seconds": plain(np.round(timeline.goal_at_seconds, _DIGITS)),
        "heap_goal_bytes": plain(timeline.heap_goal_bytes),
        "collections": plain(timeline.collections),
        "lanes": [
            {**_named(lane), "assisting": plain(np.round(lane.assisting, 3))}
            for lane in timeline.lanes
        ],
    }


def _named(lane: object) -> dict[str, object]:
    told = plain(lane)
    assert isinstance(told, dict)
    return told


def _stops(timeline: TraceTimeline) -> list[dict[str, object]]:
    return [
        {
            "reason": one.reason,
            "at_seconds": plain(np.round(one.at_seconds, _DIGITS)),
            "seconds": plain(np.round(one.seconds, 9)),
        }
        for one in timeline.stops
    ]
