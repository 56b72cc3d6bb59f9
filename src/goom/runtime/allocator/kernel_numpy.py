"""The simulation with numpy: what a class takes in a cycle is known without going through it.

Between two collections no slot becomes free. So the k allocations of a span class take the first k
free slots of its spans, in the order of the mcache's span and the partial swept list, and then the
slots of new spans. Which span comes when is a matter of counting; only the page heap, shared by all
classes, is asked once for each new span, in the order in which the classes run out.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from goom.runtime.allocator.kernel import Counters, Spans
from goom.runtime.allocator.page_heap import HeapPages, PageHeap
from goom.runtime.allocator.span_classes import (
    LARGE_SPAN_CLASSES,
    SPAN_CLASSES,
    SpanClasses,
)
from goom.runtime.allocator.span_store import SpanStore
from goom.runtime.allocator.trace import Trace

_BATCH = 1 << 20  # allocations at once: the arrays in between stay in the cache, and small
_NONE = np.empty(0, dtype=np.int64)
Ints = NDArray[np.int64]


class Taken(NamedTuple):
    """What the allocations of one class take in one batch."""

    kind: int
    at: Ints  # places of the allocations in the batch
    places: Ints  # slots in spans that were there
    grows_at: Ints  # places in the batch of the allocations that need a new span


class NumpyKernel:
    """``_partial`` and ``_full`` hold the swept lists of each class, ``_cached`` the mcache."""

    def __init__(self, trace: Trace, classes: SpanClasses) -> None:
        self._trace, self._classes = trace, classes
        self._heap = PageHeap()
        self._store = SpanStore(classes)
        self._slot = np.empty(len(trace.span_classes), dtype=np.uint32)
        self._partial, self._full, self._cached = ([_NONE] * SPAN_CLASSES for _ in range(3))
        self._refills, self._grows = np.zeros((2, SPAN_CLASSES), dtype=np.int64)
        self._large = 0

    def allocate(self, first: int, last: int) -> None:
        """In batches; a batch that ends amid a cycle leaves the mcache as it is."""
        for start in range(first, last, _BATCH):
            self._allocate_batch(start, min(start + _BATCH, last))

    def free(self, first: int, last: int) -> None:
        """Clear what a mark would not find."""
        for start in range(first, last, _BATCH):
            places = self._slot[self._trace.freed[start : min(start + _BATCH, last)]]
            self._store.clear(places.astype(np.int64))

    def sweep(self) -> None:
        """Every span into the list where it now belongs, or back to the page heap."""
        freed = [self._sweep_class(kind) for kind in range(SPAN_CLASSES)]
        empty = np.concatenate(freed)
        self._heap.free(empty, self._store.pages[empty])
        self._store.drop(empty)

    def slots(self) -> NDArray[np.uint32]:
        """See Kernel."""
        return self._slot

    def pages(self) -> HeapPages:
        """See Kernel."""
        return self._heap.view()

    def spans(self) -> Spans:
        """See Kernel."""
        return self._store.spans()

    def counters(self) -> Counters:
        """See Kernel."""
        faulted = np.array(self._heap.faulted, dtype=np.int64)
        return Counters(self._refills.copy(), self._grows.copy(), faulted)

    def _allocate_batch(self, first: int, last: int) -> None:
        kinds = self._trace.span_classes[first:last]
        order = np.argsort(kinds, kind="stable")
        ends = np.cumsum(np.bincount(kinds, minlength=SPAN_CLASSES))
        segments = np.split(order, ends[:-1])
        taken = [self._take(kind, at) for kind, at in enumerate(segments) if len(at)]
        new = self._new_spans(taken)
        slot = self._slot[first:last]
        for one in taken:
            spans = new[one.kind]
            fresh = self._fill(one, spans, len(one.at) - len(one.places))
            slot[one.at] = np.concatenate((one.places, fresh))

    def _take(self, kind: int, at: Ints) -> Taken:
        """The free slots that are there; spans left behind are full, the last is the mcache's."""
        slots = int(self._classes.slots[kind])
        queue = np.concatenate((self._cached[kind], self._partial[kind]))
        free = slots - self._store.objects[queue]
        upto = np.cumsum(free)
        touched = min(int(np.searchsorted(upto, len(at))) + 1, len(queue))
        spans = queue[:touched]
        taken = np.minimum(free[:touched], len(at) - (upto - free)[:touched])
        places = self._store.take(kind, spans, int(taken.sum()))
        self._store.objects[spans] += taken
        self._refills[kind] += touched - min(touched, len(self._cached[kind]))
        self._move_on(kind, spans)
        self._partial[kind] = queue[touched:]
        return Taken(kind, at, places, at[len(places) :: slots])

    def _move_on(self, kind: int, spans: Ints) -> None:
        if len(spans):
            self._full[kind] = np.concatenate((self._full[kind], spans[:-1]))
            self._cached[kind] = spans[-1:]

    def _new_spans(self, taken: list[Taken]) -> dict[int, Ints]:
        """The first pages of the new spans of each class, as the page heap gives them in turn."""
        grown = np.array([len(one.grows_at) for one in taken])
        turns = np.argsort(np.concatenate([one.grows_at for one in taken]))
        kinds = np.repeat([one.kind for one in taken], grown)[turns]
        pages = self._classes.pages[kinds]
        large = kinds < LARGE_SPAN_CLASSES
        needed = self._trace.large_pages[self._large : self._large + np.count_nonzero(large)]
        pages[large] = needed
        self._large += len(needed)
        first = np.empty(len(turns), dtype=np.int64)
        first[turns] = [self._heap.allocate(count) for count in pages.tolist()]
        self._store.add(first[turns], pages, kinds)
        parts = np.split(first, np.cumsum(grown)[:-1])
        return {one.kind: part for one, part in zip(taken, parts, strict=True)}

    def _fill(self, one: Taken, spans: Ints, needed: int) -> Ints:
        """``needed`` slots of new spans, in order; the last of them is now the mcache's."""
        places = self._store.take(one.kind, spans, needed)
        slots = int(self._classes.slots[one.kind])
        self._store.objects[spans] = slots
        self._store.objects[spans[-1:]] -= len(spans) * slots - needed
        if len(spans) and len(self._cached[one.kind]):
            self._full[one.kind] = np.concatenate((self._full[one.kind], self._cached[one.kind]))
        self._move_on(one.kind, spans)
        self._grows[one.kind] += len(spans)
        self._refills[one.kind] += len(spans) if one.kind >= LARGE_SPAN_CLASSES else 0
        return places

    def _sweep_class(self, kind: int) -> Ints:
        unswept = np.concatenate((self._cached[kind], self._full[kind], self._partial[kind]))
        live: Ints = self._store.objects[unswept]
        full = live == self._classes.slots[kind]
        self._full[kind] = unswept[full]
        self._partial[kind] = unswept[(live > 0) & ~full]
        self._cached[kind] = _NONE
        empty: Ints = unswept[live == 0]
        return empty
