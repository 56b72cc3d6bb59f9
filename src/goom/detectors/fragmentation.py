"""Few live objects pin many spans, or free memory is not returned."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from goom.case.evidence_words import HEAP_PROFILE_OF_SURVIVORS
from goom.case.span_occupancy import SpanOccupancies
from goom.case.units import bytes_text, seconds_text
from goom.case.verdict import Blame, Hypothesis
from goom.case.weighing import Weighing
from goom.rooms import detector
from goom.signals.blame import of_holdings, of_pinned
from goom.signals.composition import Composition
from goom.signals.course import Course
from goom.signals.growth import Growth
from goom.signals.site_growth import SiteGrowth
from goom.signals.trend import ramp

_LIVING = "the objects that live in these spans"
_LOOKS = 3  # of the spans, in which what a sweep emptied fills again


@dataclass(frozen=True, slots=True, kw_only=True)
class _Held:
    """What Go holds, in bytes. ``beside`` is neither live nor empty: garbage not yet collected,
    stacks, the runtime's own. ``when`` begins a sentence.
    """

    waste: float
    free: float
    live: float
    beside: float
    when: str

    @property
    def empty(self) -> float:
        """Free slots and free pages."""
        return self.waste + self.free

    @property
    def empty_fraction(self) -> float:
        """Of all that Go holds: beside large stacks a few free pages are little."""
        return self.empty / max(self.empty + self.live + self.beside, 1.0)


@detector("fragmentation")
def fragmentation(
    composition: Composition | None,
    course: Course,
    growth: Growth,
    sites: SiteGrowth | None,
    spans: SpanOccupancies | None,
) -> Hypothesis:
    """Few live objects pin many spans, or free memory is not returned: Go holds a multiple.

    What it sees:
        After collections, spans in use hold far more than the objects in them (HeapInuse over
        HeapAlloc), or free pages stay with the process (HeapIdle less HeapReleased), for good.
        With a span map (goom xray PID --spans): spans of which less than a quarter is used.

    Why it hurts:
        RSS stays at the height of a phase that is long over; the next phase needs other size
        classes and comes on top of it.

    How sure:
        MemStats says both parts exactly. It counts only what stays through the last third of the
        observation: right after a peak, free memory is normal, the scavenger returns it slowly.
        A span map says it span by span, and tells spans that few objects pin from spans that a
        sweep has just emptied a little; one look weighs half.

    What else looks like this:
        Garbage not yet collected (HeapAlloc itself is high), memory outside Go, a pool.

    References:
        MemStats in runtime/mstats.go; size classes in runtime/sizeclasses.go (spans are 8 KiB and
        up); mgcscavenge.go (background goal 1.1 times the last heap in use).
    """
    weighing = Weighing()
    held = _lasting(composition, spans, growth)
    if composition is None and spans is None:
        weighing.lacks("HeapInuse and HeapReleased (MemStats: heap?debug=1 or /debug/vars)")
    fraction, size = held.empty_fraction, ramp(held.empty, 6e6, 20e6)
    text = (
        f"{bytes_text(held.waste)} of free slots in spans in use and {bytes_text(held.free)} of "
        f"free pages stay with the process, {fraction:.0%} of what Go holds"
    )
    weighing.plus(4.5 * ramp(fraction, 0.3, 0.6) * size, text, growth.source)
    weighing.minus(3.5 * max(ramp(fraction, 0.35, 0.15), 1.0 - size), text, growth.source)
    if spans is not None:
        _weigh_spans(weighing, spans)
    at_peak = growth.share(growth.waste + growth.free)
    peak_text = f"{at_peak:.0%} of the memory at the peak was free slots and free pages"
    weighing.plus(1.5 * ramp(at_peak, 0.3, 0.5) * size, peak_text, growth.source)
    weighing.minus(1.5 * course.harm.killed * ramp(at_peak, 0.2, 0.05), peak_text, growth.source)
    garbage = growth.share(growth.garbage)
    if course.harm.killed:
        garbage_text = f"{garbage:.0%} of it was garbage"
        weighing.minus(1.5 * ramp(garbage, 0.3, 0.5), garbage_text, growth.source)
    if sites is None:
        weighing.lacks(HEAP_PROFILE_OF_SURVIVORS)
    return weighing.hypothesis(
        "fragmentation",
        _summary(held),
        blame=_blame(sites, spans),
        scenario="after_surge" if course.onset and course.onset.fell_fraction > 0.1 else "steady",
    )


def _blame(sites: SiteGrowth | None, spans: SpanOccupancies | None) -> tuple[Blame, ...]:
    """Who allocates what pins the spans, else what lives in them."""
    if sites is None:
        return ()
    pinned = of_pinned(sites, spans.lasting()) if spans is not None else ()
    return pinned or of_holdings(sites, len(sites.look_seconds) - 1, _LIVING)


def _lasting(
    composition: Composition | None, spans: SpanOccupancies | None, growth: Growth
) -> _Held:
    """By MemStats, else by the spans, else what the GC log lets see."""
    if composition is not None:
        waste, free, live = composition.lasting()
        apart = composition.late_seconds()
        return _Held(
            waste=waste,
            free=free,
            live=live,
            beside=composition.late_bytes("garbage", "stacks", "metadata"),
            when=f"Through the last {seconds_text(apart)}" if apart else "At the last look",
        )
    if spans is None:
        return _Held(
            waste=float(np.nan_to_num(growth.waste)),
            free=0.0,
            live=growth.marked,
            beside=float(np.nansum([growth.garbage, growth.stacks])),
            when="At the peak",
        )
    look = spans.lasting()
    waste = look.free_bytes + look.tail_bytes + look.large.rounding_bytes
    return _Held(
        waste=float(waste),
        free=float(look.pages.held_bytes),
        live=float(look.live_bytes),
        beside=float(look.pages.stack_bytes + look.pages.work_bytes),
        when="When its spans were read",
    )


def _weigh_spans(weighing: Weighing, spans: SpanOccupancies) -> None:
    """What the spans themselves say: who pins what, and whether anything is pinned at all."""
    look, source = spans.lasting(), "span map (X-ray)"
    pages = look.pages
    beside = pages.stack_bytes + pages.work_bytes
    held = max(pages.in_use_bytes + pages.held_bytes + beside, 1)
    sure = 1.0 if len(spans.all) >= _LOOKS else 0.5
    text = (
        f"{look.sparse_spans:,} spans are less than a quarter full: {look.sparse_objects:,} "
        f"objects of {bytes_text(look.sparse_object_bytes)} keep "
        f"{bytes_text(look.sparse_free_bytes)} of free slots"
    )
    size = ramp(look.sparse_free_bytes, 6e6, 20e6)
    sparse = ramp(look.sparse_free_bytes / held, 0.15, 0.4)
    weighing.plus(2.0 * sure * sparse * size, text, source)
    kept = ramp(pages.held_bytes / held, 0.2, 0.5) * ramp(pages.held_bytes, 6e6, 20e6)
    kept_text = (
        f"{bytes_text(pages.held_bytes)} of free pages lie in {pages.hole_count:,} holes "
        "and are not given back"
    )
    weighing.plus(1.0 * sure * kept, kept_text, source)
    full_text = (
        f"spans are {look.fill_fraction:.0%} full, and {bytes_text(look.unused_bytes)} of what the "
        "heap holds are unused"
    )
    unused = ramp(look.unused_bytes / held, 0.3, 0.15)
    weighing.minus(2.0 * sure * unused, full_text, source)


def _summary(held: _Held) -> str:
    return (
        f"{held.when}, {bytes_text(held.live)} of live objects keep "
        f"{bytes_text(held.waste + held.live)} of spans in use, and {bytes_text(held.free)} of "
        "free pages are not returned."
    )
