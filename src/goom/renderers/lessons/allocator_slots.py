"""Two close looks for the allocator page: a swept span is used again; a tiny block is packed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random

from goom.case.document import Json
from goom.runtime.allocator.levels import ALLOC_CACHE_SLOTS
from goom.runtime.allocator.malloc import TINY_BLOCK_BYTES
from goom.runtime.allocator.spans import span_layout
from goom.runtime.allocator.tiny import NO_BLOCK, alignment, tiny_step

_CLASS = 5
_SURVIVING_FRACTION = 0.7
_SEED = 41
_TINY_SIZES = (1, 8, 5, 4, 2, 2, 12, 3, 15, 8, 8)


@dataclass(frozen=True)
class _Span:
    """A span of the close look: which slots are taken, and where the search stands."""

    taken: tuple[bool, ...]
    free_index: int  # no free slot is below it
    window: int  # the first of the slots that allocCache shows


def reuse(version: str) -> Json:
    """A span of class 5 after a collection, used again from its lowest free slot.

    The order is nextFreeFast's and nextFreeIndex's (malloc.go, mbitmap.go): the lowest set bit of
    allocCache, 64 slots at a time. Which slots survive is drawn by lot, with a fixed seed.
    """
    layout = span_layout(_CLASS, has_pointers=False, version=version)
    lot = Random(_SEED)
    marked = tuple(lot.random() < _SURVIVING_FRACTION for _ in range(layout.objects))
    return {
        "slots": layout.objects,
        "slot_bytes": layout.slot_bytes,
        "cache_slots": ALLOC_CACHE_SLOTS,
        "steps": [*_collection(marked), *_takings(marked)],
    }


def _collection(marked: Sequence[bool]) -> Iterator[Json]:
    full = _Span((True,) * len(marked), len(marked), len(marked))
    yield _reuse_step(
        "The span is full", "All slots are given out. Some of the objects are garbage by now, but "
        "nobody knows which.", "runtime/mheap.go mspan.allocBits", full, marked=None,
    )  # fmt: skip
    yield _reuse_step(
        "A collection marks", f"The collector sets a mark bit for each object it reaches: "
        f"{sum(marked)} of {len(marked)}. Nothing is moved and nothing is freed yet.",
        "runtime/mgcmark.go greyobject", full, marked=marked,
    )  # fmt: skip
    swept = _Span(tuple(marked), 0, 0)
    yield _reuse_step(
        "Sweeping swaps two bitmaps", "The mark bits become the alloc bits. That frees every slot "
        "without a mark at once: no list of free slots is made. The search starts at slot 0 again.",
        "runtime/mgcsweep.go (*sweepLocked).sweep", swept, marked=None,
    )  # fmt: skip


def _takings(marked: Sequence[bool]) -> Iterator[Json]:
    """The first requests, one by one; then the one that needs the next 64 bits; then the last."""
    free = [slot for slot, kept in enumerate(marked) if not kept]
    shown = [0, 1, 2, _first_beyond(free), len(free) - 1]
    texts = (
        "A request takes the lowest free slot: one instruction finds the lowest set bit of "
        "allocCache.",
        "Slots that hold live objects are passed over without being looked at.",
        "Slot by slot: one for each request, no lock.",
        f"The {ALLOC_CACHE_SLOTS} bits are used up: the next {ALLOC_CACHE_SLOTS} are read from "
        "allocBits.",
        "The last gap. The next request finds none, and asks for another span.",
    )
    for count, text in zip(shown, texts, strict=True):
        slot = free[count]
        taken = tuple(kept or at in free[: count + 1] for at, kept in enumerate(marked))
        window = slot // ALLOC_CACHE_SLOTS * ALLOC_CACHE_SLOTS
        yield {
            **_reuse_step(f"Request {count + 1} gets slot {slot}", text,
                          "runtime/malloc.go nextFreeFast", _Span(taken, slot + 1, window), None),
            "given": slot,
        }  # fmt: skip


def _first_beyond(free: Sequence[int]) -> int:
    return next(place for place, slot in enumerate(free) if slot >= ALLOC_CACHE_SLOTS)


def _reuse_step(
    title: str, text: str, source: str, span: _Span, marked: Sequence[bool] | None
) -> Json:
    return {
        "title": title,
        "text": text,
        "source": source,
        "taken": [int(one) for one in span.taken],
        "marked": None if marked is None else [int(one) for one in marked],
        "free_index": span.free_index,
        "window": span.window,
        "given": None,
    }


def packing() -> Json:
    """Small requests without pointers, one after the other, into blocks of 16 bytes."""
    return {
        "block_bytes": TINY_BLOCK_BYTES,
        "sizes_bytes": list(_TINY_SIZES),
        "steps": list(_packing_steps()),
    }


def _packing_steps() -> Iterator[Json]:
    offset, blocks = NO_BLOCK, list[list[list[int]]]()
    current = 0
    for number, size in enumerate(_TINY_SIZES, start=1):
        after, together = tiny_step(offset, size)
        old = offset
        if together:
            blocks[current].append([after - size, size, number])
            place = current
        else:
            blocks.append([[0, size, number]])
            place = len(blocks) - 1
            if after == size:
                current = place
        offset = after
        yield {
            "title": f"Request {number}: {size} byte{'s' * (size != 1)}",
            "text": _packing_text(size, old, after, together),
            "source": "runtime/malloc.go mallocgcTiny",
            "blocks": [[list(one) for one in block] for block in blocks],
            "current": current,
            "placed": place,
        }


def _packing_text(size: int, old: int, after: int, together: bool) -> str:
    align = alignment(size)
    aligned = f"aligned to {align}" if align > 1 else "wherever there is room"
    if together:
        gap = after - size - old
        skipped = f", {gap} skipped" if gap else ""
        return f"It fits the block, {aligned}: bytes {after - size} to {after - 1}{skipped}."
    if old == NO_BLOCK:
        return f"There is no block yet: a new one of {TINY_BLOCK_BYTES} bytes, cleared."
    kept = "the new one" if after == size else "the old one"
    return (
        f"It does not fit behind the {old} bytes in use, so it gets a new block. The P keeps "
        f"{kept}, which has more room; the other can take nothing more."
    )
