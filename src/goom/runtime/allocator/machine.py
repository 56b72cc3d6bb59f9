"""The state of the compiled kernel: arrays only, so that numba can take them as they are.

A span is its first page. Page p has the 16 words of ``live`` from 16 * p on for the slots of its
span, a bit for each: a span has at most 1024 slots, and the memory is 1.6 % of the heap.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from goom.runtime.allocator.kernel import SLOT_BITS
from goom.runtime.allocator.page_heap import CHUNK_PAGES
from goom.runtime.allocator.span_classes import SPAN_CLASSES, SpanClasses
from goom.runtime.allocator.trace import Trace

WORD_BITS = 64
PAGE_WORDS = (1 << SLOT_BITS) // WORD_BITS
NO_SPAN = SPAN_CLASSES
PARTIAL, FULL = 0, 2  # rows of ``lists``: the first span; the last one stands a row further on
HEAP_PAGES, CACHE_FROM, CACHED_PAGES, NEXT_LARGE, REGISTERS = range(5)
SIZES_REMEMBERED = 1024  # lengths of runs, in pages, for which the first fit need not start at 0


class Machine(NamedTuple):
    """The whole state; arrays by page first, then by span class, then the rest."""

    state: NDArray[np.uint8]
    scavenged: NDArray[np.uint8]
    live: NDArray[np.uint64]  # 16 words for each page
    kind: NDArray[np.uint8]  # of the span that begins here, or _NO_SPAN
    pages: NDArray[np.int32]
    objects: NDArray[np.int32]
    after: NDArray[np.int32]  # the next span of the list, or -1
    slots_of: NDArray[np.int64]
    pages_of: NDArray[np.int64]
    lists: NDArray[np.int64]  # [list, class]: first and last span of partial and of full
    cached: NDArray[np.int64]
    free: NDArray[np.uint64]  # allocCache
    word: NDArray[np.int64]  # where it stands in ``live``
    refills: NDArray[np.int64]
    grows: NDArray[np.int64]
    registers: NDArray[np.int64]
    no_run_below: NDArray[np.int64]
    faulted: NDArray[np.int64]
    span_classes: NDArray[np.uint8]  # the trace
    large_pages: NDArray[np.int32]
    freed: NDArray[np.uint32]
    slot: NDArray[np.uint32]


def machine(trace: Trace, classes: SpanClasses) -> Machine:
    """An empty heap before the trace; its arrays have room for one chunk."""
    by_class = np.zeros((4, SPAN_CLASSES), dtype=np.int64)
    return Machine(
        **_page_arrays(CHUNK_PAGES),
        slots_of=classes.slots,
        pages_of=classes.pages,
        lists=np.full((4, SPAN_CLASSES), -1, dtype=np.int64),
        cached=by_class[0] - 1,
        free=np.zeros(SPAN_CLASSES, dtype=np.uint64),
        word=by_class[1],
        refills=by_class[2],
        grows=by_class[3],
        registers=np.zeros(REGISTERS, dtype=np.int64),
        no_run_below=np.zeros(SIZES_REMEMBERED, dtype=np.int64),
        faulted=np.zeros(3, dtype=np.int64),
        span_classes=trace.span_classes,
        large_pages=trace.large_pages,
        freed=trace.freed,
        slot=np.empty(len(trace.span_classes), dtype=np.uint32),
    )


def with_room_for(m: Machine, pages: int) -> Machine:
    """The same state, in arrays that hold so many pages."""
    longer = _page_arrays(pages)
    for name, cells in longer.items():
        old = getattr(m, name)
        cells[: len(old)] = old
    return m._replace(**longer)


def _page_arrays(pages: int) -> dict[str, NDArray[Any]]:
    return {
        "state": np.zeros(pages, dtype=np.uint8),
        "scavenged": np.zeros(pages, dtype=np.uint8),
        "live": np.zeros(pages * PAGE_WORDS, dtype=np.uint64),
        "kind": np.full(pages, NO_SPAN, dtype=np.uint8),
        "pages": np.zeros(pages, dtype=np.int32),
        "objects": np.zeros(pages, dtype=np.int32),
        "after": np.zeros(pages, dtype=np.int32),
    }
