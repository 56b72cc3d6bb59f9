"""GC logs to columns: gctrace, scavtrace and gcpacertrace lines, whatever stands around them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from math import isnan, nan

import numpy as np
from numpy.typing import NDArray

from goom.case.gctrace import GCCycles, GCTrace, PacerLines, Scavenges
from goom.case.units import KIB, MIB
from goom.formats.gctrace_clock import start_seconds
from goom.formats.gctrace_processes import largest, split
from goom.formats.gctrace_rows import Found, Rows, read_stretch

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_STRETCH_BYTES = 4 << 20
_NO_GOAL_MIB = float((1 << 44) - 1)  # all ones: GOGC=off and no memory limit


def parse(
    data: bytes,
    *,
    origin: str = "",
    started_at_seconds: float = nan,
    arrivals: Floats | None = None,
) -> GCTrace:
    """Read a log in which Go's trace lines may stand between, or inside, lines of others.

    ``arrivals`` holds the epoch at which each line of ``data`` was seen. The start of the runtime
    is ``started_at_seconds`` when that is known, else worked out from ``arrivals``, else from the
    log's own timestamps. In a log of several processes it is that of the one with most cycles.
    """
    found = Found()
    for stretch in _stretches(data):
        read_stretch(stretch, found)
    cycles = cycles_of(found.cycles)
    if isnan(started_at_seconds) and len(cycles):
        main = largest(cycles.process)
        started_at_seconds = start_seconds(cycles, main, arrivals, found.stamps)
    return GCTrace(
        cycles=cycles,
        scavenges=_scavenges(found.scavenges, cycles),
        pacer=_pacer(found.pacer, cycles.line),
        started_at_seconds=started_at_seconds,
        lines_read=found.lines_read,
        malformed_count=found.malformed_count,
        malformed_lines=tuple(sorted(found.malformed)),
        go_fatal="; ".join(found.fatal),
        origin=origin,
    )


def _stretches(data: bytes) -> Iterator[bytes]:
    start = 0
    while start < len(data):
        end = data.rfind(b"\n", start, start + _STRETCH_BYTES) + 1
        if end == 0:
            end = (data.find(b"\n", start + _STRETCH_BYTES) + 1) or len(data)
        if start + _STRETCH_BYTES >= len(data):
            end = len(data)
        yield data[start:end]
        start = end


def cycles_of(parts: list[Rows]) -> GCCycles:
    """The cycles as columns, told apart by process."""
    rows = _joined(parts, 18)
    figure = rows.figures.T
    seconds, mib = figure[3:11] / 1000, figure[11:17] * MIB
    goal = np.where(figure[14] >= _NO_GOAL_MIB, np.inf, mib[3])
    number = figure[0].astype(np.int64)
    return GCCycles(
        line=rows.lines,
        process=split(number, figure[1]),
        number=number,
        at_seconds=figure[1].copy(),
        gc_cpu_fraction=figure[2] / 100,
        sweep_termination_seconds=seconds[0],
        mark_seconds=seconds[1],
        mark_termination_seconds=seconds[2],
        sweep_termination_cpu_seconds=seconds[3],
        assist_cpu_seconds=seconds[4],
        background_cpu_seconds=seconds[5],
        idle_cpu_seconds=seconds[6],
        mark_termination_cpu_seconds=seconds[7],
        heap_start_bytes=mib[0],
        heap_end_bytes=mib[1],
        heap_marked_bytes=mib[2],
        goal_bytes=goal,
        stacks_bytes=mib[4],
        globals_bytes=mib[5],
        procs=figure[17].astype(np.int64),
        forced=rows.forced,
        leak_check=rows.other,
    )


def _joined(parts: list[Rows], width: int) -> Rows:
    if not parts:
        flags = np.zeros(0, np.bool_)
        return Rows(np.zeros(0, np.int64), np.zeros((0, width)), flags, flags)
    return Rows(
        lines=np.concatenate([part.lines for part in parts]),
        figures=np.concatenate([part.figures for part in parts]),
        forced=np.concatenate([part.forced for part in parts]),
        other=np.concatenate([part.other for part in parts]),
    )


def _scavenges(parts: list[Rows], cycles: GCCycles) -> Scavenges:
    rows = _joined([replace(part, figures=_four(part)) for part in parts], 4)
    order = np.argsort(rows.lines, kind="stable")
    lines, figure = rows.lines[order], rows.figures[order].T
    cycle = np.searchsorted(cycles.line, lines, side="right") - 1
    process = cycles.process[np.maximum(cycle, 0)] if len(cycles) else np.zeros_like(lines)
    return Scavenges(
        line=lines,
        process=process,
        cycle=cycle,
        background_bytes=figure[0] * KIB,
        eager_bytes=figure[1] * KIB,
        released_bytes=figure[2] * KIB,
        utilization_fraction=figure[3] / 100,
        forced=rows.forced[order],
        total=rows.other[order],
    )


def _four(part: Rows) -> Floats:
    """Go 1.19 prints all work in one figure: it is taken as the background's."""
    if part.figures.shape[1] == 4:
        return part.figures
    return np.insert(part.figures, 1, 0.0, axis=1)


def _pacer(rows: dict[str, list[tuple[float, ...]]], cycle_lines: Ints) -> PacerLines:
    assist = np.array(rows["assist"], np.float64).reshape(-1, 7).T
    end = np.array(rows["end"], np.float64).reshape(-1, 10).T
    sweep = np.array(rows["sweep"], np.float64).reshape(-1, 5).T
    return PacerLines(
        assist_line=assist[0].astype(np.int64),
        assist_cycle=_next_cycle(assist[0], cycle_lines),
        assist_ratio=assist[1],
        assist_scan_bytes=assist[2] * MIB,
        assist_live_bytes=assist[3] * MIB,
        assist_goal_bytes=np.where(assist[4] >= _NO_GOAL_MIB, np.inf, assist[4] * MIB),
        assist_dedicated_workers=assist[5].astype(np.int64),
        assist_fractional_goal=assist[6],
        end_line=end[0].astype(np.int64),
        end_cycle=_next_cycle(end[0], cycle_lines),
        end_utilization_fraction=end[1] / 100,
        end_heap_work_bytes=end[2],
        end_stack_work_bytes=end[3],
        end_globals_work_bytes=end[4],
        end_expected_work_bytes=end[5],
        end_triggered_bytes=end[6],
        end_live_bytes=end[7],
        end_goal_delta_bytes=end[8],
        end_cons_mark=end[9],
        sweep_line=sweep[0].astype(np.int64),
        sweep_cycle=np.searchsorted(cycle_lines, sweep[0], side="right") - 1,
        sweep_live_bytes=sweep[1] * MIB,
        sweep_allocated_bytes=sweep[2] * MIB,
        sweep_pages=sweep[3],
        sweep_pages_per_byte=sweep[4],
    )


def _next_cycle(lines: Floats, cycle_lines: Ints) -> Ints:
    """Printed while the cycle runs, so before the line of their cycle; -1 when that never came."""
    cycle = np.searchsorted(cycle_lines, lines, side="right")
    return np.where(cycle < len(cycle_lines), cycle, -1)
