"""Nothing is wrong: flat, a saw-tooth, or growth to a bound where it stays."""

from __future__ import annotations

from math import isnan

from goom.case.units import bytes_text
from goom.case.verdict import Hypothesis
from goom.case.weighing import Weighing
from goom.rooms import detector
from goom.signals.composition import Composition
from goom.signals.course import Course
from goom.signals.gc_cost import GCCost
from goom.signals.growth import Growth
from goom.signals.marked_heap import MarkedHeap
from goom.signals.trend import ramp


@detector("healthy")
def healthy(
    course: Course,
    marked: MarkedHeap | None,
    cost: GCCost | None,
    growth: Growth | None,
    composition: Composition | None,
) -> Hypothesis:
    """Nothing is wrong: flat, a saw-tooth, or growth to a bound where it stays.

    What it sees:
        The process lives, stays clear of its limit or is held below it by GOMEMLIMIT, what
        survives is flat or levels off, and the collector takes a modest share of the CPU.

    Why it hurts:
        It does not. A tool that never says so is not believed when it says otherwise.

    How sure:
        As sure as the observation is long: a slow leak needs hours. What was not seen is listed.

    What else looks like this:
        A leak slower than the observation can show.

    References:
        The other detectors: each of them had to find nothing.
    """
    weighing = Weighing()
    harm = course.harm
    if harm.killed or harm.go_fatal:
        weighing.minus(9.0, "the process was killed for its memory", "kernel")
    elif not isnan(harm.peak_fraction):
        text = f"the peak was {harm.peak_fraction:.0%} of the limit"
        held = not isnan(harm.effective_gomemlimit_bytes)
        weighing.plus(1.5 * max(ramp(harm.peak_fraction, 0.97, 0.85), 0.7 * held), text, "usage")
        weighing.minus(1.0 * ramp(harm.peak_fraction, 0.97, 1.0) * (not held), text, "usage")
    near = max(course.starting, course.bursting) * harm.nearness
    weighing.minus(3.5 * near, f"a peak of {bytes_text(harm.peak_bytes)} nearly hit it", "usage")
    _heap(weighing, course, marked)
    if cost is not None:
        weighing.plus(1.0 * (1.0 - max(cost.burden, cost.restless)), cost.share_text, cost.source)
        weighing.minus(4.5 * cost.burden, cost.share_text, cost.source)
        rests = f"a memory limit lets the collector rest {cost.resting_fraction:.0%} of the time"
        weighing.minus(4.5 * max(cost.restless - cost.burden, 0.0), rests, cost.source)
    _parts(weighing, growth)
    _lasting(weighing, composition)
    if course.goroutines is not None:
        text = f"goroutines: {course.goroutines.first:.0f} to {course.goroutines.last:.0f}"
        weighing.plus(0.7 * ramp(course.piling_up, 0.3, 0.05), text, "goroutine profiles")
        weighing.minus(2.0 * course.piling_up, text, "goroutine profiles")
    seen = course.onset.duration_seconds if course.onset is not None else 0.0
    return weighing.hypothesis(
        "healthy",
        _summary(course, marked, seen),
        scenario="steady",
    )


def _heap(weighing: Weighing, course: Course, marked: MarkedHeap | None) -> None:
    if marked is None:
        weighing.lacks("what survives each collection over time (GODEBUG=gctrace=1)")
        return
    rise, base = course.rise_bytes, max(course.base_bytes, 4 << 20)
    rising = (
        ramp(rise / base, 0.15, 0.6)
        * ramp(rise, 1.5e6, 8e6)
        * course.still_rising
        * ramp(course.floor.p_rising, 0.2, 0.02)
    )
    flat = f"what survives is flat or levels off, at {marked.last_text}"
    known = _known(course, marked)
    weighing.plus(2.5 * (1.0 - rising) * known, flat, marked.source)
    few = f"only {len(marked.bytes)} collections were seen while memory rose"
    weighing.minus(2.5 * (1.0 - known), few, marked.source)
    climbs = f"what survives still rises, by {bytes_text(rise)} so far"
    weighing.minus(3.0 * rising, climbs, marked.source)


def _known(course: Course, marked: MarkedHeap) -> float:
    """Whether the marks could show a rise: enough of them, or memory as a whole does not rise."""
    onset = course.onset
    if onset is None:
        return ramp(len(marked.bytes), 2, 8)
    still = ramp(onset.rise_bytes / max(onset.base_bytes, 8e6), 0.5, 0.1)
    topped = ramp(onset.peak_seconds / max(onset.duration_seconds, 1e-9), 0.9, 0.6)
    return max(ramp(len(marked.bytes), 2, 8), still, topped)


def _lasting(weighing: Weighing, composition: Composition | None) -> None:
    """Free slots and free pages that stay are not health, however flat."""
    if composition is None:
        return
    waste, free, live = composition.lasting()
    held = waste + free
    text = f"{bytes_text(held)} of free slots and pages last beside {bytes_text(live)} of heap"
    much = ramp(held / max(held + live, 1.0), 0.4, 0.65) * ramp(held, 6e6, 20e6)
    weighing.minus(3.5 * much, text, "MemStats")


def _parts(weighing: Weighing, growth: Growth | None) -> None:
    """What is neither live heap nor its runway should be a small part of the memory."""
    if growth is None:
        return
    for value, name in ((growth.outside, "outside Go"), (growth.stacks, "stacks")):
        share = growth.share(value)
        text = f"{name}: {bytes_text(value)}, {share:.0%} of the memory at the peak"
        weighing.minus(2.5 * ramp(share, 0.3, 0.6) * ramp(value, 12e6, 40e6), text, growth.source)


def _summary(course: Course, marked: MarkedHeap | None, seen_seconds: float) -> str:
    level = f"{marked.last_text} survive each collection" if marked else "memory"
    peak = course.harm.peak_bytes
    top = "" if isnan(peak) else f", the peak was {bytes_text(peak)}"
    return f"Nothing is wrong in the {seen_seconds:.0f} s seen: {level}, flat or bounded{top}."
