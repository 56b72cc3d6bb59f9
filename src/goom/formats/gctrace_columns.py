"""Rows of a GC log as the columns of GCTrace."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from goom.case.gctrace import GCCycles, PacerLines, Scavenges
from goom.case.units import KIB, MIB
from goom.formats.gctrace_grammar import GC_NUMBERS
from goom.formats.gctrace_processes import split
from goom.formats.gctrace_rows import Rows

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

# GOGC=off without a memory limit: the limit is then MaxInt64, less a headroom of 3 % from 1.21 on.
_NO_GOAL_MIB = float(1 << 42)


def cycles_of(parts: list[Rows]) -> GCCycles:
    """The cycles as columns, told apart by process."""
    rows = Rows.joined(parts, GC_NUMBERS)
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


def scavenges_of(parts: list[Rows], cycles: GCCycles) -> Scavenges:
    """The scavtrace lines as columns, each with the cycle that was printed before it."""
    rows = Rows.joined(parts, 4)
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


def pacer_of(rows: dict[str, list[Floats]], cycle_lines: Ints) -> PacerLines:
    """The gcpacertrace lines as columns, each kind with the cycle that it belongs to."""
    assist = np.concatenate([np.zeros((0, 7)), *rows["assist"]]).T
    end = np.concatenate([np.zeros((0, 10)), *rows["end"]]).T
    sweep = np.concatenate([np.zeros((0, 5)), *rows["sweep"]]).T
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
