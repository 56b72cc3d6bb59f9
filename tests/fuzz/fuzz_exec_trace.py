"""Any bytes as an execution trace, as one thread's events, and what is made of it."""

from __future__ import annotations

import io
from contextlib import suppress

from goom.case.errors import GoomError
from goom.case.exec_trace import ExecutionTraces
from goom.formats.exec_trace.exec_trace import read
from goom.signals.exec_trace.cost import trace_cost
from goom.signals.exec_trace.report import report
from goom.signals.exec_trace.timeline import timeline
from tests.formats.exec_trace.written import batch, tables, trace

_MOST_BYTES = 1 << 16


def one_input(data: bytes) -> None:
    """Read as a file, then inside of whole ones of two versions; what was read is told."""
    inside = batch(data[:_MOST_BYTES])
    for raw in (
        data,
        trace(tables(("main.f", "x.go")), inside),
        trace(tables(("main.f", "x.go"), version=23), inside, version=23),
    ):
        with suppress(GoomError):
            told = read(io.BytesIO(raw))
            report(told)
            timeline(told)
            trace_cost(ExecutionTraces((told,)))
