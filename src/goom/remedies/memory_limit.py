"""GOMEMLIMIT: set it, raise it, or leave it alone, with what it buys."""

from __future__ import annotations

from collections.abc import Iterator
from math import isnan

from goom.case.binary import BinaryCalls
from goom.case.memory_view import MemoryBudget
from goom.case.names import place, short_file, short_function
from goom.case.units import MIB, bytes_text
from goom.case.verdict import Remedy, Verdict
from goom.rooms import remedy
from goom.signals.course import Course
from goom.signals.gc_cost import GCCost
from goom.signals.marked_heap import MarkedHeap

_OF_LIMIT = 0.9  # measured: at 90 % of the container's limit nothing was killed (C059)


@remedy
def set_memory_limit(
    verdict: Verdict, course: Course, marked: MarkedHeap, budget: MemoryBudget | None = None
) -> Iterator[Remedy]:
    """For limit_missing: 90 % of the container's limit, or less where more of it is not Go's."""
    limit = course.harm.limit_bytes
    if verdict.cause != "limit_missing" or isnan(limit):
        return
    value, why = int(limit * _OF_LIMIT / MIB), "90 % of the container's limit"
    if budget is not None and budget.advised_gomemlimit_bytes < value * MIB:
        value = int(budget.advised_gomemlimit_bytes / MIB)
        why = f"the container's limit less {bytes_text(budget.unseen_bytes)} that Go cannot see"
    yield Remedy(
        code="set_memory_limit",
        when="now",
        order=10,
        title=f"Set GOMEMLIMIT={value}MiB",
        action=f"Add the environment variable GOMEMLIMIT={value}MiB ({why}) "
        "and leave GOGC as it is.",
        effect=f"The goal is then held under {value} MiB in all; {bytes_text(marked.last_bytes)} "
        "survive, so collections come more often only near the limit.",
        cost="some more GC CPU while the heap is near the limit",
        safety="It is a soft limit: memory outside Go is not counted, live memory may pass it.",
        undo="remove the variable",
    )


@remedy
def raise_memory_limit(
    verdict: Verdict,
    course: Course,
    marked: MarkedHeap,
    cost: GCCost,
    binary: BinaryCalls | None = None,
) -> Iterator[Remedy]:
    """For limit_too_low: what survives, its runway and the rest must fit under it. Where the
    program sets the limit itself, the variable does nothing.
    """
    if verdict.cause != "limit_too_low":
        return
    need = marked.peak_bytes * 1.6 + 16 * MIB
    limit = course.harm.limit_bytes
    room = isnan(limit) or need <= _OF_LIMIT * limit
    value = int((need if room else limit * _OF_LIMIT) / MIB)
    yield Remedy(
        code="raise_memory_limit",
        when="now",
        order=10,
        title=f"Raise GOMEMLIMIT to {value}MiB" + ("" if room else ", and the container's limit"),
        action=_where(value, binary)
        + (
            "." if room else f"; the container needs {bytes_text(need / _OF_LIMIT)} to let it rest."
        ),
        effect=f"{bytes_text(marked.peak_bytes)} survive; with 60 % of that to run on, collections "
        f"become several times rarer than now ({cost.cycles_per_second:.1f} a second).",
        cost=f"up to {bytes_text(max(0.0, need - marked.peak_bytes))} more memory in use",
        safety="safe as long as the container's limit is above it",
        undo="set the old value",
    )


def _where(value: int, binary: BinaryCalls | None) -> str:
    setters = binary.memory_limit_setters() if binary is not None else ()
    if not setters:
        return f"Set GOMEMLIMIT={value}MiB"
    first = setters[0]
    where = place(short_file(first.file, 1), first.line)
    return (
        f"{short_function(first.function)} ({where}) calls debug.SetMemoryLimit, which overrides "
        "the variable GOMEMLIMIT: "
        f"set {value} MiB there"
    )


@remedy
def more_memory(verdict: Verdict, course: Course) -> Iterator[Remedy]:
    """For causes that a higher limit only puts off, say by how much."""
    limit, slope = course.harm.limit_bytes, course.floor.slope_per_second
    if verdict.cause not in ("heap_leak", "goroutine_leak", "off_heap") or isnan(limit):
        return
    effect = "It puts the end off, no more."
    if slope > 0 and verdict.cause == "heap_leak":
        effect = f"{bytes_text(limit)} more buy {limit / slope:.0f} s at the present pace, no more."
    yield Remedy(
        code="more_memory",
        when="now",
        order=30,
        title="Raise the container's limit to gain time",
        action=f"Double the limit to {bytes_text(2 * limit)}, and restart before it fills.",
        effect=effect,
        cost="money",
        safety="harmless",
        undo="lower it again",
    )


@remedy
def fit_the_peak(verdict: Verdict, course: Course) -> Iterator[Remedy]:
    """For a peak at the start or in a burst: what the limit must be to survive it as it is."""
    if verdict.cause not in ("startup_burst", "traffic_surge") or course.onset is None:
        return
    peak = course.onset.peak_bytes
    least = more = ""
    effect = "The peak passes."
    if course.harm.killed:
        least, more = "more than ", ", or twice as much: the kill cut it off"
        effect = "How high the peak would have gone nobody saw; the next run shows it."
    yield Remedy(
        code="fit_the_peak",
        when="now",
        order=20,
        title="Raise the container's limit over the peak",
        action=f"The peak needs {least}{bytes_text(peak)}; give it half as much again{more}.",
        effect=effect,
        cost=f"about {bytes_text(0.5 * peak)} that the steady state does not use",
        safety="harmless",
        undo="lower it again",
    )
