"""The runtime's table of size classes, as data: sizes of slots and of spans.

It is read from the runtime's own sources (runtime/sizeclasses.go, since 1.25
internal/runtime/gc/sizeclasses.go) by ``python -m goom.golang.size_class_table``. All versions from
1.19 to 1.27 have the same table; size_class_sources.csv names the file of each toolchain that was
read and what it hashed to. What a version does with the table stands in ``allocator``.
"""

from __future__ import annotations

import csv
from bisect import bisect_left
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

LARGE = 0  # the class of objects that get a span of their own


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
    found = fitting(size_bytes)
    return found if found is not None and found.size_bytes == size_bytes else None


def fitting(size_bytes: int) -> SizeClass | None:
    """The smallest class that holds so many bytes, header included; None beyond the last.

    The runtime looks this up in size_to_class8 and size_to_class128, which say the same.
    """
    rows = size_classes()
    place = bisect_left(rows, size_bytes, key=lambda row: row.size_bytes)
    return rows[place] if place < len(rows) else None
