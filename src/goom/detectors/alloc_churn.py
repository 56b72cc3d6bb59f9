"""Garbage is made so fast that the collector takes a large part of the CPU."""

from __future__ import annotations

from math import isnan

from goom.case.units import bytes_text
from goom.case.verdict import Hypothesis
from goom.case.weighing import Weighing
from goom.rooms import detector
from goom.signals import blame
from goom.signals.course import Course
from goom.signals.gc_cost import GCCost
from goom.signals.site_growth import SiteGrowth
from goom.signals.trend import ramp


@detector("alloc_churn")
def alloc_churn(cost: GCCost, course: Course, sites: SiteGrowth | None) -> Hypothesis:
    """Garbage is made so fast that the collector takes a large part of the CPU.

    What it sees:
        The collector's share of the CPU that the process uses is high, many cycles a second, at
        the pace that GOGC sets; what survives is flat.

    Why it hurts:
        CPU that should serve requests marks the same live heap again and again, and allocating
        goroutines are made to assist.

    How sure:
        GC CPU from gctrace against the process's own CPU from /proc, idle-time marking left out.
        The allocation profile names who makes the garbage.

    What else looks like this:
        GOMEMLIMIT below what the service keeps (the goal is then set by the limit, not by GOGC);
        a busy service with a normal collector share.

    References:
        gcController in runtime/mgcpacer.go (25 % of GOMAXPROCS while marking); gcAssistAlloc in
        runtime/mgcmark.go; the ``cpu`` fields of gctrace in runtime/extern.go.
    """
    weighing = Weighing()
    share, busy = _burden(cost)
    by_gogc = 1.0 - ramp(cost.limit_driven_fraction, 0.3, 0.7)
    text = (
        f"the collector used {cost.share_of_process_fraction:.0%} of the process's CPU, "
        f"{cost.cycles_per_second:.1f} cycles a second"
    )
    weighing.plus(6.0 * share * busy * by_gogc, text, "gctrace and /proc")
    weighing.minus(3.5 * ramp(share * busy, 0.5, 0.1), text, "gctrace and /proc")
    weighing.plus(
        1.0 * ramp(share, 0.2, 0.6) * ramp(cost.cycles_per_second, 2, 10),
        f"{bytes_text(cost.allocated_bytes_per_second)}/s allocated",
        "gctrace",
    )
    weighing.minus(
        4.0 * (1.0 - by_gogc) * ramp(share, 0.1, 0.4),
        f"{cost.limit_driven_fraction:.0%} of the goals lie under what GOGC alone would set",
        "gctrace",
    )
    weighing.minus(3.0 * course.harm.killed, "the process was killed for its memory", "kernel")
    weighing.minus(
        2.5 * ramp(course.floor.late_fraction, 0.3, 0.6) * ramp(course.rise_bytes, 8e6, 3e7),
        f"the marked heap rises by {bytes_text(course.rise_bytes)}",
        "gctrace",
    )
    if sites is None:
        weighing.lacks("an allocation profile (…/debug/pprof/allocs) to name who makes the garbage")
    return Hypothesis(
        cause="alloc_churn",
        summary=_summary(cost),
        prior=-3.0,
        speaks_for=tuple(weighing.speaks_for),
        speaks_against=tuple(weighing.speaks_against),
        missing=tuple(weighing.missing),
        blame=blame.of_allocations(sites, "all that was allocated") if sites is not None else (),
        scenario="steady",
    )


def _burden(cost: GCCost) -> tuple[float, float]:
    """How large the collector's share is, and whether the process uses CPU to speak of."""
    share = ramp(cost.share_of_process_fraction, 0.14, 0.28)
    if isnan(cost.process_cpu_seconds):
        share = ramp(cost.share_of_machine_fraction, 0.08, 0.2)
    return share, ramp(cost.share_of_machine_fraction, 0.01, 0.05)


def _summary(cost: GCCost) -> str:
    return (
        f"The collector takes {cost.share_of_process_fraction:.0%} of the CPU: "
        f"{bytes_text(cost.allocated_bytes_per_second)} of garbage a second make it run "
        f"{cost.cycles_per_second:.1f} times a second."
    )
