"""When the runtime of a trace started, from what the log says about the time of its lines."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from math import nan

import numpy as np
from numpy.typing import NDArray

from goom.case.gctrace import GCCycles

Floats = NDArray[np.float64]

# A line can only be late: written after its cycle, seen after it was written. So the earliest
# start that the lines claim is the best, but for a few that a stepping clock made too early.
_EARLIEST_FRACTION = 0.05

_STAMP = re.compile(
    rb"(?<!\d)(\d{4})[-/](\d\d)[-/](\d\d)[T ](\d\d):(\d\d):(\d\d)(?:[.,](\d{1,9}))?"
    rb" ?(Z|[+-]\d\d:?\d\d)?"
)


def stamp_of(line: bytes) -> float | None:
    """The epoch of the first timestamp in a line, as loggers write them; UTC unless it says."""
    found = _STAMP.search(line)
    if found is None:
        return None
    year, month, day, hour, minute, second = map(int, found.groups()[:6])
    try:
        moment = datetime(year, month, day, hour, minute, second, tzinfo=_zone(found[8]))
        return moment.timestamp() + float(b"0." + (found[7] or b"0"))
    except (ValueError, OverflowError):
        return None


def _zone(text: bytes | None) -> timezone:
    if not text or text == b"Z":
        return UTC
    sign = -1 if text[:1] == b"-" else 1
    minutes = int(text[1:3]) * 60 + int(text[-2:])
    return timezone(sign * timedelta(minutes=minutes))


def start_seconds(
    cycles: GCCycles,
    process: int,
    arrivals: Floats | None,
    stamps: list[tuple[int, float]],
) -> float:
    """The epoch at which the runtime of one process started; nan when nothing tells."""
    rows = np.flatnonzero(cycles.process == process)
    seen = _seen(cycles.line[rows], arrivals, stamps)
    ended = cycles.at_seconds + (
        cycles.sweep_termination_seconds + cycles.mark_seconds + cycles.mark_termination_seconds
    )
    claims = (seen - ended[rows])[np.isfinite(seen)]
    if not len(claims):
        return nan
    return float(np.quantile(claims, _EARLIEST_FRACTION, method="lower"))


def _seen(
    lines: NDArray[np.int64], arrivals: Floats | None, stamps: list[tuple[int, float]]
) -> Floats:
    seen = np.full(len(lines), nan)
    if arrivals is not None:
        told = lines <= len(arrivals)
        seen[told] = arrivals[lines[told] - 1]
    if np.isfinite(seen).any() or not stamps:
        return seen
    stamped = dict(stamps)
    return np.array([stamped.get(line, nan) for line in lines.tolist()])
