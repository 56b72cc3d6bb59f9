"""The mspans of a process as columns, sorted into what they are, and counted by likeness.

Sources: runtime/mheap.go (mspan, mSpanState, sweepgen), mcache.go (allocLarge sets limit to the
end of the object), stack.go (stackpoolalloc, stackalloc set elemsize; work buffers do not).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from goom.case.xray_spans import CACHED, PAGE_BYTES, SWEPT, UNSWEPT, SpanGroups, StackRows
from goom.formats.go_layout import Layouts
from goom.sources.xray.columns import columns

Ints = NDArray[np.int64]
Bytes = NDArray[np.uint8]
SPAN_CLASSES = 136
_IN_USE, _MANUAL = 1, 2  # mSpanState
_MOST_SLOTS = (1 << 16) - 1
_MOST_PAGES = 1 << 27
_MASK = (1 << 40) - 1  # a size that is none does not overflow
_FIELDS = {
    "start": "startAddr", "pages": "npages", "slots": "nelems", "slot_bytes": "elemsize",
    "objects": "allocCount", "before": "allocCountBeforeCache", "generation": "sweepgen",
    "span_class": "spanclass", "state": "state", "limit": "limit",
}  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Spans:
    """``n`` spans: ``at`` is the struct's address, ``start`` the first byte of its memory."""

    at: Ints
    start: Ints
    pages: Ints
    slots: Ints
    slot_bytes: Ints
    objects: Ints
    before: Ints  # allocCountBeforeCache: what of ``objects`` was there when a P took the span
    span_class: Ints
    sweep: Ints  # SWEPT, UNSWEPT or CACHED
    object_bytes: Ints

    def __len__(self) -> int:
        return len(self.at)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Sorted:
    """Spans of the heap, manual spans, and how many were caught half-made."""

    heap: Spans
    manual: Spans
    half_made: int


def span_columns(layouts: Layouts, at: Ints, places: Ints, data: Bytes) -> dict[str, Ints]:
    """The columns of all spans at ``at``, the dead ones too."""
    return {"at": at, **columns(layouts, "runtime.mspan", data, places, _FIELDS)}


def sorted_spans(raw: dict[str, Ints], sweep_generation: int) -> Sorted:
    """Those in use and the manual ones; a span whose fields cannot go together is neither."""
    start, pages, slots = raw["start"], raw["pages"], raw["slots"]
    well = (start > 0) & (start % PAGE_BYTES == 0) & (pages > 0) & (pages < _MOST_PAGES)
    full = (slots > 0) & (slots <= _MOST_SLOTS) & (raw["span_class"] < SPAN_CLASSES)
    sizes = (raw["slot_bytes"] > 0) & (raw["slot_bytes"] <= pages * PAGE_BYTES)
    counts = (raw["objects"] <= slots) & (slots * (raw["slot_bytes"] & _MASK) <= pages * PAGE_BYTES)
    heap, manual = raw["state"] == _IN_USE, raw["state"] == _MANUAL
    good = heap & well & full & sizes & counts
    kept = manual & well
    return Sorted(
        heap=_spans(raw, good, sweep_generation),
        manual=_spans(raw, kept, sweep_generation),
        half_made=int((heap & ~good).sum() + (manual & ~kept).sum()),
    )


def _spans(raw: dict[str, Ints], rows: NDArray[np.bool_], sweep_generation: int) -> Spans:
    part = {name: values[rows] for name, values in raw.items()}
    whole = part["pages"] * PAGE_BYTES
    large = np.clip(part["limit"] - part["start"], 0, whole)
    small = part["objects"] * part["slot_bytes"]
    return Spans(
        at=part["at"],
        start=part["start"],
        pages=part["pages"],
        slots=part["slots"],
        slot_bytes=part["slot_bytes"],
        objects=part["objects"],
        before=part["before"],
        span_class=part["span_class"],
        sweep=_sweep(part["generation"], sweep_generation),
        object_bytes=np.where(part["span_class"] < 2, large * (part["objects"] > 0), small),
    )


def _sweep(generation: Ints, now: int) -> Ints:
    """mspan.sweepgen against the heap's h: h swept, h+3 cached; h-2, h-1 and h+1 unswept."""
    ahead = (generation - now) & 0xFFFFFFFF
    return np.where(ahead == 0, SWEPT, np.where(ahead == 3, CACHED, UNSWEPT)).astype(np.int64)


def grouped(spans: Spans) -> SpanGroups:
    """Spans that look alike, counted."""
    _, page_rank = np.unique(spans.pages, return_inverse=True)
    key = spans.span_class << 2 | spans.sweep
    key = (key << 16 | spans.objects) << 16 | spans.slots
    key = key << 21 | page_rank
    _, first, member, count = np.unique(
        key, return_index=True, return_inverse=True, return_counts=True
    )
    taken = np.bincount(member, weights=spans.object_bytes, minlength=len(first))
    return SpanGroups(
        span_class=spans.span_class[first],
        state=spans.sweep[first],
        pages=spans.pages[first],
        slots=spans.slots[first],
        slot_bytes=spans.slot_bytes[first],
        objects=spans.objects[first],
        spans=count.astype(np.int64),
        object_bytes=taken.astype(np.int64),
    )


def stacks(manual: Spans) -> tuple[StackRows, int]:
    """Stacks by size, and the pages of manual spans that are none.

    A span of the stack pool holds several, and counts those that are out; a large stack is alone.
    """
    of_stacks = manual.slot_bytes > 0
    sizes, member, count = np.unique(
        manual.slot_bytes[of_stacks], return_inverse=True, return_counts=True
    )
    pages, used = manual.pages[of_stacks], manual.objects[of_stacks]
    slots = pages * PAGE_BYTES // manual.slot_bytes[of_stacks]
    alone = slots == 1

    def summed(values: Ints) -> Ints:
        return np.bincount(member, weights=values, minlength=len(sizes)).astype(np.int64)

    rows = StackRows(
        stack_bytes=sizes,
        spans=count.astype(np.int64),
        pages=summed(pages),
        slots=summed(slots),
        used=summed(np.where(alone, 1, np.minimum(used, slots))),
    )
    return rows, int(manual.pages[~of_stacks].sum())
