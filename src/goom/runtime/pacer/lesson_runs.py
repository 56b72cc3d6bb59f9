"""One run of the pacer's lesson: what a chart draws, and the totals beside it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from goom.runtime.pacer.forward import Column, ForwardRun

MOST_SHOWN = 120

Whole = tuple[int, ...]
Real = tuple[float, ...]


@dataclass(frozen=True, slots=True)
class CyclesShown:
    """Per cycle, in order; sizes in KiB. ``goal_kib`` and ``trigger_kib`` are those that the cycle
    began under, ``regimes`` indexes ``PacerLesson.regimes``. The two fractions are shares of all
    Ps' time from the end of the cycle before to the end of this one; assists are part of the first.
    """

    trigger_at_seconds: Real
    end_at_seconds: Real
    trigger_kib: Whole
    goal_kib: Whole
    heap_at_trigger_kib: Whole
    heap_at_end_kib: Whole
    heap_marked_kib: Whole
    gc_cpu_fraction: Real
    assist_fraction: Real
    limiter_on: Whole  # 1 when the CPU limiter held assists back in this cycle
    regimes: Whole


@dataclass(frozen=True, slots=True)
class Totals:
    """Over the whole run. ``total`` is what GOMEMLIMIT counts: mapped and not released."""

    cycles: int
    seconds: float
    allocated_bytes: int
    peak_heap_bytes: int
    peak_total_bytes: int
    last_total_bytes: int
    gc_cpu_fraction: float
    assist_fraction: float
    idle_mark_fraction: float
    limiter_on_seconds: float
    released_bytes: int
    cycles_by_regime: Whole


@dataclass(frozen=True, slots=True)
class RunShown:
    """One scenario under one setting.

    The saw-tooth: ``times_seconds`` and, at the same places, ``heap_live_kib`` and ``total_kib``.
    Of a run with many cycles only each ``every``-th is drawn.
    """

    scenario: str
    gogc: int
    memory_limit_bytes: int | None
    go_version: str
    every: int
    times_seconds: Real
    heap_live_kib: Whole
    total_kib: Whole
    cycles: CyclesShown
    totals: Totals
    sentences: tuple[str, ...]


def cycles_shown(run: ForwardRun) -> CyclesShown:
    """The columns that a chart needs, of as many cycles as a chart can show."""
    every = shown_step(run)
    ends = run.column("end_seconds")
    spans = np.diff(ends, prepend=0.0) * run.settings.procs
    assists = run.column("assist_seconds")
    collector = run.column("background_seconds") + assists
    return CyclesShown(
        _rounded(run.column("trigger_seconds")[::every]),
        _rounded(ends[::every]),
        _kib(run.column("trigger")[::every]),
        _kib(run.column("goal")[::every]),
        _kib(run.column("heap_start")[::every]),
        _kib(run.column("heap_end")[::every]),
        _kib(run.column("heap_marked")[::every]),
        _rounded((collector / spans)[::every]),
        _rounded((assists / spans)[::every]),
        _whole((run.column("limited_seconds") > 0)[::every]),
        _whole(run.column("regime")[::every]),
    )


def shown_step(run: ForwardRun) -> int:
    """Each how many cycles one is shown."""
    return max(-(-len(run.cycles) // MOST_SHOWN), 1)


def vertices(run: ForwardRun) -> tuple[Real, Whole, Whole]:
    """Times, heapLive and total of the saw-tooth: per cycle the trigger, the end, and after it."""
    shown = slice(None, None, shown_step(run))
    begins, ends = run.column("trigger_seconds")[shown], run.column("end_seconds")[shown]
    mapped = run.column("mapped")[shown]
    times = _interleaved(begins, ends, ends)
    live = _interleaved(
        run.column("heap_start")[shown], run.column("heap_end")[shown],
        run.column("heap_marked")[shown],
    )  # fmt: skip
    total = _interleaved(run.column("mapped_at_trigger")[shown], mapped, mapped)
    first = 0.0 if not len(total) else float(run.scenario.non_heap_bytes.at(0))
    return (
        _rounded(np.concatenate([[0.0], times, [run.last_seconds]])),
        _kib(np.concatenate([[0.0], live, [run.last_heap_live_bytes]])),
        _kib(np.concatenate([[first], total, [run.last_total_bytes]])),
    )


def totals(run: ForwardRun, regimes: int) -> Totals:
    """The figures beside the chart."""
    cpu = max(run.last_seconds * run.settings.procs, 1e-9)
    mapped = float(run.column("mapped").max(initial=0.0))
    decided = np.bincount(run.column("regime").astype(int), minlength=regimes)
    return Totals(
        cycles=len(run.cycles),
        seconds=round(run.last_seconds, 3),
        allocated_bytes=int(run.last_allocated_bytes),
        peak_heap_bytes=int(run.peak_heap_bytes),
        peak_total_bytes=int(max(mapped, run.last_total_bytes)),
        last_total_bytes=int(run.last_total_bytes),
        gc_cpu_fraction=round(run.gc_cpu_fraction, 4),
        assist_fraction=round(float(run.column("assist_seconds").sum()) / cpu, 4),
        idle_mark_fraction=round(float(run.column("idle_seconds").sum()) / cpu, 4),
        limiter_on_seconds=round(float(run.column("limited_seconds").sum()), 3),
        released_bytes=int(run.column("released_now").sum()),
        cycles_by_regime=_whole(decided),
    )


def _interleaved(*columns: Column) -> Column:
    return np.column_stack(columns).ravel()


def _rounded(column: Column) -> Real:
    return tuple(np.round(column, 3).tolist())


def _kib(column: Column) -> Whole:
    return _whole(np.round(column / 1024))


def _whole(column: NDArray[np.generic]) -> Whole:
    return tuple(column.astype(np.int64).tolist())
