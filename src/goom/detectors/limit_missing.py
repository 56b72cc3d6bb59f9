"""What survives fits, the goal that GOGC sets does not, and no GOMEMLIMIT holds it back."""

from __future__ import annotations

from math import isinf, isnan, nan

import numpy as np

from goom.case.subject import Subject
from goom.case.units import bytes_text
from goom.case.verdict import Blame, Hypothesis, NotChecked
from goom.case.weighing import Weighing
from goom.rooms import detector
from goom.signals.blame import of_allocations, of_frames
from goom.signals.course import Course
from goom.signals.goal_outlook import GoalOutlook
from goom.signals.growth import Growth
from goom.signals.harm import Harm
from goom.signals.marked_heap import MarkedHeap
from goom.signals.site_growth import SiteGrowth
from goom.signals.trend import ramp


@detector("limit_missing")
def limit_missing(
    subject: Subject,
    marked: MarkedHeap | None,
    outlook: GoalOutlook | None,
    course: Course,
    growth: Growth | None,
    sites: SiteGrowth | None,
) -> Hypothesis | NotChecked:
    """What survives fits, the goal that GOGC sets does not, and no GOMEMLIMIT holds it back.

    What it sees:
        At the limit a large part of the heap is garbage; the marked heap is flat and would fit;
        the goal that GOGC sets, with all that is not heap, lies beyond the container's limit.

    Why it hurts:
        Go reads no cgroup limit. With GOGC=100 the heap may double before the next collection,
        so the kernel kills a process that had half of its memory to give back.

    How sure:
        The last goal, the last mark and the container's limit are all exact; the share of
        garbage at the end comes from MemStats.

    What else looks like this:
        A leak (the marked heap itself rises to the limit), a burst of live memory, a GOMEMLIMIT
        that lies above the container's limit (which is none).

    References:
        commit and heapGoalInternal in runtime/mgcpacer.go: goal = marked + (marked + stacks +
        globals) * GOGC / 100; GOMEMLIMIT in runtime/extern.go.
    """
    if marked is None or outlook is None:
        return _never_collected(subject, course)
    weighing = Weighing()
    harm = course.harm
    goal = outlook.of_limit(outlook.goal_bytes, harm.limit_bytes)
    near = harm.nearness if outlook.charge_was_seen else 0.8 * ramp(goal, 0.95, 1.05)
    _goal(weighing, outlook, harm, near, marked.source)
    _garbage(weighing, growth, marked)
    _no_limit(weighing, course, near)
    _flat(weighing, course, near, marked.source)
    weighing.minus(4.0 * (1.0 - near), "the limit was not reached", "memory over time")
    weighing.minus(1.5 * course.bursting, "a burst of work came first", "work rate")
    weighing.minus(1.5 * course.starting, "the program was still starting", "the start")
    return weighing.hypothesis(
        "limit_missing",
        _summary(outlook, harm.limit_bytes),
        blame=_blame(outlook, sites),
        scenario="at_start" if course.starting > 0.4 else "steady",
    )


def _never_collected(subject: Subject, course: Course) -> Hypothesis | NotChecked:
    """GOGC=off without a memory limit: there is no mark to look at, and never will be."""
    off = subject.gogc_percent is not None and subject.gogc_percent < 0
    if not off or not isnan(course.harm.effective_gomemlimit_bytes):
        return NotChecked("limit_missing", ("MarkedHeap",))
    weighing = Weighing()
    weighing.plus(7.5, "GOGC=off, no GOMEMLIMIT, and no collection was seen", "environment")
    weighing.minus(4.0 * (1.0 - course.harm.nearness), "the limit was not reached", "usage")
    return weighing.hypothesis(
        "limit_missing",
        "The collector is switched off (GOGC=off) and no GOMEMLIMIT starts it either: "
        "nothing that was allocated is ever freed.",
        scenario="steady",
    )


def _goal(weighing: Weighing, outlook: GoalOutlook, harm: Harm, near: float, source: str) -> None:
    goal = outlook.of_limit(outlook.goal_bytes, harm.limit_bytes)
    marked = outlook.of_limit(outlook.marked_bytes, harm.limit_bytes)
    beyond = (
        f"the goal of {bytes_text(outlook.goal_bytes)} and {bytes_text(outlook.other_bytes)} "
        f"besides the heap come to {goal:.0%} of the limit"
    )
    if isinf(outlook.goal_bytes):
        beyond = "GOGC is off: nothing but a memory limit would ever start a collection"
    weighing.plus(2.0 * ramp(goal, 0.92, 1.02) * near, beyond, source)
    fits = ramp(marked, 0.95, 0.8)
    text = f"what survives comes to {marked:.0%} of the limit with the rest"
    weighing.plus(1.5 * fits * near, text, source)
    weighing.minus(3.5 * (1.0 - fits), text, source)


def _flat(weighing: Weighing, course: Course, near: float, source: str) -> None:
    before_it = 1.0 - course.bursting  # what was flat was flat before the burst
    level = (1.0 - course.still_rising) * before_it
    small = ramp(course.rise_bytes / max(course.base_bytes, 4 << 20), 0.4, 0.15)
    flat = max(level, small)
    weighing.plus(1.0 * flat * before_it * near, "the marked heap is flat", source)
    rises = f"the marked heap still rises ({bytes_text(course.rise_bytes)})"
    burst = f"the marked heap rose by {bytes_text(course.rise_bytes)} in the burst"
    goes_on = course.still_rising > 0.5
    weighing.minus((3.0 if goes_on else 1.5) * (1.0 - flat), rises if goes_on else burst, source)


def _garbage(weighing: Weighing, growth: Growth | None, marked: MarkedHeap) -> None:
    if growth is None:
        return
    # free pages that are kept are the garbage of the cycle before: the same runway
    runway = growth.garbage + float(np.nan_to_num(growth.free))
    share = growth.share(runway)
    text = f"{share:.0%} of the memory at the peak was garbage or its freed pages"
    weighing.plus(2.0 * ramp(share, 0.15, 0.35), text, growth.source)
    weighing.minus(2.5 * ramp(share, 0.2, 0.05), text, growth.source)
    survival = marked.survival_fraction
    if not isnan(survival):
        text = f"{survival:.0%} of what was newly allocated survived the last collections"
        weighing.plus(1.0 * ramp(survival, 0.4, 0.1), text, marked.source)
        weighing.minus(2.0 * ramp(survival, 0.5, 0.8), text, marked.source)


def _no_limit(weighing: Weighing, course: Course, near: float) -> None:
    harm = course.harm
    if isnan(harm.effective_gomemlimit_bytes):
        stated = harm.stated_gomemlimit_bytes
        text = (
            "no GOMEMLIMIT is set"
            if isnan(stated)
            else f"GOMEMLIMIT={bytes_text(stated)} lies at or above the container's limit"
        )
        weighing.plus(1.0 * near, text, "environment")
        return
    text = f"GOMEMLIMIT={bytes_text(harm.effective_gomemlimit_bytes)} is set below the limit"
    weighing.minus(4.0, text, "environment")


def _blame(outlook: GoalOutlook, sites: SiteGrowth | None) -> tuple[Blame, ...]:
    """Who raised GOGC while it ran, then who allocates."""
    made = of_allocations(sites, "all that was allocated") if sites is not None else ()
    changed = f"calls debug.SetGCPercent: GOGC was {_percent(outlook.gogc_at_first)} at first and "
    changed += f"{_percent(outlook.gogc_percent)} at the end"
    return (*of_frames(outlook.changed_by[:2], nan, changed), *made)


def _percent(gogc: float) -> str:
    return "off" if gogc < 0 else f"{gogc:.0f}"


def _summary(outlook: GoalOutlook, limit: float) -> str:
    told = f"was told to let the heap grow to {bytes_text(outlook.goal_bytes)}"
    if outlook.gogc_percent not in (100.0, -1.0):
        told += f" (GOGC={outlook.gogc_percent:.0f})"
    past = "past"
    if outlook.goal_bytes <= limit < outlook.goal_bytes + outlook.other_bytes:
        past = f"with {bytes_text(outlook.other_bytes)} beside it past"
    elif outlook.goal_bytes <= limit:
        past = f"with {bytes_text(outlook.other_bytes)} beside it near"
    if isinf(outlook.goal_bytes):
        told, past = "is switched off (GOGC=off)", "past"
    return (
        f"{bytes_text(outlook.marked_bytes)} survive and would fit, but the collector {told}, "
        f"{past} the limit of {bytes_text(limit)}; no GOMEMLIMIT holds it back."
    )
