"""Which slot a request gets: runtime/malloc.go, mallocgc, up to the choice of the span.

``place`` follows mallocgc in its own order: nothing for 0 bytes, a shared 16-byte block for tiny
objects without pointers, a slot of a size class for small ones, whole pages for large ones.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from goom.runtime.allocator.eras import era_of
from goom.runtime.size_classes import LARGE, fitting, size_classes

PAGE_BYTES = 8192  # pageSize
TINY_BLOCK_BYTES = 16  # maxTinySize
TINY_CLASS = 2  # tinySpanClass: class 2 without pointers


class Kind(StrEnum):
    """The four ways through mallocgc."""

    ZERO = "zero"  # every object of 0 bytes is runtime.zerobase
    TINY = "tiny"  # shares a 16-byte block
    SMALL = "small"  # a slot of a span of its class
    LARGE = "large"  # a span of its own


@dataclass(frozen=True, slots=True)
class Placement:
    """The slot of one request. ``requested_bytes + header_bytes + rounding_bytes = slot_bytes``.

    ``size_class`` is LARGE (0) for large and zero-sized objects. The slot of a tiny object is its
    block; what others put into it is not waste, so its rounding is the most it can waste. The slot
    of a large object is its span, and its rounding is that up to whole pages.
    """

    requested_bytes: int
    has_pointers: bool
    kind: Kind
    size_class: int
    header_bytes: int
    slot_bytes: int

    @property
    def rounding_bytes(self) -> int:
        """What the slot is larger than the object and its header."""
        return self.slot_bytes - self.header_bytes - self.requested_bytes


def place(size_bytes: int, has_pointers: bool, version: str | None = None) -> Placement:
    """Where mallocgc of this version puts a request of ``size_bytes`` (not negative).

    Since 1.22 an object with pointers of more than 512 bytes begins with an 8-byte header, and its
    class is chosen for both (mallocgcSmallScanHeader). From 32761 bytes on (32769 up to 1.21) an
    object is large; its type stands in the mspan (largeType), so it has no header.
    """
    era = era_of(version)
    if size_bytes == 0:
        return Placement(0, has_pointers, Kind.ZERO, LARGE, 0, 0)
    if size_bytes < TINY_BLOCK_BYTES and not has_pointers:
        return Placement(size_bytes, False, Kind.TINY, TINY_CLASS, 0, TINY_BLOCK_BYTES)
    header = era.header_bytes(size_bytes, has_pointers)
    row = fitting(size_bytes + header) if size_bytes <= era.most_small_bytes else None
    if row is None:
        pages = large_span_bytes(size_bytes)
        return Placement(size_bytes, has_pointers, Kind.LARGE, LARGE, 0, pages)
    return Placement(size_bytes, has_pointers, Kind.SMALL, row.number, header, row.size_bytes)


def class_of(size_bytes: int, has_pointers: bool, version: str | None = None) -> int:
    """The class that a request gets; LARGE when it gets its own span, or nothing at all."""
    return place(size_bytes, has_pointers, version).size_class


def roundupsize(size_bytes: int, has_pointers: bool, version: str | None = None) -> int:
    """What an append may use of the slot it gets: msize.go, roundupsize.

    It knows no tiny block: the capacity of a slice of 3 bytes grows to 8. The runtime up to 1.21
    rounds from 32768 bytes on to pages (``size < _MaxSmallSize``), which comes to the same.
    """
    if size_bytes == 0:
        return 0
    era = era_of(version)
    header = era.header_bytes(size_bytes, has_pointers)
    row = fitting(size_bytes + header) if size_bytes <= era.most_small_bytes else None
    return large_span_bytes(size_bytes) if row is None else row.size_bytes - header


def large_span_bytes(size_bytes: int) -> int:
    """The span of a large object: whole pages (mcache.go, allocLarge)."""
    return -(-size_bytes // PAGE_BYTES) * PAGE_BYTES


def slot_bytes(number: int) -> int:
    """The size of the slots of a class (class_to_size); LARGE has none and is refused."""
    if number == LARGE:
        raise ValueError("a large object has no slot but a span of its own")
    return size_classes()[number - 1].size_bytes
