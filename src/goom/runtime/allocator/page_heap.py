"""The page heap: pages of 8192 bytes, first fit in address order, with the page cache of one P.

Sources: mheap.go, allocSpan and grow; mpagealloc.go, alloc and find; mpagecache.go. The runtime
finds the first fit with a radix tree of summaries; here a byte for each page is searched, from the
place below which no run of that length can be: until pages are freed that place only rises.

    fewer than 16 pages    the lowest run in the P's page cache: the free pages of one aligned block
                           of 64, taken from the heap when the cache has run out
    more, or no such run   the lowest run of the heap
    no run in the heap     the heap grows at its end by whole chunks of 512 pages (4 MiB)

mpagecache.go is the same in all versions from 1.21 to 1.27 but for its imports. Left out: the pages
that the runtime takes for stacks and its own work (they never count as HeapInuse), more than one P,
gaps between arenas of 64 MiB, and the random first page since 1.26.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from goom.case.errors import BadInput
from goom.runtime.allocator.trace import MOST_PAGES

FREE, IN_USE, CACHED = 0, 1, 2  # state of a page; CACHED is free, and this P's alone
RESIDENT, NEVER_USED, RELEASED = 0, 1, 2  # the runtime's scavenged bit is set for the last two
CHUNK_PAGES = 512  # pallocChunkPages
CACHE_PAGES = 64  # pageCachePages
MOST_FROM_CACHE = CACHE_PAGES // 4  # requests of fewer pages try the page cache
_FREE_AS_DIGIT = bytes(b"01"[state == FREE] for state in range(256))
_IN_USE = [bytes([IN_USE]) * pages for pages in range(MOST_FROM_CACHE)]


class HeapPages(NamedTuple):
    """Every page of the heap in address order, uint8 both; views that the scavenger writes to."""

    state: NDArray[np.uint8]
    scavenged: NDArray[np.uint8]


class PageHeap:
    """The page heap for the kernels that run in Python; pages are numbered from 0."""

    def __init__(self) -> None:
        self.state = bytearray()
        self.scavenged = bytearray()
        self.faulted = [0, 0, 0]  # pages that spans took: resident, never used, released before
        self._cache_from = 0
        self._cache = 0  # a bit for each page of the block that is free, this P's alone
        self._no_run_below: dict[int, int] = {}

    def allocate(self, pages: int) -> int:
        """The first page of a span of so many pages."""
        first = self._from_cache(pages) if pages < MOST_FROM_CACHE else -1
        if first < 0:
            first = self._first_fit(pages)
        if first < 0:
            self._grow(pages)
            first = self._first_fit(pages)
        end = first + pages
        self.state[first:end] = (
            _IN_USE[pages] if pages < MOST_FROM_CACHE else bytes([IN_USE]) * pages
        )
        scavenged = self.scavenged[first:end]
        if any(scavenged):
            self._back_with_memory(first, scavenged)
        else:
            self.faulted[RESIDENT] += pages
        return first

    def free(self, first_pages: NDArray[np.int64], pages: NDArray[np.int64]) -> None:
        """Spans give their pages back; the page cache stays as it is (its P is not idle)."""
        starts = np.repeat(first_pages, pages)
        steps = np.arange(len(starts)) - np.repeat(np.cumsum(pages) - pages, pages)
        self.view().state[starts + steps] = FREE
        self._no_run_below.clear()

    def view(self) -> HeapPages:
        """All pages, without a copy."""
        return HeapPages(np.frombuffer(self.state, np.uint8), np.frombuffer(self.scavenged, "u1"))

    def _first_fit(self, pages: int) -> int:
        since = max(self._no_run_below.get(pages, 0), self._no_run_below.get(1, 0))
        first = self.state.find(bytes(pages), since)
        if first >= 0:
            self._no_run_below[pages] = first + pages
        return first

    def _from_cache(self, pages: int) -> int:
        runs = self._cache or self._fill_cache()
        known = 1
        while known < pages:  # bit i stays while bits i to i + known are set
            step = min(known, pages - known)
            runs &= runs >> step
            known += step
        lowest = runs & -runs
        if not lowest:
            return -1
        self._cache &= ~(lowest * ((1 << pages) - 1))
        return self._cache_from + lowest.bit_length() - 1

    def _fill_cache(self) -> int:
        first = self.state.find(FREE, self._no_run_below.get(1, 0))
        if first < 0:
            return 0
        start = first - first % CACHE_PAGES
        block = self.state[start : start + CACHE_PAGES]
        self._cache = int(block[::-1].translate(_FREE_AS_DIGIT), 2)  # the first page is bit 0
        self.state[start : start + CACHE_PAGES] = block.replace(bytes([FREE]), bytes([CACHED]))
        self._cache_from, self._no_run_below[1] = start, start + CACHE_PAGES
        return self._cache

    def _grow(self, pages: int) -> None:
        more = -(-pages // CHUNK_PAGES) * CHUNK_PAGES
        if len(self.state) + more > MOST_PAGES:
            raise heap_too_large()
        self.state = self.state + bytes(more)
        self.scavenged = self.scavenged + bytes([NEVER_USED]) * more

    def _back_with_memory(self, first: int, scavenged: bytearray) -> None:
        for kind in (RESIDENT, NEVER_USED, RELEASED):
            self.faulted[kind] += scavenged.count(kind)
        self.scavenged[first : first + len(scavenged)] = bytes(len(scavenged))


def heap_too_large() -> BadInput:
    """What all kernels say at the bound."""
    return BadInput(
        f"the heap of this trace grows beyond {MOST_PAGES * 8192 >> 30} GiB.",
        "Free more of its objects, or take a shorter stretch.",
    )
