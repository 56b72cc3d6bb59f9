"""Where each step of an allocation stands in the runtime's source, by release.

A test looks every name up in the sources of the toolchains.
"""

from __future__ import annotations

from dataclasses import dataclass

from goom.runtime.allocator.malloc import Kind, Placement

_SPLIT = (1, 24)  # mallocgc became five functions
_SPECIALISED = (1, 27)  # and one for each small class, called straight by compiled code
_MOST_SPECIALISED_BYTES = 80  # cmd/compile/internal/ssagen/ssa.go, specializedMallocSym


@dataclass(frozen=True, slots=True)
class Source:
    """A function as ``go doc`` names it, and its file below ``src``."""

    function: str
    file: str


def malloc_source(placement: Placement, release: tuple[int, int]) -> Source:
    """The function that chooses the slot. Since 1.27 one for each class up to 80 bytes."""
    specialised = release >= _SPECIALISED and placement.requested_bytes <= _MOST_SPECIALISED_BYTES
    if specialised and placement.kind in (Kind.TINY, Kind.SMALL):
        return Source(_specialised(placement), "runtime/malloc_generated.go")
    if release < _SPLIT or placement.kind == Kind.ZERO:
        return Source("mallocgc", "runtime/malloc.go")
    return Source(_split(placement), "runtime/malloc.go")


def _specialised(placement: Placement) -> str:
    if placement.kind == Kind.TINY:
        return "mallocgcTinySC2"
    way = "ScanNoHeader" if placement.has_pointers else "NoScan"
    return f"mallocgcSmall{way}SC{placement.size_class}"


def _split(placement: Placement) -> str:
    if placement.kind != Kind.SMALL:
        return {Kind.TINY: "mallocgcTiny", Kind.LARGE: "mallocgcLarge"}[placement.kind]
    if not placement.has_pointers:
        return "mallocgcSmallNoscan"
    return "mallocgcSmallScanHeader" if placement.header_bytes else "mallocgcSmallScanNoHeader"


NEXT_FREE_FAST = Source("nextFreeFast", "runtime/malloc.go")
NEXT_FREE = Source("(*mcache).nextFree", "runtime/malloc.go")
REFILL_ALLOC_CACHE = Source("(*mspan).refillAllocCache", "runtime/mbitmap.go")
REFILL = Source("(*mcache).refill", "runtime/mcache.go")
ALLOC_LARGE = Source("(*mcache).allocLarge", "runtime/mcache.go")
CACHE_SPAN = Source("(*mcentral).cacheSpan", "runtime/mcentral.go")
PARTIAL_SWEPT = Source("(*mcentral).partialSwept", "runtime/mcentral.go")
PARTIAL_UNSWEPT = Source("(*mcentral).partialUnswept", "runtime/mcentral.go")
FULL_UNSWEPT = Source("(*mcentral).fullUnswept", "runtime/mcentral.go")
CENTRAL_GROW = Source("(*mcentral).grow", "runtime/mcentral.go")
HEAP_ALLOC = Source("(*mheap).alloc", "runtime/mheap.go")
ALLOC_SPAN = Source("(*mheap).allocSpan", "runtime/mheap.go")
PAGE_CACHE_ALLOC = Source("(*pageCache).alloc", "runtime/mpagecache.go")
ALLOC_TO_CACHE = Source("(*pageAlloc).allocToCache", "runtime/mpagecache.go")
PAGE_ALLOC = Source("(*pageAlloc).alloc", "runtime/mpagealloc.go")
HEAP_GROW = Source("(*mheap).grow", "runtime/mheap.go")
SYS_ALLOC = Source("(*mheap).sysAlloc", "runtime/malloc.go")
SYS_MAP = Source("sysMap", "runtime/mem.go")
INIT_SPAN = Source("(*mheap).initSpan", "runtime/mheap.go")
CLEAR_CHUNKED = Source("memclrNoHeapPointersChunked", "runtime/malloc.go")

SOURCES = (
    NEXT_FREE_FAST, NEXT_FREE, REFILL_ALLOC_CACHE, REFILL, ALLOC_LARGE, CACHE_SPAN, PARTIAL_SWEPT,
    PARTIAL_UNSWEPT, FULL_UNSWEPT, CENTRAL_GROW, HEAP_ALLOC, ALLOC_SPAN, PAGE_CACHE_ALLOC,
    ALLOC_TO_CACHE, PAGE_ALLOC, HEAP_GROW, SYS_ALLOC, SYS_MAP, INIT_SPAN, CLEAR_CHUNKED,
)  # fmt: skip
