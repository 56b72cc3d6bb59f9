"""What is odd in a GC log, each with the line that shows it best."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from goom.case.gc_statistics import GCCpu, GCStatistics
from goom.case.gctrace import GCCycles, GCTrace
from goom.case.units import MIB, bytes_text, percent_text, seconds_text
from goom.case.verdict import Finding
from goom.signals.gc_columns import (
    cycle_seconds,
    ended_seconds,
    gc_cpu_seconds,
    over_recent,
    overshot,
)
from goom.signals.gc_rising import rising

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Ints = NDArray[np.int64]

_LONG_PAUSE_SECONDS = 0.010  # the runtime's own aim is well under a millisecond
_MARK_OUTLIER_RATIO = 5.0
_MARK_OUTLIER_SECONDS = 0.100
_FEW_CYCLES = 10  # below this there is no usual length to be out of
_OVERSHOOTS = 3
_OVERSHOOT_SHARE = 0.05  # a heap that grows from nothing overshoots a few times
_RECENT_CYCLES = 5  # a neighbour on the machine may spoil one
_BUSY_FRACTION = 0.7  # of wall time in a cycle; 0.3 is a lot for a healthy program
_STORM_FRACTION = 0.33  # of all procs while marking; background workers take 0.25
_LASTING_SECONDS = 0.5  # every program collects back to back while its heap grows from nothing
_LIMITER_FRACTION = 0.45  # the limiter holds GC near half of the CPU: printed times fall short
_COSTLY_FRACTION = 0.25
_JUDGED_FROM_SECONDS = 1.0
_FORCED_CYCLES = 5
_FORCED_APART_SECONDS = 10.0
_LAG_SECONDS = 30.0  # the scavenger paces itself over seconds


def anomalies(whole: GCTrace, own: GCTrace, told: GCStatistics) -> tuple[Finding, ...]:
    """Everything odd in one process's cycles, and in the log that holds them."""
    of_cycles: tuple[Callable[[GCCycles], Iterator[Finding]], ...] = (
        _long_pauses,
        _mark_outliers,
        _overshoots,
        _back_to_back,
        _assist_storm,
        _forced_storm,
        _missing_cycles,
        rising,
    )
    return (
        *_own_crash(whole),
        *_cpu(told),
        *(found for look in of_cycles for found in look(own.cycles)),
        *_scavenger_lag(told),
        *_processes(whole),
        *_malformed(whole),
    )


def _at(line: int) -> str:
    return f"gctrace line {line}"


def _own_crash(trace: GCTrace) -> Iterator[Finding]:
    if trace.go_fatal:
        yield Finding(
            code="go_fatal",
            title="The Go runtime ended the program itself",
            detail=f"“{trace.go_fatal}”. This is Go's own crash, not a kill by the kernel.",
        )


def _cpu(told: GCStatistics) -> Iterator[Finding]:
    cpu = told.cpu
    if told.wall_seconds < _JUDGED_FROM_SECONDS:
        return
    share = percent_text(cpu.busiest_fraction)
    if cpu.busiest_fraction >= _LIMITER_FRACTION:
        yield Finding(
            code="gc_cpu_limiter",
            title="GC CPU at the limiter",
            detail=f"Collection took {share} of all procs {_busiest(cpu)}."
            " Go's limiter stops assists near 50 %: the heap then grows past its goal.",
            source=_at(cpu.busiest_line),
        )
    elif cpu.busiest_fraction >= _COSTLY_FRACTION:
        yield Finding(
            code="gc_cpu_high",
            title="Collection is costly",
            detail=f"It took {share} of all procs {_busiest(cpu)};"
            f" {percent_text(cpu.fraction)} over the whole log.",
            source=_at(cpu.busiest_line),
        )


def _busiest(cpu: GCCpu) -> str:
    """When collection took the most: a window that had not filled yet is the whole time so far."""
    width, until = seconds_text(cpu.window_seconds), seconds_text(cpu.busiest_until_seconds)
    if cpu.busiest_until_seconds <= cpu.window_seconds:
        return f"in the first {width}"
    return f"in the {width} that ended {until} after the start"


def _long_pauses(cycles: GCCycles) -> Iterator[Finding]:
    phases = {
        "sweep termination": cycles.sweep_termination_seconds,
        "mark termination": cycles.mark_termination_seconds,
    }
    for name, seconds in phases.items():
        long = np.flatnonzero(seconds >= _LONG_PAUSE_SECONDS)
        if len(long):
            worst = int(np.argmax(seconds))
            yield Finding(
                code="long_pause",
                title=f"The world stood still in {name}",
                detail=f"{_times(len(long))} for {seconds_text(_LONG_PAUSE_SECONDS)} or more; the"
                f" longest took {seconds_text(float(seconds[worst]))} (gc {cycles.number[worst]}).",
                source=_at(int(cycles.line[worst])),
            )


def _mark_outliers(cycles: GCCycles) -> Iterator[Finding]:
    usual = float(np.median(cycles.mark_seconds))
    limit = max(_MARK_OUTLIER_RATIO * usual, _MARK_OUTLIER_SECONDS)
    far = cycles.mark_seconds > limit
    if len(cycles) >= _FEW_CYCLES and far.any():
        worst = int(np.argmax(cycles.mark_seconds))
        yield Finding(
            code="mark_outlier",
            title="Marking took far longer than usual",
            detail=f"{_times(int(far.sum()))} over {seconds_text(limit)}; the longest took"
            f" {seconds_text(float(cycles.mark_seconds[worst]))}, the usual is"
            f" {seconds_text(usual)} (gc {cycles.number[worst]}).",
            source=_at(int(cycles.line[worst])),
        )


def _overshoots(cycles: GCCycles) -> Iterator[Finding]:
    over = overshot(cycles)
    if over.sum() >= max(_OVERSHOOTS, _OVERSHOOT_SHARE * len(cycles)):
        excess = np.where(over, cycles.heap_end_bytes - cycles.goal_bytes, -np.inf)
        worst = int(np.argmax(excess))
        yield Finding(
            code="goal_overshoot",
            title="The heap ran past its goal while it was marked",
            detail=f"{int(over.sum())} of {len(cycles)} times; the farthest by"
            f" {bytes_text(float(excess[worst]))}: {_heap(cycles, worst)}.",
            source=_at(int(cycles.line[worst])),
        )


def _back_to_back(cycles: GCCycles) -> Iterator[Finding]:
    marking = over_recent(cycle_seconds(cycles), _RECENT_CYCLES)
    passed = over_recent(np.diff(ended_seconds(cycles), prepend=0.0), _RECENT_CYCLES)
    start, last = _longest_run(marking >= _BUSY_FRACTION * passed, cycles.at_seconds)
    lasted = float(cycles.at_seconds[last] - cycles.at_seconds[start])
    if last - start >= _RECENT_CYCLES and lasted >= _LASTING_SECONDS:
        yield Finding(
            code="back_to_back",
            title="One collection right after the other",
            detail=f"{last - start + 1} cycles in {seconds_text(lasted)} with little rest between,"
            f" up to line {cycles.line[last]}: {_heap(cycles, last)}.",
            source=_at(int(cycles.line[start])),
        )


def _assist_storm(cycles: GCCycles) -> Iterator[Finding]:
    assists = over_recent(cycles.assist_cpu_seconds, _RECENT_CYCLES)
    available = over_recent(cycles.mark_seconds * cycles.procs, _RECENT_CYCLES)
    share = assists / np.maximum(available, 1e-6)
    start, last = _longest_run(share >= _STORM_FRACTION, cycles.at_seconds)
    lasted = float(cycles.at_seconds[last] - cycles.at_seconds[start])
    if last - start >= _RECENT_CYCLES and lasted >= _LASTING_SECONDS:
        rows = slice(start, last + 1)
        worst = start + int(np.argmax(share[rows]))
        paid = float(cycles.assist_cpu_seconds[rows].sum() / gc_cpu_seconds(cycles)[rows].sum())
        yield Finding(
            code="assist_storm",
            title="Allocating goroutines were made to mark",
            detail=f"In {last - start + 1} cycles assists were {percent_text(paid)} of GC CPU, at"
            f" worst {percent_text(float(share[worst]))} of all procs while marking"
            f" (gc {cycles.number[worst]}).",
            source=_at(int(cycles.line[worst])),
        )


def _forced_storm(cycles: GCCycles) -> Iterator[Finding]:
    forced = np.flatnonzero(cycles.forced & ~cycles.leak_check)
    if len(forced) < _FORCED_CYCLES:
        return
    lasted = float(cycles.at_seconds[forced[-1]] - cycles.at_seconds[forced[0]])
    if lasted / (len(forced) - 1) <= _FORCED_APART_SECONDS:
        yield Finding(
            code="forced_storm",
            title="Somebody forces collections",
            detail=f"{len(forced)} of {len(cycles)} cycles were forced, one every"
            f" {seconds_text(lasted / (len(forced) - 1))}: look for runtime.GC and"
            " debug.FreeOSMemory.",
            source=_at(int(cycles.line[forced[0]])),
        )


def _missing_cycles(cycles: GCCycles) -> Iterator[Finding]:
    gaps = np.diff(cycles.number) - 1
    if (gaps > 0).any():
        first = int(np.argmax(gaps > 0)) + 1
        yield Finding(
            code="missing_cycles",
            title="Cycles are missing from the log",
            detail=f"{int(gaps[gaps > 0].sum())} in all; the first between gc"
            f" {cycles.number[first - 1]} and gc {cycles.number[first]}.",
            source=_at(int(cycles.line[first])),
        )


def _scavenger_lag(told: GCStatistics) -> Iterator[Finding]:
    scavenging = told.scavenging
    if scavenging is None or scavenging.longest_lag_seconds < _LAG_SECONDS:
        return
    yield Finding(
        code="scavenger_lag",
        title="Free memory was returned late",
        detail="For"
        f" {seconds_text(scavenging.longest_lag_seconds)} more stood retained than a tenth over"
        f" the goal; at the end an estimated {bytes_text(scavenging.lag_bytes)}.",
        source=_at(scavenging.longest_lag_line),
    )


def _processes(trace: GCTrace) -> Iterator[Finding]:
    process, lines = trace.cycles.process, trace.cycles.line
    count = int(process.max(initial=-1)) + 1
    if count < 2:
        return
    firsts = [int(np.argmax(process == one)) for one in range(min(count, 100))]
    lasts = [len(process) - 1 - int(np.argmax(process[::-1] == one)) for one in range(len(firsts))]
    mixed = any(last > first for last, first in zip(lasts, firsts[1:], strict=False))
    yield Finding(
        code="several_processes" if mixed else "process_restart",
        title=f"{count} processes wrote this log"
        if mixed
        else f"The process started {count} times",
        detail="Their cycles are interleaved; --process N shows another one."
        if mixed
        else "The cycle count and the clock begin anew; --process N shows another run.",
        source=_at(int(lines[firsts[1]])),
    )


def _malformed(trace: GCTrace) -> Iterator[Finding]:
    if not trace.malformed_count:
        return
    line, why = trace.malformed_lines[0]
    last = trace.malformed_lines[-1][0]
    if trace.malformed_count == 1 and last == trace.lines_read:
        yield Finding(
            code="cut_off",
            title="The log ends in the middle of a line",
            detail=f"The last line was {why}: the process was killed, or the copy cut off.",
            source=_at(line),
        )
        return
    yield Finding(
        code="malformed",
        title=f"{trace.malformed_count} broken trace lines",
        detail=f"The first: {why}. Other output was written into them, or the log was cut.",
        source=_at(line),
    )


def _longest_run(flags: Flags, at_seconds: Floats) -> tuple[int, int]:
    """The first and the last row of the run of set flags that lasts longest; (0, 0) for none."""
    steps = np.diff(np.concatenate(([False], flags, [False])).astype(np.int8))
    starts, lasts = np.flatnonzero(steps == 1), np.flatnonzero(steps == -1) - 1
    if not len(starts):
        return 0, 0
    longest = int(np.argmax(at_seconds[lasts] - at_seconds[starts]))
    return int(starts[longest]), int(lasts[longest])


def _heap(cycles: GCCycles, row: int) -> str:
    columns = (cycles.heap_start_bytes, cycles.heap_end_bytes, cycles.heap_marked_bytes)
    heap = " → ".join(f"{column[row] / MIB:.0f}" for column in columns)
    goal = float(cycles.goal_bytes[row])
    stated = f"goal {goal / MIB:.0f}" if np.isfinite(goal) else "no goal"
    return f"{heap} MiB, {stated} (gc {cycles.number[row]})"


def _times(count: int) -> str:
    return "Once" if count == 1 else f"{count} times"
