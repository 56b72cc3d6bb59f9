"""The way of one request, step by step: what each level looked like before it and after.

The story is that of one P in a fresh heap, told in the order of time. A slot is free, as nearly
always; later the span is full and every level below has nothing at hand either, so one request goes
all the way to the kernel; the span after that comes out of the page cache, as most spans do.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from goom.case.units import bytes_text
from goom.runtime.allocator import lesson_sources as sources
from goom.runtime.allocator.lesson_sources import Source
from goom.runtime.allocator.levels import (
    ALLOC_CACHE_SLOTS,
    ARENA_BYTES,
    ARENA_PAGES,
    CHUNK_BYTES,
    CHUNK_PAGES,
    PAGE_CACHE_PAGES,
    SWEEP_BUDGET_SPANS,
)
from goom.runtime.allocator.spans import SpanLayout


@dataclass(frozen=True, slots=True)
class State:
    """What the levels hold at one moment of the story.

    ``slots_used`` of ``slots`` and ``freeindex`` are the cached span's (mspan.allocCount, nelems,
    freeindex). ``page_cache_pages`` are free pages of the P's page cache, ``free_pages`` those of
    the page allocator, ``reserved_bytes`` what the current arena has left to map, ``tiny_offset``
    how much of the P's tiny block is used (0: it has none).
    """

    slots_used: int
    slots: int
    freeindex: int
    page_cache_pages: int = 0
    free_pages: int = 0
    reserved_bytes: int = 0
    tiny_offset: int = 0


@dataclass(frozen=True, slots=True)
class Cost:
    """A cost in units of work, never in time: ``what`` is "bit scans", "system calls", …"""

    what: str
    count: int


@dataclass(frozen=True, slots=True)
class Step:
    """One step. ``level`` is the key of a Level; ``once_per_requests`` is how often the step comes

    in a fresh heap of such requests alone: 1 is every time, 170 once for each span.
    """

    level: str
    title: str
    text: str
    source: Source
    once_per_requests: float
    costs: tuple[Cost, ...]
    before: State
    after: State


EMPTY = State(0, 0, 0, reserved_bytes=ARENA_BYTES - CHUNK_BYTES)


def slot_steps(layout: SpanLayout) -> tuple[Step, ...]:
    """A slot of a class: from the cached span down to the kernel and back."""
    start = replace(EMPTY, slots=layout.objects)
    full = replace(start, slots_used=layout.objects, freeindex=layout.objects)
    growth = growth_steps(layout.pages, layout.objects, full)
    pages = (_empty_page_cache(layout, full), *growth, page_alloc_step(layout, growth[-1].after))
    slot = _first_slot(layout, pages[-1].after)
    later = replace(full, **_pages_of(slot.after))
    cached = page_cache_steps(layout, later)
    return (_hit(layout, start), *_bitmap(layout), *_central(layout, full), *pages, slot, *cached)


def _pages_of(state: State) -> dict[str, int]:
    return {"free_pages": state.free_pages, "reserved_bytes": state.reserved_bytes}


def _hit(layout: SpanLayout, start: State) -> Step:
    text = (
        f"The P's mcache has a span of this class, {layout.objects} slots. The lowest set bit of"
        " its allocCache is a free slot: it is taken. No lock, and no other P can see it."
    )
    after = replace(start, slots_used=1, freeindex=1)
    return Step("mcache", "a free slot at hand", text, sources.NEXT_FREE_FAST, 1.0,
                (Cost("bit scans", 1),), start, after)  # fmt: skip


def _bitmap(layout: SpanLayout) -> tuple[Step, ...]:
    if layout.objects <= ALLOC_CACHE_SLOTS:
        return ()
    last = ALLOC_CACHE_SLOTS
    seen = replace(EMPTY, slots=layout.objects, slots_used=last - 1, freeindex=last - 1)
    text = (
        f"allocCache shows {last} slots at a time. At each {last}th slot the next {last} bits of"
        " allocBits are read in: what the last sweep found free. There is no list of free objects."
    )
    return (
        Step("mcache", f"the next {last} slots", text, sources.REFILL_ALLOC_CACHE, float(last),
             (Cost("bitmap words read", 1),), seen,
             replace(seen, slots_used=last, freeindex=last)),
    )  # fmt: skip


def _central(layout: SpanLayout, full: State) -> tuple[Step, ...]:
    per = float(layout.objects)
    budget = f"At most {SWEEP_BUDGET_SPANS} spans are swept for one refill."

    def step(title: str, text: str, source: Source, *costs: Cost) -> Step:
        return Step("mcentral", title, text, source, per, costs, full, full)

    return (
        Step("mcache", "span full: refill",
             f"freeindex has reached {layout.objects}. The full span goes back to the mcentral of"
             " its span class, and a new one is asked for. heapLive grows by the whole new span at"
             " once, long before its slots are used.",
             sources.REFILL, per, (Cost("spans exchanged", 1),), full, full),
        step("partly used, swept",
             "The mcentral of this span class (class, and pointers or not) is one for all Ps. Its"
             " sets are lock-free; the best case is a swept span with free slots. Here: none.",
             sources.PARTIAL_SWEPT, Cost("set pops", 1)),
        step("partly used, unswept",
             f"After a collection: sweep one here and use what it frees. {budget} Here: none.",
             sources.PARTIAL_UNSWEPT, Cost("set pops", 1)),
        step("full, unswept",
             "They may hold garbage: sweep, and keep the first with a free slot. Here: none.",
             sources.FULL_UNSWEPT, Cost("set pops", 1)),
        step(f"a new span: {pages_text(layout.pages)}",
             f"Nothing to reuse, so the mheap is asked for {layout.span_bytes:,} bytes.",
             sources.CENTRAL_GROW, Cost("pages asked for", layout.pages)),
    )  # fmt: skip


def _empty_page_cache(layout: SpanLayout, before: State) -> Step:
    text = (
        f"A span of fewer than 16 pages comes from the P's own {PAGE_CACHE_PAGES} pages, without a"
        " lock. They are used up, and the page allocator has none to fill them with."
    )
    per = layout.objects * CHUNK_PAGES / layout.pages
    return Step("page_cache", "page cache: empty", text, sources.ALLOC_SPAN, per,
                (Cost("locks", 1),), before, before)  # fmt: skip


def growth_steps(pages: int, objects: int, before: State) -> tuple[Step, ...]:
    """The heap grows for a span of so many pages and objects: whole chunks of 4 MiB."""
    chunks = -(-pages // CHUNK_PAGES)
    per_growth = max(1.0, objects * CHUNK_PAGES * chunks / pages)
    reserved = _reserved(chunks, before)
    grown = replace(reserved, free_pages=before.free_pages + chunks * CHUNK_PAGES,
                    reserved_bytes=reserved.reserved_bytes - chunks * CHUNK_BYTES)  # fmt: skip
    enough = "Here the current arena has room." if reserved == before else "Here that is needed."
    return (
        Step("arena", "reserve address space",
             "64 MiB are reserved at once, aligned, with no memory behind them, or as many times"
             f" that as one span needs. {enough}",
             sources.SYS_ALLOC, max(1.0, objects * ARENA_PAGES / pages),
             () if reserved == before else (Cost("system calls", 1),), before, reserved),
        Step("arena", f"grow by {bytes_text(chunks * CHUNK_BYTES)}",
             f"{pages_text(pages)} asked for: the heap grows by whole chunks of {CHUNK_PAGES}"
             " pages. The kernel is told to allow reads and writes: one mmap.",
             sources.HEAP_GROW, per_growth,
             (Cost("locks", 1), Cost("system calls", 1), Cost("pages", chunks * CHUNK_PAGES)),
             reserved, grown),
        Step("kernel", "no physical memory",
             "The mapped pages count as released. Physical memory comes with the first write to"
             " each page of the kernel, by a page fault.",
             sources.SYS_MAP, per_growth, (), grown, grown),
    )  # fmt: skip


def _reserved(chunks: int, before: State) -> State:
    """With room for so many chunks; arenas that follow the current one extend it."""
    lacking = chunks * CHUNK_BYTES - before.reserved_bytes
    if lacking <= 0:
        return before
    asked = -(-chunks * CHUNK_BYTES // ARENA_BYTES) * ARENA_BYTES
    return replace(before, reserved_bytes=before.reserved_bytes + asked)


def page_alloc_step(layout: SpanLayout, before: State) -> Step:
    """The page allocator gives a span its pages."""
    text = (
        "The lowest run of free pages that is long enough: one bit for each page, and summaries"
        " above them. mheap.lock is held."
    )
    per = max(1.0, layout.objects * CHUNK_PAGES / layout.pages)
    return Step("page_alloc", f"take {pages_text(layout.pages)}", text,
                sources.PAGE_ALLOC, per, (Cost("locks", 1), Cost("pages", layout.pages)),
                before, replace(before, free_pages=before.free_pages - layout.pages))  # fmt: skip


def _first_slot(layout: SpanLayout, before: State) -> Step:
    bits = layout.heap_bits_bytes + layout.mark_bits_bytes
    kept = f" {bits} bytes at its end are kept for bits about its objects." if bits else ""
    text = (
        f"The new span has {layout.objects} slots of {layout.slot_bytes:,} bytes.{kept} Pages fresh"
        " from the kernel are zero, so needzero is 0 and nothing is cleared; in a span that was"
        " used before, each allocation clears its own slot."
    )
    return Step("mcache", "its first slot", text, sources.INIT_SPAN,
                float(layout.objects), (Cost("bytes cleared", 0),), before,
                replace(before, slots_used=1, freeindex=1))  # fmt: skip


def page_cache_steps(layout: SpanLayout, before: State) -> tuple[Step, ...]:
    """The span after the growth: the page cache takes a block of 64 pages, and gives of it."""
    left = PAGE_CACHE_PAGES - layout.pages
    cached = replace(before, page_cache_pages=left, free_pages=before.free_pages - left)
    used = replace(cached, page_cache_pages=left - layout.pages)
    return (
        Step("page_cache", "page cache: filled",
             f"The aligned block of {PAGE_CACHE_PAGES} pages with the lowest free page: what is"
             " free of it is now this P's.",
             sources.ALLOC_TO_CACHE, max(1.0, layout.objects * PAGE_CACHE_PAGES / layout.pages),
             (Cost("locks", 1), Cost("pages", left)), before, cached),
        Step("page_cache", f"page cache: {pages_text(layout.pages)}",
             "One bit scan, no lock: most spans come from here.",
             sources.PAGE_CACHE_ALLOC, float(layout.objects),
             (Cost("bit scans", 1), Cost("pages", layout.pages)), cached, used),
    )  # fmt: skip


def pages_text(count: int) -> str:
    """1 as "1 page", 5 as "5 pages"."""
    return "1 page" if count == 1 else f"{count:,} pages"
