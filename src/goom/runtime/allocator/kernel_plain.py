"""The simulation as a plain loop: one allocation after the other, as the runtime does it.

It is the oracle for the other two kernels, and what the benchmark measures them against.
"""

from __future__ import annotations

from collections import deque

import numpy as np
from numpy.typing import NDArray

from goom.runtime.allocator.kernel import SLOT_BITS, Counters, Spans
from goom.runtime.allocator.page_heap import HeapPages, PageHeap
from goom.runtime.allocator.span_classes import (
    LARGE_SPAN_CLASSES,
    SPAN_CLASSES,
    SpanClasses,
)
from goom.runtime.allocator.trace import Trace

_NO_SLOTS = bytearray()


class PlainKernel:
    """A span is its first page; ``_live`` holds a byte for each of its slots, 1 when taken.

    The last large span passes for the mcache's; as it is full, it makes no difference.
    """

    def __init__(self, trace: Trace, classes: SpanClasses) -> None:
        self._span_classes = trace.span_classes.tolist()
        self._large_pages = iter(trace.large_pages.tolist())
        self._freed = trace.freed.tolist()
        self._slots_of: list[int] = classes.slots.tolist()
        self._pages_of: list[int] = classes.pages.tolist()
        self._heap = PageHeap()
        self._slot: list[int] = []
        self._live: dict[int, bytearray] = {}
        self._class: dict[int, int] = {}
        self._pages: dict[int, int] = {}
        self._partial = [deque[int]() for _ in range(SPAN_CLASSES)]
        self._full = [deque[int]() for _ in range(SPAN_CLASSES)]
        self._refills, self._grows = [0] * SPAN_CLASSES, [0] * SPAN_CLASSES
        self._flush_mcache()

    def allocate(self, first: int, last: int) -> None:
        """One slot after the other: nextFreeIndex, or a refill."""
        rows, indexes, firsts = self._cached_slots, self._free_index, self._cached_first
        place = self._slot.append
        for kind in self._span_classes[first:last]:
            row = rows[kind]
            index = row.find(0, indexes[kind])
            if index < 0:
                self._refill(kind)
                row = rows[kind]
                index = row.find(0)
            row[index] = 1
            indexes[kind] = index + 1
            place(firsts[kind] + index)

    def free(self, first: int, last: int) -> None:
        """Clear what a mark would not find."""
        live, slot, mask = self._live, self._slot, (1 << SLOT_BITS) - 1
        for dead in self._freed[first:last]:
            place = slot[dead]
            live[place >> SLOT_BITS][place & mask] = 0

    def sweep(self) -> None:
        """Every span into the list where it now belongs, or back to the page heap."""
        for kind in range(SPAN_CLASSES):
            cached = self._cached[kind]
            unswept = [] if cached is None else [cached]
            unswept += [*self._full[kind], *self._partial[kind]]
            self._full[kind].clear()
            self._partial[kind].clear()
            for span in unswept:
                self._sweep_span(kind, span)
        self._give_back([span for span in self._live if 1 not in self._live[span]])
        self._flush_mcache()

    def slots(self) -> NDArray[np.uint32]:
        """See Kernel."""
        return np.array(self._slot, dtype=np.uint32)

    def pages(self) -> HeapPages:
        """See Kernel."""
        return self._heap.view()

    def spans(self) -> Spans:
        """See Kernel."""
        rows = [
            (span, self._pages[span], self._class[span], sum(self._live[span]))
            for span in sorted(self._live)
        ]
        return Spans(*np.array(rows, dtype=np.int64).reshape(-1, 4).T)

    def counters(self) -> Counters:
        """See Kernel."""
        return Counters(*map(np.array, (self._refills, self._grows, self._heap.faulted)))

    def _flush_mcache(self) -> None:
        self._cached: list[int | None] = [None] * SPAN_CLASSES
        self._cached_slots = [_NO_SLOTS] * SPAN_CLASSES
        self._cached_first = [0] * SPAN_CLASSES
        self._free_index = [0] * SPAN_CLASSES

    def _refill(self, kind: int) -> None:
        cached = self._cached[kind]
        if cached is not None:
            self._full[kind].append(cached)
        if kind >= LARGE_SPAN_CLASSES:
            self._refills[kind] += 1
        span = self._partial[kind].popleft() if self._partial[kind] else self._grow(kind)
        self._cached[kind] = span
        self._cached_slots[kind] = self._live[span]
        self._cached_first[kind] = span << SLOT_BITS
        self._free_index[kind] = 0

    def _grow(self, kind: int) -> int:
        pages = self._pages_of[kind] or next(self._large_pages)
        span = self._heap.allocate(pages)
        self._live[span] = bytearray(self._slots_of[kind])
        self._class[span], self._pages[span] = kind, pages
        self._grows[kind] += 1
        return span

    def _sweep_span(self, kind: int, span: int) -> None:
        live = self._live[span]
        if 0 not in live:
            self._full[kind].append(span)
        elif 1 in live:
            self._partial[kind].append(span)

    def _give_back(self, empty: list[int]) -> None:
        pages = [self._pages[span] for span in empty]
        self._heap.free(np.array(empty, dtype=np.int64), np.array(pages, dtype=np.int64))
        for span in empty:
            del self._live[span]
