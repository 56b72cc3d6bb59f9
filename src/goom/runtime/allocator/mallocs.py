"""How many slots of each class a list of requests takes: the runtime's own counters, predicted.

These hold whatever is collected in between, as long as it is known where: a collection frees slots
but un-counts no allocation. It only takes the tiny block away.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from goom.runtime.allocator.occupancy import SlotRuns
from goom.runtime.allocator.requests import Requests
from goom.runtime.allocator.slots import TINY_SPAN_CLASS, Slots, slots
from goom.runtime.allocator.span_classes import SPAN_CLASSES
from goom.runtime.allocator.tiny_blocks import COLLECTION, TinyBlocks, tiny_blocks


@dataclass(frozen=True, slots=True)
class Mallocs:
    """What /gc/heap/allocs-by-size and /gc/heap/tiny/allocs grow by.

    ``by_span_class`` (int64[136]) counts slots: blocks of tiny objects, not the objects; large
    objects in span classes 0 and 1. ``tiny_allocs`` counts the tiny objects that went into a block
    at hand, ``tiny_blocks`` those that took a new one. MemStats.Mallocs is all slots and
    tiny_allocs together. Requests of 0 bytes are counted nowhere by the runtime.
    """

    by_span_class: NDArray[np.int64]
    tiny_allocs: int
    tiny_blocks: int
    zero_sized: int
    slots: Slots

    @property
    def by_class(self) -> NDArray[np.int64]:
        """int64[68]: with and without pointers together, as the runtime counts; 0 is large."""
        return self.by_span_class[0::2] + self.by_span_class[1::2]

    @property
    def total(self) -> int:
        """MemStats.Mallocs."""
        return int(self.by_span_class.sum()) + self.tiny_allocs


def mallocs(
    asked: Requests, version: str | None = None, collections: Sequence[int] = ()
) -> Mallocs:
    """Count what requests take, made in this order by one P.

    ``collections`` are rows, rising, before which a collection ran. In time and memory linear in
    the rows, not in their counts.
    """
    return mallocs_in_order(asked, version, collections)[0]


def mallocs_in_order(
    asked: Requests, version: str | None, collections: Sequence[int]
) -> tuple[Mallocs, SlotRuns]:
    """``mallocs``, and the slots in the order in which each span class gives them."""
    chosen = slots(asked, version)
    tiny = _tiny(asked, chosen, collections)
    runs = _runs(asked, chosen, tiny)
    sums = np.bincount(runs.span_class, weights=runs.count, minlength=SPAN_CLASSES)
    counted = Mallocs(
        by_span_class=sums.astype(np.int64),
        tiny_allocs=tiny.combined,
        tiny_blocks=int(tiny.count.sum()),
        zero_sized=int(asked.count[chosen.is_zero].sum()),
        slots=chosen,
    )
    return counted, runs


def _tiny(asked: Requests, chosen: Slots, collections: Sequence[int]) -> TinyBlocks:
    rows = np.flatnonzero(chosen.is_tiny)
    places = np.searchsorted(rows, np.asarray(collections, dtype=np.int64))
    blocks = tiny_blocks(
        np.insert(asked.size_bytes[rows], places, COLLECTION),
        np.insert(asked.count[rows], places, 1),
        np.insert(asked.lifetime[rows], places, 0),
    )
    original = np.insert(rows, places, -1)  # no block is taken by a collection
    return TinyBlocks(original[blocks.row], blocks.count, blocks.lifetime, blocks.combined)


def _runs(asked: Requests, chosen: Slots, tiny: TinyBlocks) -> SlotRuns:
    rows = np.flatnonzero(~chosen.is_tiny & ~chosen.is_zero)
    span_class = np.concatenate(
        (chosen.span_class[rows], np.full(tiny.row.size, TINY_SPAN_CLASS, np.uint8))
    )
    row = np.concatenate((rows, tiny.row))
    order = np.lexsort((row, span_class))
    return SlotRuns(
        span_class=span_class[order],
        row=row[order],
        count=np.concatenate((asked.count[rows], tiny.count))[order],
        lifetime=np.concatenate((asked.lifetime[rows], tiny.lifetime))[order],
        is_tiny=(np.arange(order.size) >= rows.size)[order],
    )
