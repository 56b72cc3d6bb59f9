"""What a GC log adds up to, for one process of it."""

from __future__ import annotations

from dataclasses import replace
from math import nan

import numpy as np
from numpy.typing import NDArray

from goom.case.gc_statistics import GCCpu, GCStatistics, GCTimeline, Scavenging, Spread
from goom.case.gctrace import GCCycles, GCTrace
from goom.case.subject import Subject
from goom.case.units import MIB
from goom.rooms import signal
from goom.signals.gc_anomalies import anomalies
from goom.signals.gc_columns import (
    allocation_rate,
    ended_seconds,
    gc_cpu_seconds,
    overshot,
    pause_seconds,
    window_cpu,
    window_widths,
)
from goom.signals.gc_processes import main_process, of_process, process_count

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

WINDOW_SECONDS = 10.0
_WINDOWS_IN_A_CHART = 20
_NARROWEST_WINDOW_SECONDS = 0.2
_RETAINED_ON_PURPOSE = 1.1  # retainExtraPercent, mgcscavenge.go
_SMALLEST_HEAP_BYTES = 4 * MIB  # truncation hides more than it shows below


@signal
def gc_statistics(trace: GCTrace, subject: Subject) -> GCStatistics | None:
    """Statistics and anomalies of the process with the most cycles; None without a cycle."""
    del subject
    return statistics(trace)


def statistics(trace: GCTrace, process: int | None = None) -> GCStatistics | None:
    """Statistics and anomalies of one process, the one with the most cycles by default."""
    chosen = main_process(trace) if process is None else process
    own = of_process(trace, chosen)
    if not len(own.cycles):
        return None
    told = _statistics(own, chosen, process_count(trace))
    return replace(told, anomalies=anomalies(trace, own, told))


def _statistics(trace: GCTrace, process: int, processes: int) -> GCStatistics:
    cycles = trace.cycles
    # A log that has the first cycle tells of the time before it too.
    since = 0.0 if cycles.number[0] <= 1 else float(cycles.at_seconds[0])
    wall = float(ended_seconds(cycles)[-1]) - since
    rate = allocation_rate(cycles)
    has_goal = np.isfinite(cycles.goal_bytes)
    ratio = np.where(has_goal, cycles.heap_end_bytes / np.maximum(cycles.goal_bytes, MIB), nan)
    return GCStatistics(
        process=process,
        processes=processes,
        cycles=len(cycles),
        forced_cycles=int(cycles.forced.sum()),
        leak_checks=int(cycles.leak_check.sum()),
        procs=int(np.median(cycles.procs)),
        wall_seconds=wall,
        cycles_per_second=len(cycles) / wall if wall > 0 else nan,
        phases=phases(cycles),
        cpu=_cpu(cycles, wall),
        goal_ratio=_spread("goal_ratio", "heap end over goal", ratio, cycles.line),
        overshot_cycles=int(overshot(cycles).sum()),
        allocated_bytes_per_second=_spread("allocated", "allocated", rate, cycles.line),
        heap_marked_first_bytes=float(cycles.heap_marked_bytes[0]),
        heap_marked_last_bytes=float(cycles.heap_marked_bytes[-1]),
        heap_end_peak_bytes=float(cycles.heap_end_bytes.max()),
        goal_last_bytes=float(cycles.goal_bytes[-1]),
        scavenging=_scavenging(trace),
        timeline=_timeline(cycles, wall, rate),
        started_at_seconds=trace.started_at_seconds,
    )


def phases(cycles: GCCycles) -> tuple[Spread, ...]:
    """Each phase's spread in seconds: wall time of the three, CPU of who did the marking."""
    named = (
        ("sweep_termination", "sweep termination", cycles.sweep_termination_seconds),
        ("mark", "concurrent mark", cycles.mark_seconds),
        ("mark_termination", "mark termination", cycles.mark_termination_seconds),
        ("assist_cpu", "assist CPU", cycles.assist_cpu_seconds),
        ("background_cpu", "background CPU", cycles.background_cpu_seconds),
        ("idle_cpu", "idle CPU", cycles.idle_cpu_seconds),
    )
    return tuple(_spread(key, label, values, cycles.line) for key, label, values in named)


def _spread(key: str, label: str, values: Floats, lines: Ints) -> Spread:
    known = values[np.isfinite(values)]
    quantiles = np.quantile(known, [0, 0.5, 0.95, 0.99, 1]) if len(known) else np.full(5, nan)
    low, middle, p95, p99, high = quantiles.tolist()
    return Spread(
        key=key,
        label=label,
        minimum=low,
        median=middle,
        p95=p95,
        p99=p99,
        maximum=high,
        total=float(known.sum()),
        worst_line=int(lines[np.nanargmax(values)]) if len(known) else 0,
    )


def _cpu(cycles: GCCycles, wall: float) -> GCCpu:
    widest = min(WINDOW_SECONDS, max(wall, 1e-3))
    windows = window_cpu(cycles, widest)
    total = float(gc_cpu_seconds(cycles).sum())
    assist = float(cycles.assist_cpu_seconds.sum())
    background = float(cycles.background_cpu_seconds.sum())
    available = float(np.median(cycles.procs)) * wall
    busiest = int(np.argmax(windows))
    return GCCpu(
        assist_seconds=assist,
        background_seconds=background,
        pause_seconds=max(0.0, total - assist - background),
        idle_seconds=float(cycles.idle_cpu_seconds.sum()),
        fraction=min(total / available, 1.0) if available > 0 else nan,
        assist_fraction=assist / total if total > 0 else 0.0,
        window_seconds=float(window_widths(cycles, widest)[busiest]),
        busiest_fraction=float(windows[busiest]),
        busiest_until_seconds=float(ended_seconds(cycles)[: busiest + 1].max()),
        busiest_line=int(cycles.line[busiest]),
        stated_fraction=float(cycles.gc_cpu_fraction[-1]),
    )


def _timeline(cycles: GCCycles, wall: float, rate: Floats) -> GCTimeline:
    window = min(max(wall / _WINDOWS_IN_A_CHART, _NARROWEST_WINDOW_SECONDS), WINDOW_SECONDS)
    return GCTimeline(
        window_seconds=window,
        time_seconds=cycles.at_seconds,
        heap_start_bytes=cycles.heap_start_bytes,
        heap_end_bytes=cycles.heap_end_bytes,
        heap_marked_bytes=cycles.heap_marked_bytes,
        goal_bytes=cycles.goal_bytes,
        gc_cpu_fraction=window_cpu(cycles, window),
        pause_seconds=pause_seconds(cycles),
        allocated_bytes_per_second=rate,
    )


def _scavenging(trace: GCTrace) -> Scavenging | None:
    looks = trace.scavenges
    if not len(looks):
        return None
    lag = scavenger_lag(trace)
    seconds, line = _longest_lag(trace, lag)
    return Scavenging(
        lines=len(looks),
        background_bytes=float(looks.background_bytes.sum()),
        eager_bytes=float(looks.eager_bytes.sum()),
        released_bytes=float(looks.released_bytes[-1]),
        utilization_fraction=float(looks.utilization_fraction[-1]),
        lag_bytes=float(lag[-1]),
        longest_lag_seconds=seconds,
        longest_lag_line=line,
    )


def scavenger_lag(trace: GCTrace) -> Floats:
    """By scavtrace line: estimated bytes retained beyond a tenth over the goal, 0 when unknown."""
    looks, cycles = trace.scavenges, trace.cycles
    known = (looks.cycle >= 0) & (looks.utilization_fraction > 0)
    cycle = np.maximum(looks.cycle, 0)
    marked, goal = cycles.heap_marked_bytes[cycle], cycles.goal_bytes[cycle]
    retained = marked / np.maximum(looks.utilization_fraction, 0.01)
    beyond = retained - _RETAINED_ON_PURPOSE * np.where(np.isfinite(goal), goal, np.inf)
    return np.where(known & (marked >= _SMALLEST_HEAP_BYTES), np.maximum(beyond, 0.0), 0.0)


def _longest_lag(trace: GCTrace, lag: Floats) -> tuple[float, int]:
    cycle = np.maximum(trace.scavenges.cycle, 0)
    time = trace.cycles.at_seconds[cycle]
    goal = trace.cycles.goal_bytes[cycle]
    lagging = lag > 0.1 * goal
    start, longest, line = nan, 0.0, 0
    for index, behind in enumerate(lagging.tolist()):
        if not behind:
            start = nan
        elif np.isnan(start):
            start = float(time[index])
        elif time[index] - start > longest:
            longest, line = float(time[index] - start), int(trace.scavenges.line[index])
    return longest, line
