"""What to notice in a run of the pacer's lesson: sentences, each true of that run's figures."""

from __future__ import annotations

from collections.abc import Iterator

from goom.case.units import bytes_text, percent_text, seconds_text
from goom.runtime.pacer.forward import ForwardRun
from goom.runtime.pacer.lesson_runs import Totals
from goom.runtime.pacer.mgcpacer import GC_OFF, MEMORY_LIMIT

_NEVER_CHEAP = 0.25  # a share of the CPU that nobody gives away gladly


def sentences(run: ForwardRun, totals: Totals) -> tuple[str, ...]:
    """Two to five sentences about one run."""
    return tuple(one for part in _PARTS for one in part(run, totals))


def _how_often(_: ForwardRun, totals: Totals) -> Iterator[str]:
    if not totals.cycles:
        yield (
            "Nothing is ever collected: GOGC is off and no limit is set. The heap is all that was "
            f"allocated, {bytes_text(totals.peak_heap_bytes)} after {seconds_text(totals.seconds)}."
        )
        return
    yield (
        f"{totals.cycles:,} collections in {seconds_text(totals.seconds)}; the heap peaks at "
        f"{bytes_text(totals.peak_heap_bytes)}; the collector takes "
        f"{percent_text(totals.gc_cpu_fraction)} of the CPU."
    )


def _who_decides(run: ForwardRun, totals: Totals) -> Iterator[str]:
    if not totals.cycles:
        return
    by_limit = totals.cycles_by_regime[MEMORY_LIMIT]
    last = len(run.cycles) - 1
    marked = float(run.column("heap_marked")[last - 1]) if last else 0.0
    goal = float(run.column("goal")[last])
    if by_limit > totals.cycles / 2:
        yield (
            f"The memory limit sets the goal in {by_limit:,} of {totals.cycles:,} cycles: GOGC "
            f"{_gogc(run)}."
        )
    elif last and run.column("regime")[last] == 0:
        yield (
            f"GOGC sets the goal: {bytes_text(marked)} marked, plus {run.settings.gogc} % of that "
            f"and of the roots, is {bytes_text(goal)}."
        )


def _gogc(run: ForwardRun) -> str:
    if run.settings.gogc == GC_OFF:
        return "is off"
    return f"{run.settings.gogc} would let the heap grow further"


def _limit_held(run: ForwardRun, totals: Totals) -> Iterator[str]:
    limit = run.settings.memory_limit_bytes
    if limit is None or not totals.cycles:
        return
    over = totals.peak_total_bytes - limit
    often = int((run.column("mapped") > limit).sum())
    if over > 0 and often < totals.cycles / 4:
        yield (
            f"In {often:,} of {totals.cycles:,} cycles the process is over its limit of "
            f"{bytes_text(limit)}, by {bytes_text(over)} at most: it is a goal, not a wall."
        )
    elif over > 0:
        yield (
            f"The limit of {bytes_text(limit)} does not hold: the process needs up to "
            f"{bytes_text(totals.peak_total_bytes)}. It is a goal, not a wall."
        )
    elif not totals.cycles_by_regime[MEMORY_LIMIT]:
        yield (
            f"The limit of {bytes_text(limit)} changes nothing here: the most in use is "
            f"{bytes_text(totals.peak_total_bytes)}."
        )
    else:
        yield (
            f"The limit holds: at most {bytes_text(totals.peak_total_bytes)} of "
            f"{bytes_text(limit)} are in use."
        )


def _limiter(_: ForwardRun, totals: Totals) -> Iterator[str]:
    if totals.limiter_on_seconds <= 0:
        if totals.gc_cpu_fraction > _NEVER_CHEAP:
            yield "Most of that is marking the same objects again and again."
        return
    yield (
        f"For {seconds_text(totals.limiter_on_seconds)} of marking the CPU limiter holds assists "
        "back: the collector may have half of the CPU that is not idle, no more, and the heap "
        "passes its goal instead."
    )


def _assists(_: ForwardRun, totals: Totals) -> Iterator[str]:
    if totals.assist_fraction >= 0.01:
        yield (
            f"Goroutines that allocate spend {percent_text(totals.assist_fraction)} of all CPU "
            "helping to mark."
        )


def _returned(_: ForwardRun, totals: Totals) -> Iterator[str]:
    if totals.released_bytes >= 0.1 * totals.peak_total_bytes:
        yield (
            f"The scavenger returns {bytes_text(totals.released_bytes)} to the system in the "
            f"background; {bytes_text(totals.last_total_bytes)} are in use at the end."
        )


_PARTS = (_how_often, _who_decides, _limit_held, _limiter, _assists, _returned)
