"""The way of a request of each kind: nothing, a tiny block, a slot, whole pages."""

from __future__ import annotations

from dataclasses import replace

from goom.runtime.allocator import lesson_sources as sources
from goom.runtime.allocator.eras import Era, era_of, release_of
from goom.runtime.allocator.lesson_sources import Source, malloc_source
from goom.runtime.allocator.lesson_steps import (
    EMPTY,
    Cost,
    State,
    Step,
    growth_steps,
    page_alloc_step,
    pages_text,
    slot_steps,
)
from goom.runtime.allocator.levels import (
    PAGE_CACHE_BELOW_PAGES,
    ZEROING_CHUNK_BYTES,
)
from goom.runtime.allocator.malloc import (
    PAGE_BYTES,
    TINY_BLOCK_BYTES,
    TINY_CLASS,
    Kind,
    Placement,
)
from goom.runtime.allocator.spans import SpanLayout, span_layout
from goom.runtime.allocator.tiny import alignment, tiny_per_block
from goom.runtime.size_classes import LARGE


def way_of(placement: Placement, version: str | None) -> tuple[Step, ...]:
    """Every step that a request of this kind can take, the usual ones first."""
    entry = malloc_source(placement, release_of(version))
    match placement.kind:
        case Kind.ZERO:
            return (_zero(entry),)
        case Kind.TINY:
            return _tiny(placement, entry, version)
        case Kind.LARGE:
            return (_choice_of_large(placement, entry, era_of(version)), *_large(placement))
    layout = span_layout(placement.size_class, placement.has_pointers, version)
    return (_choice(placement, entry), *slot_steps(layout))


def _zero(entry: Source) -> Step:
    text = "An object of 0 bytes needs no memory: all of them are at runtime.zerobase."
    return Step("request", "nothing to allocate", text, entry, 1.0, (), EMPTY, EMPTY)


def _choice(placement: Placement, entry: Source) -> Step:
    asked = placement.requested_bytes
    header = f" plus an {placement.header_bytes}-byte header" if placement.header_bytes else ""
    text = (
        f"{asked:,} bytes{header} round up to class {placement.size_class}: slots of"
        f" {placement.slot_bytes:,} bytes. {placement.rounding_bytes:,} are wasted."
        " The class is looked up in a table, and objects with and without pointers have spans of"
        " their own."
    )
    return Step("request", f"class {placement.size_class}", text, entry, 1.0,
                (Cost("table look-ups", 1),), EMPTY, EMPTY)  # fmt: skip


def _tiny(placement: Placement, entry: Source, version: str | None) -> tuple[Step, ...]:
    size, share = placement.requested_bytes, tiny_per_block(placement.requested_bytes)
    blocks = slot_steps(span_layout(TINY_CLASS, False, version))
    scaled = (replace(step, once_per_requests=step.once_per_requests * share) for step in blocks)
    first = (_choice_of_tiny(size, entry), *_tiny_fit(size, share, entry))
    return (*first, _tiny_block(size, share, entry), *scaled)


def _choice_of_tiny(size: int, entry: Source) -> Step:
    text = f"{size} bytes without pointers, fewer than {TINY_BLOCK_BYTES}: the tiny allocator's."
    return Step("request", "tiny", text, entry, 1.0, (), EMPTY, EMPTY)


def _tiny_fit(size: int, share: int, entry: Source) -> tuple[Step, ...]:
    if share == 1:
        return ()
    second = -(-size // alignment(size)) * alignment(size) + size
    text = (
        f"The P keeps one block of {TINY_BLOCK_BYTES} bytes for objects without pointers of fewer"
        f" than {TINY_BLOCK_BYTES} bytes. {share} of {size} bytes share one, aligned to"
        f" {alignment(size)}. The block is free again only when all of them are garbage."
    )
    return (
        Step("mcache", "it fits the tiny block", text, entry, share / (share - 1),
             (Cost("additions", 1),), replace(EMPTY, tiny_offset=size),
             replace(EMPTY, tiny_offset=second)),
    )  # fmt: skip


def _tiny_block(size: int, share: int, entry: Source) -> Step:
    text = (
        f"It does not fit, so it gets a new block: a slot of class {TINY_CLASS} without pointers."
        " Of the old block and the new one the P keeps that with more room."
    )
    full = size
    for _ in range(share - 1):
        full = -(-full // alignment(size)) * alignment(size) + size
    return Step("mcache", "a new tiny block", text, entry, float(share),
                (Cost("bytes cleared", TINY_BLOCK_BYTES),), replace(EMPTY, tiny_offset=full),
                replace(EMPTY, tiny_offset=min(size, full)))  # fmt: skip


def _choice_of_large(placement: Placement, entry: Source, era: Era) -> Step:
    pages = pages_text(placement.slot_bytes // PAGE_BYTES)
    text = (
        f"More than {era.most_small_bytes:,} bytes: no class, no mcache, no mcentral. A span of"
        f" its own of {pages}; {placement.rounding_bytes:,} bytes of the last are wasted."
    )
    return Step("request", f"large: {pages}", text, entry, 1.0, (), EMPTY, EMPTY)


def _large(placement: Placement) -> tuple[Step, ...]:
    layout = SpanLayout(LARGE, placement.has_pointers, placement.slot_bytes,
                        placement.slot_bytes, 1, 0, 0)  # fmt: skip
    before = replace(EMPTY, slots=1)
    ask = Step("mheap", "straight to the mheap",
               f"{pages_text(layout.pages)} asked for. While a sweep is under way as many pages"
               " are swept first, so that the heap does not grow past what is garbage.",
               sources.ALLOC_LARGE, 1.0, (Cost("pages asked for", layout.pages),),
               before, before)  # fmt: skip
    growth = growth_steps(layout.pages, 1, before)
    alloc = page_alloc_step(layout, growth[-1].after)
    done = replace(alloc.after, slots_used=1, freeindex=1)
    clear = Step("mheap", "zeroing",
                 "Pages fresh from the kernel are zero. Used pages are cleared, in chunks of"
                 f" {ZEROING_CHUNK_BYTES >> 10} KiB between which the goroutine can be preempted"
                 " (those with pointers only since 1.23).",
                 sources.CLEAR_CHUNKED, 1.0, (Cost("bytes cleared", 0),),
                 alloc.after, done)  # fmt: skip
    return (ask, _cached_or_not(layout, before), *growth, alloc, clear)


def _cached_or_not(layout: SpanLayout, before: State) -> Step:
    if layout.pages < PAGE_CACHE_BELOW_PAGES:
        title = "page cache: empty"
        text = "Even a large object's pages come from the page cache when they are fewer than 16."
    else:
        title = "past the page cache"
        text = f"{PAGE_CACHE_BELOW_PAGES} pages or more never come from it: mheap.lock is taken."
    return Step("page_cache", title, text, sources.ALLOC_SPAN, 1.0, (Cost("locks", 1),),
                before, before)  # fmt: skip
