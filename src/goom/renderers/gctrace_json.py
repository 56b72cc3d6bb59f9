"""The statistics of a GC log as JSON: every figure that the screen has."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import numpy as np

from goom.case.gc_statistics import GCStatistics

SCHEMA = "goom-gctrace-v1"


def render(told: GCStatistics, *, name: str) -> str:
    """One JSON object; what is unknown, or without bound, is null."""
    document = {"schema": SCHEMA, "log": name, **asdict(told)}
    document["cpu"]["total_seconds"] = told.cpu.total_seconds
    return json.dumps(_plain(document), ensure_ascii=False, allow_nan=False) + "\n"


def _plain(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return _plain(value.tolist())
    if isinstance(value, Mapping):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
