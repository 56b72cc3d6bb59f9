"""A trace from what a program asks for: sizes, pointers, and when each object dies.

Time is counted in requests. Request i is made at time i; an object that dies before request d is
found dead by the first collection at time d or later.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from goom.case.errors import BadInput
from goom.runtime.allocator.malloc import PAGE_BYTES, Kind, place
from goom.runtime.allocator.span_classes import (
    LARGE_SPAN_CLASSES,
    SPAN_CLASSES,
    span_class,
    span_classes,
)
from goom.runtime.allocator.tiny import NO_BLOCK, tiny_step
from goom.runtime.allocator.trace import MOST_COLLECTIONS, MOST_EVENTS, MOST_PAGES, Trace

NEVER = np.iinfo(np.int64).max
HEAP_MINIMUM_BYTES = 4 << 20  # heapMinimum, at GOGC=100
_ZERO, _TINY = SPAN_CLASSES, SPAN_CLASSES + 1  # among the span classes of requests
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Workload:
    """Requests as objects of the allocator; int64 unless said otherwise.

    By object: ``span_classes`` uint8, ``slot_bytes`` (of a large object its span),
    ``requested_bytes`` (of a tiny block all that lies in it) and ``dies_before``, a time in
    objects, or NEVER.
    By request: ``object_of_request``, -1 for 0 bytes, and ``objects_before``, one longer.
    """

    span_classes: NDArray[np.uint8]
    slot_bytes: Ints
    requested_bytes: Ints
    dies_before: Ints
    object_of_request: Ints
    objects_before: Ints

    def trace(self, collections: ArrayLike = ()) -> Trace:
        """The trace with collections at these times, in requests."""
        return self.trace_with(self.objects_before[np.asarray(collections, dtype=np.int64)])

    def trace_by_gogc(self, gogc: int = 100, heap_minimum_bytes: int = HEAP_MINIMUM_BYTES) -> Trace:
        """The trace with a collection whenever the heap reaches its goal.

        The goal is what the last collection marked and GOGC percent more, and no less than the heap
        minimum (mgcpacer.go, commit; stacks and globals count nothing here). A real cycle begins
        somewhat earlier and marks while the program allocates: see the pacer's model.
        """
        allocated = np.concatenate(([0], np.cumsum(self.slot_bytes)))
        dead = self._dead_bytes()
        goal, now, times = heap_minimum_bytes * gogc // 100, 0, list[int]()
        if gogc <= 0 or heap_minimum_bytes <= 0:
            raise BadInput("a heap without a goal to reach.", "Give a GOGC and a minimum above 0.")
        while allocated[-1] - dead[now] >= goal and len(times) <= MOST_COLLECTIONS:
            now = int(np.searchsorted(allocated, goal + dead[now]))
            times.append(now)
            marked = int(allocated[now] - dead[now])
            goal = max(heap_minimum_bytes * gogc // 100, marked + marked * gogc // 100)
        return self.trace_with(np.array(times, dtype=np.int64))

    def trace_with(self, collections: Ints) -> Trace:
        """The trace with collections at these times, in objects."""
        order = np.argsort(self.dies_before, kind="stable")
        times = self.dies_before[order]
        mortal = int(np.searchsorted(times, len(self.span_classes), "right"))
        freed = np.searchsorted(times[:mortal], collections, "right")
        large = self.span_classes < LARGE_SPAN_CLASSES
        return Trace(
            self.span_classes.copy(),
            (self.slot_bytes[large] // PAGE_BYTES).astype(np.int32),
            order[:mortal].astype(np.uint32),
            np.column_stack((collections, freed)),
        )

    def _dead_bytes(self) -> Ints:
        """int64[objects + 1]: bytes of the objects that have died by each time, in objects."""
        mortal = self.dies_before <= len(self.span_classes)
        deaths = np.bincount(
            self.dies_before[mortal],
            weights=self.slot_bytes[mortal],
            minlength=len(self.span_classes) + 1,
        )
        return np.cumsum(deaths).astype(np.int64)


def workload(
    size_bytes: ArrayLike,
    has_pointers: ArrayLike,
    dies_before: ArrayLike,
    version: str | None = None,
) -> Workload:
    """What mallocgc of a version makes of these requests, one value for each or one for all.

    Requests of 0 bytes take nothing. Tiny requests share blocks as their order has it; a block
    dies with the last object in it. (That a collection takes the P's block away is left out: it
    costs at most one block more for each collection.)
    """
    sizes, pointers, dies = np.broadcast_arrays(
        np.atleast_1d(np.asarray(size_bytes, dtype=np.int64)),
        np.asarray(has_pointers, dtype=np.bool_),
        np.asarray(dies_before, dtype=np.int64),
    )
    _check(sizes, dies)
    kinds = _kinds(sizes, pointers, version)
    opens, block_of_tiny = _tiny_blocks(sizes[kinds == _TINY])
    takes = (kinds != _ZERO) & (kinds != _TINY)
    takes[np.flatnonzero(kinds == _TINY)[opens]] = True
    objects_before = np.concatenate(([0], np.cumsum(takes)))
    object_of = np.where(kinds == _ZERO, -1, objects_before[:-1])
    object_of[kinds == _TINY] = object_of[np.flatnonzero(takes & (kinds == _TINY))][block_of_tiny]
    return _objects(sizes, kinds, dies, (object_of, objects_before), version)


def _objects(
    sizes: Ints, kinds: Ints, dies: Ints, numbers: tuple[Ints, Ints], version: str | None
) -> Workload:
    object_of, objects_before = numbers
    held = object_of >= 0
    count = int(objects_before[-1])
    requested = np.bincount(object_of[held], weights=sizes[held], minlength=count)
    ends = np.where(dies < len(sizes), dies, len(sizes))
    until = np.where(dies <= len(sizes), objects_before[ends], NEVER)
    last = np.zeros(count, dtype=np.int64)
    np.maximum.at(last, object_of[held], until[held])
    first = np.flatnonzero(np.diff(objects_before))
    span_kinds = np.where(kinds[first] == _TINY, span_class(2, has_pointers=False), kinds[first])
    slot_bytes = span_classes(version).slot_bytes[span_kinds]
    large = span_kinds < LARGE_SPAN_CLASSES
    slot_bytes[large] = -(-sizes[first][large] // PAGE_BYTES) * PAGE_BYTES
    return Workload(
        span_kinds.astype(np.uint8),
        slot_bytes,
        requested.astype(np.int64),
        last,
        object_of,
        objects_before,
    )


def _kinds(sizes: Ints, pointers: NDArray[np.bool_], version: str | None) -> Ints:
    """The span class of each request, _ZERO or _TINY."""
    distinct, which = np.unique(sizes * 2 + pointers, return_inverse=True)
    kinds = np.empty(len(distinct), dtype=np.int64)
    for row, (size, pointer) in enumerate((one // 2, bool(one % 2)) for one in distinct.tolist()):
        placed = place(size, pointer, version)
        named = {Kind.ZERO: _ZERO, Kind.TINY: _TINY}
        kinds[row] = named.get(placed.kind, span_class(placed.size_class, pointer))
    return kinds[which]


def _tiny_blocks(sizes: Ints) -> tuple[Ints, Ints]:
    """Which tiny requests open a block, and the block that each lies in."""
    opens, block_of = list[int](), list[int]()
    offset, current = NO_BLOCK, -1
    for request, size in enumerate(sizes.tolist()):
        before = offset
        offset, together = tiny_step(offset, size)
        if not together:
            opens.append(request)
        lies_in = current if together else len(opens) - 1
        block_of.append(lies_in)
        if not together and (before == NO_BLOCK or size < before):
            current = lies_in
    return np.array(opens, dtype=np.int64), np.array(block_of, dtype=np.int64)


def _check(sizes: Ints, dies: Ints) -> None:
    if len(sizes) > MOST_EVENTS:
        raise BadInput(f"{len(sizes):,} requests; the simulation takes {MOST_EVENTS:,}.")
    if len(sizes) and not 0 <= sizes.min() <= sizes.max() <= MOST_PAGES * PAGE_BYTES:
        raise BadInput("a request is negative, or of more than 32 GiB.")
    if (dies <= np.arange(len(sizes))).any():
        raise BadInput("an object dies before it is asked for.", "Say workload.NEVER for no death.")
