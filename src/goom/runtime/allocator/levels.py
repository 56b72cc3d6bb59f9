"""The levels below a span, as numbers: page cache, page allocator, arenas.

Sizes are those of linux/amd64 and every other 64-bit Linux. All have stood since 1.19 at the least.

    span     npages < 16    from the P's page cache, without a lock (mheap.go, allocSpan)
             otherwise      from the page allocator, under mheap.lock
    page cache              64 pages, aligned, one bit each (mpagecache.go)
    page allocator          grows by whole chunks of 512 pages = 4 MiB (mheap.go, grow)
    arena                   64 MiB of address space reserved at once (malloc.go, sysAlloc)
"""

from __future__ import annotations

from dataclasses import dataclass

from goom.runtime.allocator.malloc import PAGE_BYTES

PAGE_CACHE_PAGES = 64  # pageCachePages: the bits of a uint64
PAGE_CACHE_BELOW_PAGES = PAGE_CACHE_PAGES // 4  # a span of fewer pages may come from the cache
CHUNK_PAGES = 512  # pallocChunkPages
CHUNK_BYTES = CHUNK_PAGES * PAGE_BYTES
ARENA_BYTES = 64 << 20  # heapArenaBytes
ARENA_PAGES = ARENA_BYTES // PAGE_BYTES
SWEEP_BUDGET_SPANS = 100  # spanBudget: how many spans cacheSpan sweeps before it asks for pages
ALLOC_CACHE_SLOTS = 64  # mspan.allocCache: the bits of a uint64
ZEROING_CHUNK_BYTES = 256 << 10  # memclrNoHeapPointersChunked


@dataclass(frozen=True, slots=True)
class LevelCalls:
    """How often each level is asked for so many pages, in a heap without holes.

    Counts, not times. With holes the cache is filled more often, and a span that fits no run of
    free bits of the cache is taken from the page allocator: the simulation counts those.
    """

    pages: int
    page_cache_fills: int
    heap_growths: int
    arenas: int


def level_calls(cached_pages: int, uncached_pages: int = 0) -> LevelCalls:
    """What spans of ``cached_pages`` (each of fewer than 16) and of ``uncached_pages`` cost."""
    pages = cached_pages + uncached_pages
    return LevelCalls(
        pages,
        page_cache_fills=-(-cached_pages // PAGE_CACHE_PAGES),
        heap_growths=-(-pages // CHUNK_PAGES),
        arenas=-(-pages // ARENA_PAGES),
    )
