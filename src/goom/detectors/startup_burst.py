"""Memory peaks while the service starts; the steady state fits the limit."""

from __future__ import annotations

from math import isnan

from goom.case.units import bytes_text, seconds_text
from goom.case.verdict import Hypothesis
from goom.case.weighing import Weighing
from goom.rooms import detector
from goom.signals import blame
from goom.signals.course import Course
from goom.signals.growth import Growth
from goom.signals.site_growth import SiteGrowth
from goom.signals.startup import Startup
from goom.signals.trend import ramp


@detector("startup_burst")
def startup_burst(
    startup: Startup,
    course: Course,
    growth: Growth | None,
    sites: SiteGrowth | None,
) -> Hypothesis:
    """Memory peaks while the service starts; the steady state fits the limit.

    What it sees:
        The peak belongs to start-up work: the main goroutine is still loading, in a few large
        steps, or an early peak was given back once the service was up.

    Why it hurts:
        The container must be sized for its first seconds, or the pod is killed before it ever
        serves and restarts into the same death (CrashLoopBackOff).

    How sure:
        Where the main goroutine is when the memory runs out, whose stacks hold what is in use,
        and how soon after the start. Surest when one run survived and the level after is seen.

    What else looks like this:
        A leak in a program that is young; a service whose steady state does not fit either.

    References:
        runtime.main and doInit in runtime/proc.go; memory profile stacks of runtime/mprof.go.
    """
    weighing = Weighing()
    strength = startup.strength
    weighing.plus(5.0 * strength, startup.text, "memory over time")
    weighing.minus(3.0 * ramp(strength, 0.3, 0.1), "the rise is not start-up work", "memory")
    _main(weighing, startup, course)
    _limit(weighing, course, strength)
    if growth is not None:
        share = growth.share(growth.marked)
        text = f"only {share:.0%} of the peak was reachable"
        weighing.minus(0.8 * ramp(share, 0.5, 0.3), text, growth.source)
    look = sites.index_before(course.onset.peak_seconds + 1.0) if sites and course.onset else 0
    return weighing.hypothesis(
        "startup_burst",
        _summary(course, startup),
        blame=blame.of_holdings(sites, look, "what is in use at the peak") if sites else (),
        scenario="at_start",
    )


def _main(weighing: Weighing, startup: Startup, course: Course) -> None:
    busy = startup.main_busy_fraction
    if isnan(busy) or startup.strength < 0.1:
        return
    text = f"main.main was still at work in {busy:.0%} of the last looks"
    weighing.plus(1.0 * ramp(busy, 0.4, 0.9), text, "goroutine profiles")
    # in the first seconds others may load while main already listens
    served = ramp(course.onset.peak_seconds, 1.5, 6.0) if course.onset is not None else 1.0
    weighing.minus(2.0 * ramp(busy, 0.4, 0.1) * served * startup.ended_starting, text, "goroutines")


def _limit(weighing: Weighing, course: Course, strength: float) -> None:
    harm = course.harm
    hit = ", and the limit was hit" if harm.killed else ""
    text = f"the peak was {bytes_text(harm.peak_bytes)}{hit}"
    weighing.plus(2.0 * harm.nearness * ramp(strength, 0.1, 0.4), text, "memory over time")
    if harm.killed:
        weighing.lacks("a run that survives its start (a higher limit), to see the steady level")
    elif isnan(harm.peak_fraction):
        weighing.minus(2.0, "no limit is known that the peak came near to", "memory over time")
    else:
        clear = f"the peak was {harm.peak_fraction:.0%} of the limit"
        weighing.minus(3.0 * (1.0 - harm.nearness), clear, "memory over time")


def _summary(course: Course, startup: Startup) -> str:
    onset = course.onset
    if onset is None:
        return startup.text
    if startup.ended_starting:
        return (
            f"Memory ran out {seconds_text(onset.peak_seconds)} after the start, "
            "while the program was still loading."
        )
    return (
        f"Starting up takes {bytes_text(onset.peak_bytes)}; afterwards "
        f"{bytes_text(onset.end_bytes)} are enough."
    )
