"""A trace as it is being written: bytes in, cycles out as they become whole lines."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from goom.formats.gctrace_columns import cycles_of
from goom.formats.gctrace_rows import Found, take_stretch

_LONGEST_LINE_BYTES = 1 << 16
_WINDOW_SECONDS = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Cycle:
    """One collection, as its line says. GC CPU counts assists, dedicated and fractional workers and
    the stops of the world; idle workers take only CPU that nobody wanted.
    """

    number: int
    at_seconds: float  # since the runtime's start, at the cycle's begin
    ended_seconds: float
    gc_cpu_seconds: float
    idle_cpu_seconds: float
    pause_seconds: float
    heap_start_bytes: float
    heap_end_bytes: float
    heap_marked_bytes: float
    goal_bytes: float
    procs: int
    forced: bool


class IncrementalTrace:
    """Feed it what arrives; it keeps the last cycle and those of the last seconds."""

    def __init__(self, window_seconds: float = _WINDOW_SECONDS) -> None:
        self.last: Cycle | None = None
        self.count = 0
        self._window_seconds = window_seconds
        self._recent: deque[Cycle] = deque()
        self._rest = b""

    def feed(self, data: bytes) -> list[Cycle]:
        """The cycles whose lines ``data`` completes, oldest first."""
        whole, line_break, rest = (self._rest + data).rpartition(b"\n")
        self._rest = rest[-_LONGEST_LINE_BYTES:]
        if not line_break:
            return []
        found = Found()
        take_stretch(whole, found)
        cycles = _records(found)
        for cycle in cycles:
            self._keep(cycle)
        return cycles

    def gc_cpu_fraction(self, at_seconds: float | None = None) -> float:
        """GC CPU of the last seconds over procs times wall; nan before the first cycle.

        ``at_seconds`` is now, since the runtime's start; without it, the end of the last cycle.
        """
        if self.last is None:
            return float("nan")
        now = max(self.last.ended_seconds, at_seconds or 0.0)
        since = max(0.0, now - self._window_seconds)
        spent = sum(cycle.gc_cpu_seconds for cycle in self._recent if cycle.ended_seconds > since)
        available = self.last.procs * (now - since)
        return min(1.0, spent / available) if available > 0 else 0.0

    def _keep(self, cycle: Cycle) -> None:
        if self.last is not None and cycle.at_seconds < self.last.at_seconds:
            self._recent.clear()  # another process has begun
        self.last = cycle
        self.count += 1
        self._recent.append(cycle)
        while self._recent[0].ended_seconds < cycle.ended_seconds - self._window_seconds:
            self._recent.popleft()


def _records(found: Found) -> list[Cycle]:
    if not found.cycles:
        return []
    table = cycles_of(found.cycles)
    pause = table.sweep_termination_seconds + table.mark_termination_seconds
    busy = (
        table.sweep_termination_cpu_seconds
        + table.assist_cpu_seconds
        + table.background_cpu_seconds
        + table.mark_termination_cpu_seconds
    )
    return [
        Cycle(
            number=int(table.number[row]),
            at_seconds=float(table.at_seconds[row]),
            ended_seconds=float(table.at_seconds[row] + pause[row] + table.mark_seconds[row]),
            gc_cpu_seconds=float(busy[row]),
            idle_cpu_seconds=float(table.idle_cpu_seconds[row]),
            pause_seconds=float(pause[row]),
            heap_start_bytes=float(table.heap_start_bytes[row]),
            heap_end_bytes=float(table.heap_end_bytes[row]),
            heap_marked_bytes=float(table.heap_marked_bytes[row]),
            goal_bytes=float(table.goal_bytes[row]),
            procs=int(table.procs[row]),
            forced=bool(table.forced[row]),
        )
        for row in range(len(table))
    ]
