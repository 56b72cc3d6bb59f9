"""The state of the compiled kernel: arrays only, so that numba can take them as they are.

A span is its first page. From word ``row[span]`` of ``live`` on it has a bit for each of its slots,
1 when taken. Rows of a class are reused for spans of that class, so that what is looked at often
lies close together: most spans have but one word.
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
HEAP_PAGES, CACHE_FROM, NEXT_LARGE, LIVE_WORDS, REGISTERS = range(5)
NO_ROW = -1
SIZES_REMEMBERED = 1024  # lengths of runs, in pages, for which the first fit need not start at 0


class Machine(NamedTuple):
    """The whole state; arrays by page first, then by span class, then the rest."""

    state: NDArray[np.uint8]
    scavenged: NDArray[np.uint8]
    live: NDArray[np.uint64]  # room for 16 words a page; only the rows in use are ever touched
    row: NDArray[np.int32]
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
    slot_base: NDArray[np.int64]  # the slot of its lowest bit
    spare_row: NDArray[np.int64]  # the first of the rows to reuse, each of which names the next
    refills: NDArray[np.int64]
    grows: NDArray[np.int64]
    page_cache: NDArray[np.uint64]  # one word: the free pages of the P's page cache
    registers: NDArray[np.int64]
    no_run_below: NDArray[np.int64]
    faulted: NDArray[np.int64]
    span_classes: NDArray[np.uint8]  # the trace
    large_pages: NDArray[np.int32]
    freed: NDArray[np.uint32]
    slot: NDArray[np.uint32]


def machine(trace: Trace, classes: SpanClasses) -> Machine:
    """An empty heap before the trace; its arrays have room for one chunk."""
    by_class = np.zeros((6, SPAN_CLASSES), dtype=np.int64)
    return Machine(
        **_page_arrays(CHUNK_PAGES),
        slots_of=classes.slots,
        pages_of=classes.pages,
        lists=np.full((4, SPAN_CLASSES), -1, dtype=np.int64),
        cached=by_class[0] - 1,
        free=np.zeros(SPAN_CLASSES, dtype=np.uint64),
        word=by_class[1],
        slot_base=by_class[2],
        spare_row=by_class[3] + NO_ROW,
        refills=by_class[4],
        grows=by_class[5],
        page_cache=np.zeros(1, dtype=np.uint64),
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
        used = m.registers[LIVE_WORDS if name == "live" else HEAP_PAGES]
        cells[:used] = getattr(m, name)[:used]
    return m._replace(**longer)


def _page_arrays(pages: int) -> dict[str, NDArray[Any]]:
    return {
        "state": np.zeros(pages, dtype=np.uint8),
        "scavenged": np.zeros(pages, dtype=np.uint8),
        "live": np.zeros(pages * PAGE_WORDS, dtype=np.uint64),
        "row": np.zeros(pages, dtype=np.int32),
        "kind": np.full(pages, NO_SPAN, dtype=np.uint8),
        "pages": np.zeros(pages, dtype=np.int32),
        "objects": np.zeros(pages, dtype=np.int32),
        "after": np.zeros(pages, dtype=np.int32),
    }
