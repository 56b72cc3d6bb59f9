"""An execution trace's report as JSON: every figure that the screen has, and more."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from goom.case.exec_trace_report import Outlier, TraceReport

SCHEMA = "goom.trace/1"


def render(reports: Sequence[TraceReport], outliers: Sequence[Outlier]) -> str:
    """One JSON object; what is unknown is null."""
    document = {
        "schema": SCHEMA,
        "traces": [_trace(one) for one in reports],
        "outliers": [asdict(one) for one in outliers],
    }
    return json.dumps(_plain(document), ensure_ascii=False, allow_nan=False, indent=2) + "\n"


def _trace(report: TraceReport) -> dict[str, Any]:
    return asdict(report) | {"event_counts": dict(report.event_counts)}


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
