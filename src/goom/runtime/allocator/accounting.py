"""Exact accounting: what a list of requests costs, byte for byte, by reason.

    span bytes in use = asked for + headers + rounding to the class + left of tiny blocks
                      + heap bits + mark bits + tails of spans
                      + rounding of large objects to pages
                      + free slots

What stands before the free slots is internal waste, they are external: they can still be used.

Exact for one P (GOMAXPROCS=1): with more of them every P has a tiny block and cached spans of its
own, which changes TinyAllocs, and up to one span for each span class and P. What the runtime
allocates for itself comes on top. A collection before the end takes the tiny block away and empties
the mcache; that is accounted for as long as the objects stay. Slots that are freed and taken again
are for the simulation next to this.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from goom.case.errors import BadInput
from goom.runtime.allocator.levels import PAGE_CACHE_BELOW_PAGES, LevelCalls, level_calls
from goom.runtime.allocator.malloc import PAGE_BYTES, TINY_BLOCK_BYTES
from goom.runtime.allocator.mallocs import Mallocs, mallocs_in_order
from goom.runtime.allocator.occupancy import Occupancy, occupancy
from goom.runtime.allocator.requests import FOREVER, Requests
from goom.runtime.allocator.span_classes import LARGE_SPAN_CLASSES, SPAN_CLASSES, span_classes
from goom.runtime.allocator.spans import span_layout


@dataclass(frozen=True, slots=True)
class Waste:
    """Bytes of spans in use by reason; together they are the spans. ``requested`` is no waste."""

    requested_bytes: int
    header_bytes: int
    class_rounding_bytes: int
    tiny_block_bytes: int
    heap_bits_bytes: int
    mark_bits_bytes: int
    span_tail_bytes: int
    large_rounding_bytes: int
    free_slot_bytes: int

    @property
    def total_bytes(self) -> int:
        """All of it: the bytes of the spans."""
        return sum(getattr(self, field.name) for field in fields(self))

    @property
    def internal_bytes(self) -> int:
        """What no later request can use."""
        return self.total_bytes - self.requested_bytes - self.free_slot_bytes

    @property
    def external_bytes(self) -> int:
        """Free slots: what later requests of the same span class can use."""
        return self.free_slot_bytes


@dataclass(frozen=True, slots=True)
class Accounting:
    """What the runtime's counters grow by; ``by_span_class`` has the arrays.

    The figures of ``waste`` and those ``in_use`` are those after so many collections
    (``after_collections``) that follow the last request. ``refills`` counts mcache.refill.
    """

    version: str | None
    after_collections: int
    mallocs: Mallocs
    by_span_class: Occupancy
    waste: Waste
    levels: LevelCalls
    heap_inuse_bytes: int

    @property
    def refills(self) -> int:
        """How often an mcache got a span."""
        return int(self.by_span_class.refills.sum())


def account(
    asked: Requests,
    version: str | None = None,
    after_collections: int = 0,
    collections: Sequence[int] = (),
) -> Accounting:
    """Account for requests that are made in this order by one P.

    After the last one ``after_collections`` collections run: what is in use then are the objects
    that survive so many. ``collections`` are rows before which one ran (rising); then all objects
    must stay FOREVER, else BadInput: what is taken again after a sweep takes the simulation.
    """
    if len(collections) and len(asked) and asked.lifetime.min() < FOREVER:
        raise BadInput(
            "collections between requests whose objects die: which slots are taken again is not"
            " for an account.",
            "Give the objects a lifetime of FOREVER, or simulate the trace.",
        )
    made, runs = mallocs_in_order(asked, version, collections)
    taken = occupancy(runs, span_classes(version), after_collections, collections)
    return accounting(asked, made, taken, version, after_collections)


def accounting(
    asked: Requests, made: Mallocs, taken: Occupancy, version: str | None, after: int
) -> Accounting:
    """Put together what requests took and what is in use after so many collections."""
    small = int((taken.spans_in_use * span_classes(version).pages).sum()) * PAGE_BYTES
    is_large = made.slots.span_class < LARGE_SPAN_CLASSES
    large = int(np.dot(made.slots.slot_bytes[is_large], _alive(asked, after)[is_large]))
    return Accounting(
        version=version,
        after_collections=after,
        mallocs=made,
        by_span_class=taken,
        waste=_waste(asked, made, taken, version, after),
        levels=_levels(asked, made, taken, version),
        heap_inuse_bytes=small + large,
    )


def _alive(asked: Requests, after: int) -> NDArray[np.int64]:
    """How many of each row are in use: all or none."""
    return np.where(asked.lifetime >= after, asked.count, 0)


def _waste(
    asked: Requests, made: Mallocs, taken: Occupancy, version: str | None, after: int
) -> Waste:
    alive, chosen = _alive(asked, after), made.slots
    requested = asked.size_bytes * alive
    rounding = (chosen.slot_bytes - chosen.header_bytes) * alive - requested
    is_large = chosen.span_class < LARGE_SPAN_CLASSES
    in_slots = ~is_large & ~chosen.is_tiny
    classes = span_classes(version)
    free = (taken.spans_in_use * classes.slots - taken.slots_in_use)[LARGE_SPAN_CLASSES:]
    blocks = taken.tiny_blocks_in_use * TINY_BLOCK_BYTES
    heap_bits, mark_bits, tails = _kept(taken.spans_in_use, version)
    return Waste(
        requested_bytes=int(requested.sum()),
        header_bytes=int(np.dot(chosen.header_bytes, alive)),
        class_rounding_bytes=int(rounding[in_slots].sum()),
        tiny_block_bytes=blocks - int(requested[chosen.is_tiny].sum()),
        heap_bits_bytes=heap_bits,
        mark_bits_bytes=mark_bits,
        span_tail_bytes=tails,
        large_rounding_bytes=int(rounding[is_large].sum()),
        free_slot_bytes=int(np.dot(free, classes.slot_bytes[LARGE_SPAN_CLASSES:])),
    )


def _kept(spans: NDArray[np.int64], version: str | None) -> tuple[int, int, int]:
    """Heap bits, mark bits and tails of so many spans of each class."""
    kept = [0, 0, 0]
    for number in range(LARGE_SPAN_CLASSES, SPAN_CLASSES):
        layout = span_layout(number >> 1, not number & 1, version)
        each = (layout.heap_bits_bytes, layout.mark_bits_bytes, layout.tail_bytes)
        kept = [total + int(spans[number]) * one for total, one in zip(kept, each, strict=True)]
    return kept[0], kept[1], kept[2]


def _levels(asked: Requests, made: Mallocs, taken: Occupancy, version: str | None) -> LevelCalls:
    is_large = made.slots.span_class < LARGE_SPAN_CLASSES
    pages = made.slots.slot_bytes[is_large] // PAGE_BYTES * asked.count[is_large]
    is_cached = made.slots.slot_bytes[is_large] // PAGE_BYTES < PAGE_CACHE_BELOW_PAGES
    small = int(np.dot(taken.spans, span_classes(version).pages))
    return level_calls(small + int(pages[is_cached].sum()), int(pages[~is_cached].sum()))
