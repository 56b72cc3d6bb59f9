"""What sets one of several execution traces apart from the others."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from goom.case.exec_trace_report import Outlier, TraceReport
from goom.case.names import harmless
from goom.case.units import bytes_text, percent_text, seconds_text

_LEAST_TRACES = 3
_MADS = 5.0
_LEAST_RATIO = 1.5


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
