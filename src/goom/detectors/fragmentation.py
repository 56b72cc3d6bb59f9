"""Few live objects pin many spans, or free memory is not returned."""

from __future__ import annotations

import numpy as np

from goom.case.units import bytes_text
from goom.case.verdict import Hypothesis
from goom.case.weighing import Weighing
from goom.rooms import detector
from goom.signals.blame import of_holdings
from goom.signals.composition import Composition
from goom.signals.course import Course
from goom.signals.growth import Growth
from goom.signals.site_growth import SiteGrowth
from goom.signals.trend import ramp


@detector("fragmentation")
def fragmentation(
    composition: Composition | None,
    course: Course,
    growth: Growth,
    sites: SiteGrowth | None,
) -> Hypothesis:
    """Few live objects pin many spans, or free memory is not returned: Go holds a multiple.

    What it sees:
        After collections, spans in use hold far more than the objects in them (HeapInuse over
        HeapAlloc), or free pages stay with the process (HeapIdle less HeapReleased), for good.

    Why it hurts:
        RSS stays at the height of a phase that is long over; the next phase needs other size
        classes and comes on top of it.

    How sure:
        MemStats says both parts exactly. It counts only what stays through the last third of the
        observation: right after a peak, free memory is normal, the scavenger returns it slowly.

    What else looks like this:
        Garbage not yet collected (HeapAlloc itself is high), memory outside Go, a pool.

    References:
        MemStats in runtime/mstats.go; size classes in runtime/sizeclasses.go (spans are 8 KiB and
        up); mgcscavenge.go (background goal 1.1 times the last heap in use).
    """
    weighing = Weighing()
    if composition is not None:
        waste, free, live = composition.lasting()
    else:
        waste, free, live = float(np.nan_to_num(growth.waste)), 0.0, growth.marked
        weighing.lacks("HeapInuse and HeapReleased (MemStats: heap?debug=1 or /debug/vars)")
    held = waste + free
    fraction = held / (held + live) if held + live > 0 else 0.0
    text = (
        f"{bytes_text(waste)} of free slots in spans in use and {bytes_text(free)} of free pages "
        f"stay with the process, {fraction:.0%} of what Go holds"
    )
    size = ramp(held, 6e6, 20e6)
    weighing.plus(4.5 * ramp(fraction, 0.3, 0.6) * size, text, growth.source)
    weighing.minus(3.5 * max(ramp(fraction, 0.35, 0.15), 1.0 - size), text, growth.source)
    at_peak = growth.share(growth.waste + growth.free)
    peak_text = f"{at_peak:.0%} of the memory at the peak was free slots and free pages"
    weighing.plus(1.5 * ramp(at_peak, 0.3, 0.5) * size, peak_text, growth.source)
    weighing.minus(1.5 * course.harm.killed * ramp(at_peak, 0.2, 0.05), peak_text, growth.source)
    garbage = growth.share(growth.garbage)
    if course.harm.killed:
        garbage_text = f"{garbage:.0%} of it was garbage"
        weighing.minus(1.5 * ramp(garbage, 0.3, 0.5), garbage_text, growth.source)
    what = "the objects that live in these spans"
    if sites is None:
        weighing.lacks("a heap profile, to name who holds the survivors")
    return weighing.hypothesis(
        "fragmentation",
        _summary(waste, free, live),
        blame=of_holdings(sites, len(sites.look_seconds) - 1, what) if sites is not None else (),
        scenario="after_surge" if course.onset and course.onset.fell_fraction > 0.1 else "steady",
    )


def _summary(waste: float, free: float, live: float) -> str:
    return (
        f"{bytes_text(live)} of live objects keep {bytes_text(waste + live)} of spans in use, and "
        f"{bytes_text(free)} of free pages are not returned."
    )
