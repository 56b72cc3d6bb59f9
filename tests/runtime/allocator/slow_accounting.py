"""The allocator one request at a time, in plain Python: what the columns are held against.

It knows spans as lists of slots and follows mallocgc, tiny blocks included. Nothing is shared with
the fast way but the tables of classes and spans.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from goom.runtime.allocator.malloc import Kind, place
from goom.runtime.allocator.requests import Requests
from goom.runtime.allocator.spans import span_layout


@dataclass
class Slot:
    """A slot and what lies in it: sizes with lifetimes."""

    objects: list[tuple[int, int]] = field(default_factory=list)

    def lives(self, after: int) -> bool:
        return any(lifetime >= after for _, lifetime in self.objects)

    def asked(self, after: int) -> int:
        return sum(size for size, lifetime in self.objects if lifetime >= after)


@dataclass
class SlowHeap:
    """One P's heap in which nothing is reused."""

    version: str | None
    spans: dict[tuple[int, bool], list[list[Slot]]] = field(default_factory=dict)
    large: list[tuple[int, bool, int, int]] = field(default_factory=list)
    mallocs: Counter[int] = field(default_factory=Counter)
    refills: int = 0
    tiny_allocs: int = 0
    block: Slot | None = None
    offset: int = 0
    cached: set[tuple[int, bool]] = field(default_factory=set)

    def collect(self) -> None:
        self.block, self.offset = None, 0
        self.cached.clear()

    def malloc(self, size: int, pointers: bool, lifetime: int) -> None:
        found = place(size, pointers, self.version)
        if found.kind == Kind.ZERO:
            return
        if found.kind == Kind.TINY:
            self.tiny(size, lifetime)
            return
        self.mallocs[found.size_class] += 1
        if found.kind == Kind.LARGE:
            self.large.append((size, pointers, lifetime, found.slot_bytes))
            return
        self.slot(found.size_class, pointers).objects.append((size, lifetime))

    def tiny(self, size: int, lifetime: int) -> None:
        start = self.offset
        while start % {0: 8, 4: 4, 2: 2, 6: 2}.get(size % 8, 1):
            start += 1
        if self.block is not None and start + size <= 16:
            self.block.objects.append((size, lifetime))
            self.offset = start + size
            self.tiny_allocs += 1
            return
        fresh = self.slot(2, False)
        self.mallocs[2] += 1
        fresh.objects.append((size, lifetime))
        if self.block is None or size < self.offset:
            self.block, self.offset = fresh, size

    def slot(self, number: int, pointers: bool) -> Slot:
        spans = self.spans.setdefault((number, pointers), [])
        full = not spans or len(spans[-1]) == span_layout(number, pointers, self.version).objects
        if full:
            spans.append([])
        if full or (number, pointers) not in self.cached:
            self.refills += 1
            self.cached.add((number, pointers))
        spans[-1].append(Slot())
        return spans[-1][-1]

    def in_use_bytes(self, after: int) -> int:
        small = sum(
            span_layout(number, pointers, self.version).span_bytes
            for (number, pointers), spans in self.spans.items()
            for span in spans
            if any(slot.lives(after) for slot in span)
        )
        return small + sum(pages for _, _, lifetime, pages in self.large if lifetime >= after)

    def asked_bytes(self, after: int) -> int:
        slots = (slot for spans in self.spans.values() for span in spans for slot in span)
        large = sum(size for size, _, lifetime, _ in self.large if lifetime >= after)
        return large + sum(slot.asked(after) for slot in slots)

    def free_slots(self, after: int) -> int:
        """Bytes of free slots of spans in use."""
        free = 0
        for (number, pointers), spans in self.spans.items():
            layout = span_layout(number, pointers, self.version)
            living = (sum(slot.lives(after) for slot in span) for span in spans)
            free += sum(layout.objects - count for count in living if count) * layout.slot_bytes
        return free

    def spans_in_use(self, after: int) -> int:
        every = (span for spans in self.spans.values() for span in spans)
        return sum(any(slot.lives(after) for slot in span) for span in every)


def slowly(asked: Requests, version: str | None, collections: tuple[int, ...] = ()) -> SlowHeap:
    """All requests, one by one."""
    heap = SlowHeap(version)
    for row in range(len(asked)):
        for _ in range(collections.count(row)):
            heap.collect()
        size, pointers = int(asked.size_bytes[row]), bool(asked.has_pointers[row])
        for _ in range(int(asked.count[row])):
            heap.malloc(size, pointers, int(asked.lifetime[row]))
    return heap
