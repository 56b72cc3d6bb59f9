"""A trace of collections, one after the other: how long each marks, assists and leaves in peace."""

from __future__ import annotations

import io
from dataclasses import dataclass

from goom.case.exec_trace import ExecutionTrace
from goom.case.units import MIB
from goom.formats.exec_trace.events import Event
from goom.formats.exec_trace.exec_trace import read
from tests.formats.exec_trace.written import ONE_TICK, batch, events, tables, trace

MS = ONE_TICK // 1000
WORKER, SERVE, STOPS = 1, 2, 3  # numbers of texts, and of the stacks of one frame each
TEXTS = ("runtime.gcBgMarkWorker", "main.serve", "GC mark termination")


@dataclass(frozen=True, kw_only=True)
class Cycles:
    """One P: goroutine 7 serves, goroutine 8 marks. Times of one cycle in ms."""

    count: int = 20
    marks: int = 4
    assists: int = 0
    rests: int = 6
    marked_bytes: int = 10 * MIB
    goal_bytes: int = 20 * MIB

    def trace(self, name: str = "app.trace") -> ExecutionTrace:
        """As goom reads it."""
        rows = [row for nth in range(self.count) for row in self._cycle(nth)]
        raw = trace(tables(TEXTS), batch(events(*_STARTS, *rows)))
        return read(io.BytesIO(raw), name=name)

    def _cycle(self, nth: int) -> tuple[tuple[int, ...], ...]:
        seq = 2 * nth + 10
        return (
            (Event.GO_STOP, self.rests * MS, 0, SERVE),
            (Event.GO_START, 0, 7, seq),
            (Event.HEAP_ALLOC, 0, self.goal_bytes),
            (Event.GC_BEGIN, 0, nth + 1, SERVE),
            (Event.GC_MARK_ASSIST_BEGIN, 0, SERVE),
            (Event.GC_MARK_ASSIST_END, self.assists * MS),
            (Event.GO_BLOCK, 0, 0, SERVE),
            (Event.GO_START, 0, 8, seq),
            (Event.STW_BEGIN, self.marks * MS, STOPS, WORKER),
            (Event.HEAP_ALLOC, 0, self.marked_bytes),
            (Event.HEAP_GOAL, 0, self.goal_bytes),
            (Event.STW_END, 0),
            (Event.GC_END, 0, nth + 2),
            (Event.GO_UNBLOCK, 0, 7, seq, 0),
            (Event.GO_BLOCK, 0, 0, WORKER),
            (Event.GO_START, 0, 7, seq + 1),
            (Event.GO_UNBLOCK, 0, 8, seq, 0),
        )


_STARTS = (
    (Event.PROC_STATUS, 0, 0, 1),
    (Event.GO_STATUS, 0, 7, 1, 2),
    (Event.GO_CREATE_BLOCKED, 0, 8, WORKER, SERVE),
    (Event.GO_UNBLOCK, 0, 8, 1, 0),
)
