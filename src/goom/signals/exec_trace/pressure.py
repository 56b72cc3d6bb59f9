"""What the execution traces say of the collector's pressure, for whoever weighs causes."""

from __future__ import annotations

from dataclasses import dataclass

from goom.case.exec_trace import ExecutionTraces
from goom.case.exec_trace_report import TraceReport
from goom.case.names import harmless
from goom.case.units import percent_text, seconds_text
from goom.rooms import signal
from goom.signals.exec_trace.report import report


@dataclass(frozen=True, slots=True)
class TracePressure:
    """The reports of all traces; the figures are those of the trace with most of it.

    ``assist_fraction`` is the time in assists over the time that all Ps had: parked goroutines
    count, so it says how much was waited and not how much CPU it took.
    """

    reports: tuple[TraceReport, ...]
    marking_fraction: float
    assist_fraction: float
    assists: str

    @property
    def marking(self) -> str:
        """How much it marked, in words."""
        return f"the collector marked {percent_text(self.marking_fraction)} of a trace's time"


@signal
def trace_pressure(traces: ExecutionTraces) -> TracePressure:
    """Read every trace."""
    reports = tuple(report(one) for one in traces.all)
    most = max(reports, key=_assist_fraction)
    return TracePressure(
        reports=reports,
        marking_fraction=max(one.marking_fraction for one in reports),
        assist_fraction=_assist_fraction(most),
        assists=_assists(most),
    )


def _assist_fraction(one: TraceReport) -> float:
    return min(one.assist_seconds / max(one.duration_seconds * max(one.procs, 1), 1e-9), 1.0)


def _assists(one: TraceReport) -> str:
    said = (
        f"goroutines waited {seconds_text(one.assist_seconds)} in mark assists in a trace of"
        f" {seconds_text(one.duration_seconds)}"
    )
    if not one.held_up:
        return said
    first = one.held_up[0]
    return f"{said}, most of it {harmless(first.name)} under {harmless(first.where)}"
