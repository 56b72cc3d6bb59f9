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
        self._cache_from = self._cached = 0
        self._no_run_below: dict[int, int] = {}

    def allocate(self, pages: int) -> int:
        """The first page of a span of so many pages."""
        first = -1
        if pages < MOST_FROM_CACHE:
            self._cached = self._cached or self._fill_cache()
            cache = self._cache_from, self._cache_from + CACHE_PAGES
            first = self.state.find(bytes([CACHED]) * pages, *cache) if self._cached else -1
            self._cached -= pages if first >= 0 else 0
        if first < 0:
            first = self._first_fit(pages)
        if first < 0:
            self._grow(pages)
            first = self._first_fit(pages)
        self._take(first, pages)
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

    def _fill_cache(self) -> int:
        first = self.state.find(FREE, self._no_run_below.get(1, 0))
        if first < 0:
            return 0
        block = slice(first // CACHE_PAGES * CACHE_PAGES, (first // CACHE_PAGES + 1) * CACHE_PAGES)
        free = self.state.count(FREE, block.start, block.stop)
        self.state[block] = self.state[block].replace(bytes([FREE]), bytes([CACHED]))
        self._cache_from, self._no_run_below[1] = block.start, block.stop
        return free

    def _grow(self, pages: int) -> None:
        more = -(-pages // CHUNK_PAGES) * CHUNK_PAGES
        if len(self.state) + more > MOST_PAGES:
            raise heap_too_large()
        self.state = self.state + bytes(more)
        self.scavenged = self.scavenged + bytes([NEVER_USED]) * more

    def _take(self, first: int, pages: int) -> None:
        span = slice(first, first + pages)
        for kind in (RESIDENT, NEVER_USED, RELEASED):
            self.faulted[kind] += self.scavenged.count(kind, first, first + pages)
        self.state[span] = bytes([IN_USE]) * pages
        self.scavenged[span] = bytes(pages)


def heap_too_large() -> BadInput:
    """What all kernels say at the bound."""
    return BadInput(
        f"the heap of this trace grows beyond {MOST_PAGES * 8192 >> 30} GiB.",
        "Free more of its objects, or take a shorter stretch.",
    )
