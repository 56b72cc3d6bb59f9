"""GOMEMLIMIT is below what the service keeps: the collector hardly ever rests."""

from __future__ import annotations

from math import isnan

from goom.case.binary import BinaryCalls
from goom.case.units import bytes_text
from goom.case.verdict import Blame, Hypothesis
from goom.case.weighing import Weighing
from goom.rooms import detector
from goom.signals.blame import of_holdings
from goom.signals.course import Course
from goom.signals.exec_trace.pressure import TracePressure
from goom.signals.gc_cost import GCCost
from goom.signals.marked_heap import MarkedHeap
from goom.signals.site_growth import SiteGrowth
from goom.signals.trend import ramp


@detector("limit_too_low")
def limit_too_low(
    cost: GCCost,
    course: Course,
    marked: MarkedHeap,
    binary: BinaryCalls | None,
    sites: SiteGrowth | None,
    pressure: TracePressure | None = None,
) -> Hypothesis:
    """GOMEMLIMIT is below what the service keeps: the collector hardly ever rests.

    What it sees:
        The heap goal lies far under what GOGC would set, close to what is marked anyway; cycles
        follow each other, and GC CPU goes up to the limiter's half of the CPU.

    Why it hurts:
        A soft limit that cannot be met is paid in CPU: each cycle frees next to nothing and the
        next starts at once. The limiter caps it at 50 %; memory grows past the limit all the same.

    How sure:
        The goal against GOGC's formula tells who sets the pace. GOMEMLIMIT itself, from the
        environment or a call of SetMemoryLimit in the binary, settles it. An execution trace shows
        how much of the time is spent marking.

    What else looks like this:
        A leak that has reached a sound limit (the marked heap rises until then); a very low GOGC
        (the goal is then the same share of the marked heap in every cycle); plain churn.

    References:
        memoryLimitHeapGoal in runtime/mgcpacer.go; runtime/mgclimit.go (the CPU limiter).
    """
    weighing = Weighing()
    limit = course.harm.stated_gomemlimit_bytes
    setters = binary.memory_limit_setters() if binary is not None else ()
    share = max(cost.burden, cost.restless)
    driven = ramp(cost.limit_driven_fraction, 0.3, 0.7)
    weighing.plus(
        4.0 * driven * share,
        f"{cost.limit_driven_fraction:.0%} of the goals lie under what GOGC alone would set "
        f"(goal {cost.goal_ratio:.2f} times the marked heap)",
        cost.source,
    )
    cpu = f"{cost.share_text} and rested {cost.resting_fraction:.0%} of the time"
    weighing.plus(2.5 * share * driven, cpu, cost.source)
    weighing.minus(3.5 * (1.0 - share), cpu, cost.source)
    if pressure is not None:
        marking = pressure.marking_fraction
        weighing.plus(1.5 * ramp(marking, 0.4, 0.8) * driven, pressure.marking, "execution trace")
        weighing.minus(1.0 * ramp(marking, 0.3, 0.1), pressure.marking, "execution trace")
    weighing.minus(3.5 * (1.0 - driven), "the goals are those that GOGC sets", cost.source)
    _limit(weighing, limit, marked, bool(setters))
    rising = course.still_rising * ramp(
        course.rise_bytes / max(course.base_bytes, 4 << 20), 0.2, 0.6
    )
    weighing.minus(
        3.5 * rising, f"the marked heap rises by {bytes_text(course.rise_bytes)}", marked.source
    )
    return weighing.hypothesis(
        "limit_too_low",
        _summary(cost, limit, marked),
        blame=_blame(binary, sites),
        scenario="steady",
    )


def _limit(weighing: Weighing, limit: float, marked: MarkedHeap, set_in_code: bool) -> None:
    if isnan(limit):
        if set_in_code:
            weighing.plus(1.0, "the program sets a memory limit in code", "the binary")
        else:
            weighing.minus(1.5, "no GOMEMLIMIT is known to be set", "environment")
            weighing.lacks("GOMEMLIMIT as the process has it (/gc/gomemlimit:bytes, --gomemlimit)")
        return
    fill = marked.peak_bytes / limit
    text = f"{bytes_text(marked.peak_bytes)} survive under GOMEMLIMIT={bytes_text(limit)}"
    weighing.plus(2.0 * ramp(fill, 0.6, 0.9), text, marked.source)
    weighing.minus(2.5 * ramp(fill, 0.6, 0.3), text, marked.source)


def _blame(binary: BinaryCalls | None, sites: SiteGrowth | None) -> tuple[Blame, ...]:
    """Whoever sets the limit in code, then who holds what does not fit under it."""
    setters = binary.memory_limit_setters() if binary is not None else ()
    rows = tuple(
        Blame(frame.function, frame.file, frame.line, 1.0, "sets the memory limit")
        for frame in setters
    )
    if sites is None:
        return rows
    held = of_holdings(sites, len(sites.look_seconds) - 1, "what survives")
    return (*rows, *held)


def _summary(cost: GCCost, limit: float, marked: MarkedHeap) -> str:
    name = "the memory limit" if isnan(limit) else f"GOMEMLIMIT={bytes_text(limit)}"
    return (
        f"{marked.last_text} survive each collection, too close to {name}: the "
        f"collector runs {cost.cycles_per_second:.1f} times a second and rests "
        f"{cost.resting_fraction:.0%} of the time; {cost.share_text}."
    )
