"""The 136 span classes as arrays: what a kernel of the simulation looks up by number.

A span class is ``size class << 1 | noscan`` (mheap.go, makeSpanClass). 0 and 1 are the large
objects: one slot, and as many pages as the object needs.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from goom.runtime.allocator.eras import Era, era_of, version_text
from goom.runtime.allocator.spans import span_layout
from goom.runtime.size_classes import size_classes

SPAN_CLASSES = 136  # numSpanClasses
LARGE_SPAN_CLASSES = 2


@dataclass(frozen=True, slots=True)
class SpanClasses:
    """One row for each span class, all int64[136]; pages and bytes of large objects are 0."""

    slots: NDArray[np.int64]
    pages: NDArray[np.int64]
    slot_bytes: NDArray[np.int64]


def span_classes(version: str | None = None) -> SpanClasses:
    """The span classes of a version; the newest for None (they differ by ``eras.ERAS``)."""
    return _of_era(era_of(version))


def span_class(size_class: int, has_pointers: bool) -> int:
    """The number of a span class, as makeSpanClass has it."""
    return size_class << 1 | (not has_pointers)


@cache
def _of_era(era: Era) -> SpanClasses:
    rows = [(1, 0, 0)] * LARGE_SPAN_CLASSES
    for row in size_classes():
        for has_pointers in (True, False):
            span = span_layout(row.number, has_pointers, version_text(era.since))
            rows.append((span.objects, span.pages, span.slot_bytes))
    table = np.array(rows, dtype=np.int64)
    table.flags.writeable = False
    return SpanClasses(table[:, 0], table[:, 1], table[:, 2])
