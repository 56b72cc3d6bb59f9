"""Garbage is made so fast that the collector takes a large part of the CPU."""

from __future__ import annotations

from goom.case.evidence_words import HEAP_PROFILE_OF_GARBAGE
from goom.case.units import bytes_text
from goom.case.verdict import Hypothesis
from goom.case.weighing import Weighing
from goom.rooms import detector
from goom.signals import blame
from goom.signals.course import Course
from goom.signals.exec_trace.pressure import TracePressure
from goom.signals.gc_cost import GCCost
from goom.signals.site_growth import SiteGrowth
from goom.signals.trend import ramp


@detector("alloc_churn")
def alloc_churn(
    cost: GCCost, course: Course, sites: SiteGrowth | None, pressure: TracePressure | None = None
) -> Hypothesis:
    """Garbage is made so fast that the collector takes a large part of the CPU.

    What it sees:
        The collector's share of the CPU that the process uses is high, many cycles a second, at
        the pace that GOGC sets; what survives is flat.

    Why it hurts:
        CPU that should serve requests marks the same live heap again and again, and allocating
        goroutines are made to assist.

    How sure:
        GC CPU from gctrace against the process's own CPU from /proc, idle-time marking left out.
        The allocation profile names who makes the garbage. An execution trace shows whom the
        assists held up, and how long.

    What else looks like this:
        GOMEMLIMIT below what the service keeps (the goal is then set by the limit, not by GOGC);
        a busy service with a normal collector share.

    References:
        gcController in runtime/mgcpacer.go (25 % of GOMAXPROCS while marking); gcAssistAlloc in
        runtime/mgcmark.go; the ``cpu`` fields of gctrace in runtime/extern.go.
    """
    weighing = Weighing()
    by_gogc = 1.0 - ramp(cost.limit_driven_fraction, 0.3, 0.7)
    text = f"{cost.share_text}, {cost.cycles_per_second:.1f} cycles a second"
    weighing.plus(6.0 * cost.burden * by_gogc, text, cost.source)
    weighing.minus(3.5 * ramp(cost.burden, 0.5, 0.1), text, cost.source)
    weighing.plus(
        1.0 * cost.burden * ramp(cost.cycles_per_second, 2, 10),
        f"{bytes_text(cost.allocated_bytes_per_second)}/s allocated",
        cost.source,
    )
    if pressure is not None:
        waited = ramp(pressure.assist_fraction, 0.03, 0.2)
        weighing.plus(1.5 * waited * by_gogc, pressure.assists, "execution trace")
        rested = ramp(pressure.marking_fraction, 0.15, 0.03)
        weighing.minus(1.0 * rested, pressure.marking, "execution trace")
    weighing.minus(
        4.0 * (1.0 - by_gogc) * cost.burden,
        f"{cost.limit_driven_fraction:.0%} of the goals lie under what GOGC alone would set",
        cost.source,
    )
    weighing.minus(3.0 * course.harm.killed, "the process was killed for its memory", "kernel")
    weighing.minus(
        2.5 * course.still_rising * ramp(course.rise_bytes, 8e6, 3e7),
        f"the marked heap rises by {bytes_text(course.rise_bytes)}",
        "gctrace",
    )
    if sites is None:
        weighing.lacks(HEAP_PROFILE_OF_GARBAGE)
    return weighing.hypothesis(
        "alloc_churn",
        _summary(cost),
        blame=blame.of_allocations(sites, "all that was allocated") if sites is not None else (),
        scenario="steady",
    )


def _summary(cost: GCCost) -> str:
    share = cost.share_text[0].upper() + cost.share_text[1:]
    return (
        f"{share}: {bytes_text(cost.allocated_bytes_per_second)} of garbage a second make it run "
        f"{cost.cycles_per_second:.1f} times a second."
    )
