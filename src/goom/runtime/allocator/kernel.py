"""What the three kernels of the simulation have in common: the steps of a cycle, and what is seen.

All three do the same, and give the same figures to the last slot; a property test holds that.

``allocate``  mallocgc's way to a slot. The P's span of the class (mcache) gives its slots in order
              (nextFreeIndex). When it has none left it goes to the mcentral's full swept list, and
              the first of the partial swept list takes its place; when there is none, a new span
              (mcache.go refill; mcentral.go uncacheSpan, cacheSpan, grow). Large objects get a span
              of their own and stand in the full swept list at once (mcache.go, allocLarge).
``free``      the object is dead; nothing else happens before the next collection.
``sweep``     a collection has marked what lives, and its sweep ends before anybody allocates: as
              after runtime.GC(), or when the background sweeper has a CPU for itself.

The lists of an mcentral are spanSets, which are queues: push at the tail, pop at the head
(mspanset.go). The sweep visits the span of the mcache first (prepareForSweep), then the full
unswept list, then the partial one (nextSpanForSweep), and pushes each span to the swept list it now
belongs to; a span with no marked object goes back to the page heap (mgcsweep.go, sweep). cacheSpan
and its callees are the same in 1.21 to 1.27 but for tracing and types.

Left out: sweeping on demand while others allocate (cacheSpan's look at unswept spans, its budget of
100, mheap.reclaim, sweep credit), which changes which slot is taken and never how many there are;
more than one P, which holds at most one more span for each class and P; finalizers, weak pointers.
"""

from __future__ import annotations

from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from goom.runtime.allocator.page_heap import HeapPages

SLOT_BITS = 10  # a span has at most 1024 slots


class Spans(NamedTuple):
    """The spans in use, in address order: int64 all.

    ``objects`` counts as mspan.allocCount does: slots given out and not yet swept.
    """

    first_page: NDArray[np.int64]
    pages: NDArray[np.int64]
    span_class: NDArray[np.int64]
    objects: NDArray[np.int64]


class Counters(NamedTuple):
    """Since the start of the trace: int64[136] by span class, and pages taken by spans, int64[3].

    ``refills`` counts mcache.refill, ``grows`` the new spans (mcentral.grow and allocLarge),
    ``faulted`` pages that were resident, had never been used, had been released.
    """

    refills: NDArray[np.int64]
    grows: NDArray[np.int64]
    faulted: NDArray[np.int64]


class Kernel(Protocol):
    """Runs one trace; ``first`` and ``last`` are places in its allocations and frees."""

    def allocate(self, first: int, last: int) -> None:
        """Allocations of one cycle, before its frees."""
        ...

    def free(self, first: int, last: int) -> None:
        """Frees of one cycle."""
        ...

    def sweep(self) -> None:
        """A collection."""
        ...

    def slots(self) -> NDArray[np.uint32]:
        """Where each object lies: first page of its span << 10 | index of its slot."""
        ...

    def pages(self) -> HeapPages:
        """The page heap, without a copy."""
        ...

    def spans(self) -> Spans:
        """The spans in use."""
        ...

    def counters(self) -> Counters:
        """What was counted so far."""
        ...
