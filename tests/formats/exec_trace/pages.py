"""Pages of traces for the tests of what is drawn."""

from __future__ import annotations

import io
from pathlib import Path

from goom.case.exec_trace import ExecutionTrace
from goom.formats.exec_trace.events import Event
from goom.formats.exec_trace.exec_trace import read
from goom.renderers.trace_page import render
from goom.signals.exec_trace.outliers import outliers
from goom.signals.exec_trace.report import report
from goom.signals.exec_trace.timeline import timeline
from tests.formats.exec_trace.written import ONE_TICK, batch, events, tables, trace

TRACES = Path(__file__).parent / "traces"
MS = ONE_TICK // 1000
HOSTILE = "</script><img src=x onerror=alert(1)>\x1b[2J"


def recorded(name: str) -> ExecutionTrace:
    """A trace that real Go wrote."""
    with (TRACES / f"{name}.trace").open("rb") as file:
        return read(file, name=name)


def hostile() -> ExecutionTrace:
    """All names are markup and control characters."""
    rows = (
        (Event.PROC_STATUS, 0, 0, 1),
        (Event.GO_STATUS, 0, 7, 1, 2),
        *(
            (
                (Event.USER_REGION_BEGIN, MS, 0, 1, 1),
                (Event.GC_MARK_ASSIST_BEGIN, MS, 1),
                (Event.GC_MARK_ASSIST_END, MS),
                (Event.STW_BEGIN, MS, 1, 1),
                (Event.STW_END, MS),
                (Event.USER_REGION_END, MS, 0, 1, 1),
            )
            * 9
        ),
    )
    return read(io.BytesIO(trace(tables((HOSTILE,)), batch(events(*rows)))), name=HOSTILE)


def page(*traces: ExecutionTrace) -> str:
    """The page of some traces."""
    told = [(report(one), timeline(one)) for one in traces]
    return render(told, outliers([one for one, _ in told]))
