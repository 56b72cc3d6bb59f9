"""What a span holds: runtime/mheap.go, initSpan (up to 1.21 the end of allocSpan).

    up to 1.21   objects = span / size
    since 1.22   objects = (span - heap bits) / size      heap bits: pointers, size <= 512
    since 1.26   objects = (span - heap bits - mark bits) / size    mark bits: 16 <= size <= 512

Heap bits are one bit for each word of the span (nbytes / PtrSize / 8), mark bits are 128 bytes
(spanInlineMarkBits); all spans of such sizes have one page, so both are 128.
"""

from __future__ import annotations

from dataclasses import dataclass

from goom.runtime.allocator.eras import HEADERLESS_BYTES, era_of
from goom.runtime.allocator.malloc import PAGE_BYTES
from goom.runtime.size_classes import LARGE, SizeClass, size_classes

MARK_BITS_BYTES = 128  # unsafe.Sizeof(spanInlineMarkBits{})
_BITS_IN_A_BYTE, _WORD_BYTES = 8, 8
_SMALLEST_MARKED_BYTES = 16


@dataclass(frozen=True, slots=True)
class SpanLayout:
    """One span of a class: ``objects * slot_bytes + heap bits + mark bits + tail = span_bytes``."""

    size_class: int
    has_pointers: bool
    span_bytes: int
    slot_bytes: int
    objects: int
    heap_bits_bytes: int
    mark_bits_bytes: int

    @property
    def pages(self) -> int:
        """Pages of 8192 bytes."""
        return self.span_bytes // PAGE_BYTES

    @property
    def tail_bytes(self) -> int:
        """What is left over because no further object fits."""
        kept = self.heap_bits_bytes + self.mark_bits_bytes
        return self.span_bytes - kept - self.objects * self.slot_bytes

    @property
    def unusable_bytes(self) -> int:
        """Tail, heap bits and mark bits: what no object can ever use."""
        return self.span_bytes - self.objects * self.slot_bytes


def span_layout(number: int, has_pointers: bool, version: str | None = None) -> SpanLayout:
    """The span of a size class, 1 to 67; LARGE has no layout of its own and is refused."""
    if number == LARGE:
        raise ValueError("the span of a large object is as long as the object needs")
    row = size_classes()[number - 1]
    heap_bits = _heap_bits_bytes(row, has_pointers, version)
    mark_bits = _mark_bits_bytes(row, version)
    objects = (row.span_bytes - heap_bits - mark_bits) // row.size_bytes
    return SpanLayout(
        number, has_pointers, row.span_bytes, row.size_bytes, objects, heap_bits, mark_bits
    )


def objects_per_span(number: int, has_pointers: bool, version: str | None = None) -> int:
    """How many objects of a class fit one of its spans (mspan.nelems); 1 for LARGE."""
    return 1 if number == LARGE else span_layout(number, has_pointers, version).objects


def span_tail_bytes(number: int, has_pointers: bool, version: str | None = None) -> int:
    """What no object of a span can use: its tail, heap and mark bits; 0 for LARGE."""
    return 0 if number == LARGE else span_layout(number, has_pointers, version).unusable_bytes


def _heap_bits_bytes(row: SizeClass, has_pointers: bool, version: str | None) -> int:
    in_span = has_pointers and row.size_bytes <= HEADERLESS_BYTES
    if not (era_of(version).allocation_headers and in_span):
        return 0
    return row.span_bytes // _WORD_BYTES // _BITS_IN_A_BYTE


def _mark_bits_bytes(row: SizeClass, version: str | None) -> int:
    marked = _SMALLEST_MARKED_BYTES <= row.size_bytes <= HEADERLESS_BYTES
    return MARK_BITS_BYTES if era_of(version).inline_mark_bits and marked else 0
