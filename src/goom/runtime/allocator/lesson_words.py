"""What the lesson says in words: the levels of the allocator, and what is often said wrongly."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Level:
    """One level: ``key`` is what Step.level refers to, ``belongs_to`` who has one."""

    key: str
    name: str
    belongs_to: str
    holds: str
    lock: str
    file: str


@dataclass(frozen=True, slots=True)
class Correction:
    """A statement one can read about Go's allocator, and what its source says."""

    said: str
    really: str
    file: str


LEVELS = (
    Level("request", "mallocgc", "each allocation",
          "size and type: which class, with or without pointers", "none", "runtime/malloc.go"),
    Level("mcache", "mcache", "each P (GOMAXPROCS of them)",
          "one span for each of 136 span classes, and the tiny block",
          "none: only its P uses it", "runtime/mcache.go"),
    Level("mcentral", "mcentral", "each span class, shared by all Ps",
          "four sets of spans: partly used and full, swept and not yet swept",
          "none of its own: the sets are lock-free", "runtime/mcentral.go"),
    Level("mheap", "mheap", "the process", "all spans, and the way to pages",
          "mheap.lock, where a step says so", "runtime/mheap.go"),
    Level("page_cache", "page cache", "each P",
          "64 pages of 8 KiB in a row, one bit each; spans of fewer than 16 pages only",
          "none: only its P uses it", "runtime/mpagecache.go"),
    Level("page_alloc", "page allocator", "the process",
          "one bit for each page, and summaries to find a long enough run",
          "mheap.lock", "runtime/mpagealloc.go"),
    Level("arena", "arena", "the process",
          "64 MiB of reserved address space each; mapped in steps of 4 MiB",
          "mheap.lock", "runtime/malloc.go"),
    Level("kernel", "kernel", "the machine",
          "physical memory, given at the first write to a page", "its own", "runtime/mem.go"),
)  # fmt: skip

CORRECTIONS = (
    Correction("Since Go 1.22 each P has its own mcentral, so nothing contends.",
               "There is no mcentral per P in any version: there is one for each span class,"
               " shared, and its sets of spans were lock-free before. What contends is mheap.lock.",
               "runtime/mheap.go"),
    Correction("The tiny allocator has twelve classes from 8 to 256 bytes.",
               "It has none. It packs objects of fewer than 16 bytes without pointers into blocks"
               " of 16 bytes. The 67 size classes are another thing, and the same since 1.19.",
               "runtime/malloc.go"),
    Correction("Free objects of a span hang in a list.",
               "A span has bitmaps: allocBits from the last sweep, 64 of them at a time in"
               " allocCache, and freeindex.",
               "runtime/mbitmap.go"),
    Correction("An mspan is an 8 KiB page.",
               "A span of a size class has 1 to 10 pages of 8 KiB; that of a large object as many"
               " as it needs.",
               "internal/runtime/gc/sizeclasses.go"),
    Correction("Go 1.22 fills the caches of common classes at the start.",
               "Every new mcache starts with an empty span in all 136 places; each class is"
               " filled when first used.",
               "runtime/mcache.go"),
    Correction("Go 1.22 no longer clears fresh memory.",
               "needzero is older: pages that were never used since the kernel gave them are not"
               " cleared. New in 1.26 is that fully scavenged spans count as such.",
               "runtime/mheap.go"),
    Correction("The page cache of a P is 64 KiB, 8 pages.",
               "It is 64 pages, 512 KiB, filled when needed, and no larger in 1.22 than before.",
               "runtime/mpagecache.go"),
    Correction("41 bytes are of class 5 and waste 7 bytes.",
               "That is true: class 5 has slots of 48 bytes.",
               "internal/runtime/gc/sizeclasses.go"),
)  # fmt: skip
