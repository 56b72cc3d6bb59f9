"""What survives a collection grows with the work served; goroutines do not."""

from __future__ import annotations

from math import isnan, nan

from goom.case.binary import BinaryCalls
from goom.case.evidence_words import TWO_HEAP_PROFILES
from goom.case.units import bytes_text
from goom.case.verdict import Hypothesis
from goom.case.weighing import Weighing
from goom.rooms import detector
from goom.signals import blame
from goom.signals.course import Course
from goom.signals.growth import Growth
from goom.signals.marked_heap import MarkedHeap
from goom.signals.pooling import Pooling
from goom.signals.site_growth import SiteGrowth
from goom.signals.trend import ramp


@detector("heap_leak")
def heap_leak(
    marked: MarkedHeap,
    course: Course,
    growth: Growth | None,
    sites: SiteGrowth | None,
    pooling: Pooling | None,
    binary: BinaryCalls | None,
) -> Hypothesis:
    """What survives a collection grows with the work served; goroutines do not.

    What it sees:
        The floor of the marked heap (what each mark found reachable) rises through the whole
        observation and does not level off, and nothing but the marked heap grows.

    Why it hurts:
        Live memory that only grows meets any limit in the end. No setting of GOGC or GOMEMLIMIT
        frees what is reachable; they only make the collector work harder on the way.

    How sure:
        Mann-Kendall and Theil-Sen on the floors of ten stretches of time; the slope of the last
        part against the whole tells a leak from growth that levels off. Two heap profiles name
        the place.

    What else looks like this:
        A cache that is still warming up (levels off later), a burst of work (rises from a flat
        base together with the rate of work), loading at start, goroutines that never end and hold
        memory, a pool whose buffers grow to the largest use.

    References:
        gcMarkTermination in runtime/mgc.go (the figures of gctrace); /gc/heap/live:bytes;
        P. K. Sen (1968); M. G. Kendall (1975).
    """
    weighing = Weighing()
    _floor(weighing, marked, course)
    _share(weighing, growth)
    _rivals(weighing, course, pooling)
    if sites is None or len(sites.look_seconds) < 2:
        weighing.lacks(TWO_HEAP_PROFILES)
    return weighing.hypothesis(
        "heap_leak",
        _summary(marked, course),
        blame=blame.with_keepers(
            blame.of_growth_since(sites, course.settled_seconds, "the growth"), binary, sites
        ),
        scenario="over_hours",
        limit_reached_at_seconds=_reaches(marked, course),
    )


def _floor(weighing: Weighing, marked: MarkedHeap, course: Course) -> None:
    rise, line = course.rise_bytes, course.floor
    material = ramp(rise / max(course.base_bytes, 4 << 20), 0.1, 0.6) * ramp(rise, 1.5e6, 8e6)
    certain = max(ramp(line.p_rising, 0.2, 0.02), 0.6 * (line.points < 6))
    weighing.plus(
        4.0 * material * certain,
        f"the marked heap rose by {bytes_text(rise)} over {len(marked.bytes)} collections",
        marked.source,
    )
    weighing.plus(
        2.0 * material * certain * course.still_rising,
        f"it still rises at the end, at {line.late_fraction:.0%} of its overall pace",
        marked.source,
    )
    small = f"the marked heap hardly grows: {bytes_text(rise)} in all"
    weighing.minus(2.5 * (1.0 - material), small, marked.source)
    over = f"it levels off: {max(line.late_fraction, 0.0):.0%} of its pace at the end"
    if line.late_fraction > 0.4:
        over = "whether it goes on at the end is not certain: few or scattered marks there"
    weighing.minus(3.5 * (1.0 - course.still_rising), over, marked.source)


def _share(weighing: Weighing, growth: Growth | None) -> None:
    if growth is None or isnan(growth.grown_share(growth.grown_marked)):
        return
    share = growth.grown_share(growth.grown_marked)
    text = f"{share:.0%} of what grew up to the peak is reachable heap"
    weighing.plus(1.5 * ramp(share, 0.4, 0.7), text, growth.source)
    weighing.minus(3.5 * ramp(share, 0.35, 0.15), text, growth.source)


def _rivals(weighing: Weighing, course: Course, pooling: Pooling | None) -> None:
    if course.burst is not None:
        weighing.minus(4.0 * course.bursting, course.burst.text, "memory and work over time")
    if course.startup is not None:
        weighing.minus(4.5 * course.starting, course.startup.text, "the start of the process")
    if pooling is not None:
        weighing.minus(3.5 * ramp(pooling.strength, 0.3, 0.8), pooling.summary, pooling.source)
    done = (1.0 - course.harm.nearness) * course.harm.completed
    weighing.minus(2.5 * done, "the program did its work and ended by itself", "exit status 0")
    group = course.goroutines
    if group is None:
        weighing.lacks("goroutine counts (a pprof endpoint, or go_goroutines)")
        return
    text = f"goroutines: {group.first:.0f} at first, {group.last:.0f} at the end"
    weighing.minus(4.5 * course.piling_up, text, "goroutine profiles")
    weighing.plus(0.7 * ramp(course.piling_up, 0.2, 0.0), text, "goroutine profiles")


def _summary(marked: MarkedHeap, course: Course) -> str:
    slope = course.floor.slope_per_second
    pace = f"{bytes_text(slope)}/s" if slope >= 16384 else f"{bytes_text(slope * 3600)}/h"
    return (
        f"What survives each collection grows by {pace} and does not level off "
        f"({len(marked.bytes)} collections)."
    )


def _reaches(marked: MarkedHeap, course: Course) -> float:
    slope, limit = course.floor.slope_per_second, course.harm.limit_bytes
    if isnan(limit) or isnan(slope) or slope <= 0:
        return nan
    return float(marked.time_seconds[-1]) + max(0.0, limit - marked.last_bytes) / slope
