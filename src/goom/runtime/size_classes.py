"""Size classes and spans: which class an object gets, and how many fit a span, by Go version.

The table of sizes is the same from 1.19 to 1.27 (runtime/sizeclasses.go, since 1.25
internal/runtime/gc/sizeclasses.go). What changed is what a span keeps for itself:

- up to 1.21 nothing;
- from 1.22 spans of objects of at most 512 bytes with pointers end in 128 bytes of heap bits
  (heapBitsInSpan, mbitmap.go), and larger small objects with pointers begin with an 8-byte header;
- from 1.26 every span of classes 16 to 512 also ends in 128 bytes of mark bits
  (gcUsesSpanInlineMarkBits, mgcmark_greenteagc.go).
"""

from __future__ import annotations

import csv
from bisect import bisect_left
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

PAGE_BYTES = 8192
TINY_BLOCK_BYTES = 16
LARGE = 0  # the class of objects that get a span of their own

_MOST_SMALL_BYTES = 32768
_HEADER_BYTES = 8
_HEADERLESS_BYTES = 512  # the largest object with pointers whose span holds its heap bits
_BITS_BYTES = 128  # of heap bits, and again of mark bits: one bit for each word of a page
_SMALLEST_MARKED_BYTES = 16


@dataclass(frozen=True, slots=True)
class SizeClass:
    """One row of the table."""

    number: int
    size_bytes: int
    span_bytes: int


@cache
def size_classes() -> tuple[SizeClass, ...]:
    """All 67 classes of small objects, smallest first."""
    text = files("goom.runtime").joinpath("size_classes.csv").read_text(encoding="ascii")
    rows = csv.reader(text.splitlines()[1:])
    return tuple(SizeClass(*map(int, row)) for row in rows)


def of_size(size_bytes: int) -> SizeClass | None:
    """The class whose objects have exactly this size, None when there is none."""
    found = _fitting(size_bytes)
    return found if found is not None and found.size_bytes == size_bytes else None


def class_of(size_bytes: int, has_pointers: bool, version: str | None) -> int:
    """The class that an allocation of this size gets; LARGE when it gets its own span.

    Objects under 16 bytes without pointers share 16-byte blocks of class 2 (the tiny allocator).
    """
    if size_bytes < TINY_BLOCK_BYTES and not has_pointers:
        return 2
    asked = size_bytes
    if _release(version) >= (1, 22):
        if size_bytes > _MOST_SMALL_BYTES - _HEADER_BYTES:
            return LARGE
        if has_pointers and size_bytes > _HEADERLESS_BYTES:
            asked += _HEADER_BYTES
    fitting = _fitting(asked)
    return fitting.number if fitting is not None else LARGE


def objects_per_span(number: int, has_pointers: bool, version: str | None) -> int:
    """How many objects of a class fit one of its spans; 1 for LARGE."""
    if number == LARGE:
        return 1
    row = size_classes()[number - 1]
    return (row.span_bytes - _kept_bytes(row, has_pointers, version)) // row.size_bytes


def span_tail_bytes(number: int, has_pointers: bool, version: str | None) -> int:
    """What is left of a span when all its objects are in use: its tail, heap and mark bits."""
    if number == LARGE:
        return 0
    row = size_classes()[number - 1]
    return row.span_bytes - objects_per_span(number, has_pointers, version) * row.size_bytes


def large_span_bytes(size_bytes: int) -> int:
    """The span of a large object: whole pages."""
    return -(-size_bytes // PAGE_BYTES) * PAGE_BYTES


def _kept_bytes(row: SizeClass, has_pointers: bool, version: str | None) -> int:
    release = _release(version)
    if release < (1, 22) or row.size_bytes > _HEADERLESS_BYTES:
        return 0
    kept = _BITS_BYTES if has_pointers else 0
    if release >= (1, 26) and row.size_bytes >= _SMALLEST_MARKED_BYTES:
        kept += _BITS_BYTES
    return kept


def _fitting(size_bytes: int) -> SizeClass | None:
    rows = size_classes()
    place = bisect_left(rows, size_bytes, key=lambda row: row.size_bytes)
    return rows[place] if place < len(rows) else None


def _release(version: str | None) -> tuple[int, int]:
    """``1.22.10`` as (1, 22); the newest rules when unknown."""
    if version is None:
        return (1, 26)
    parts = version.removeprefix("go").split(".")[:2]
    try:
        return (int(parts[0]), int(parts[1]))
    except (IndexError, ValueError):
        return (1, 26)
