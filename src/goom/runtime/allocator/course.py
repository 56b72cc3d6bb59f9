"""What a simulation keeps of each collection: spans, objects and pages over time."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from goom.runtime.allocator.kernel import Counters, Kernel
from goom.runtime.allocator.malloc import PAGE_BYTES
from goom.runtime.allocator.page_heap import IN_USE, RESIDENT
from goom.runtime.allocator.page_map import free_runs
from goom.runtime.allocator.span_classes import LARGE_SPAN_CLASSES, SPAN_CLASSES, SpanClasses

TENTHS = 10
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Course:
    """A row for each collection, when its sweep has ended, and a last one for the end of the trace.

    int64 all; ``[rows, 136]`` by span class:
    ``spans``, ``span_pages``  spans in use and their pages
    ``objects``       slots that are taken: what the sweep left, and in the last row also what died
                      since the last collection (HeapObjects counts the same)
    ``refills``       mcache.refill since the row before
    ``grows``         new spans since the row before (mcentral.grow, allocLarge)

    ``occupancy``     int32[rows, 136, 10]: spans of small objects by the tenth of their slots that
                      is taken, the last tenth including the full ones

    ``[rows]``, pages of 8192 bytes:
    ``in_use_pages``            HeapInuse
    ``free_pages``              free and not released
    ``released_pages``          HeapReleased: returned to the system, or never used since the heap
                                grew
    ``returned_pages``          returned by the scavenger at this collection
    ``mark_in_use_pages``       HeapInuse at mark termination, before the sweep
    ``free_runs``               holes: runs of pages that no span has
    ``largest_free_run_pages``  the longest of them
    ``fresh_pages``             taken by spans since the row before that had never been used
    ``faulted_again_pages``     taken by spans since the row before after the scavenger had returned
                                them: page faults that not returning them would have saved
    """

    spans: Ints
    span_pages: Ints
    objects: Ints
    refills: Ints
    grows: Ints
    occupancy: NDArray[np.int32]
    in_use_pages: Ints
    free_pages: Ints
    released_pages: Ints
    returned_pages: Ints
    mark_in_use_pages: Ints
    free_runs: Ints
    largest_free_run_pages: Ints
    fresh_pages: Ints
    faulted_again_pages: Ints


class CourseRecorder:
    """Looks at the kernel at the end of each row, and keeps what a Course has."""

    def __init__(self, kernel: Kernel, classes: SpanClasses) -> None:
        self._kernel, self._classes = kernel, classes
        self._rows: list[dict[str, Any]] = []
        self._before = kernel.counters()

    def add(self, mark_in_use_pages: int, returned_pages: int) -> None:
        """The row that ends now."""
        counters = self._kernel.counters()
        self._rows.append(
            self._span_columns()
            | self._page_columns()
            | self._counted(counters)
            | {"mark_in_use_pages": mark_in_use_pages, "returned_pages": returned_pages}
        )
        self._before = counters

    def course(self) -> Course:
        """All rows."""
        names = [field.name for field in fields(Course)]
        columns = {name: np.array([row[name] for row in self._rows]) for name in names}
        for column in columns.values():
            column.flags.writeable = False
        return Course(**columns)

    def _span_columns(self) -> dict[str, Any]:
        spans = self._kernel.spans()
        return {
            "spans": np.bincount(spans.span_class, minlength=SPAN_CLASSES),
            "span_pages": _by_class(spans.span_class, spans.pages),
            "objects": _by_class(spans.span_class, spans.objects),
            "occupancy": self._occupancy(spans.span_class, spans.objects),
        }

    def _occupancy(self, kinds: Ints, objects: Ints) -> NDArray[np.int32]:
        tenth = np.minimum(objects * TENTHS // self._classes.slots[kinds], TENTHS - 1)
        small = kinds >= LARGE_SPAN_CLASSES
        cells = np.bincount((kinds * TENTHS + tenth)[small], minlength=SPAN_CLASSES * TENTHS)
        return cells.reshape(SPAN_CLASSES, TENTHS).astype(np.int32)

    def _page_columns(self) -> dict[str, Any]:
        pages = self._kernel.pages()
        in_use = pages.state == IN_USE
        released = int(np.count_nonzero(pages.scavenged != RESIDENT))
        runs = free_runs(pages.state)
        return {
            "in_use_pages": int(np.count_nonzero(in_use)),
            "free_pages": len(in_use) - int(np.count_nonzero(in_use)) - released,
            "released_pages": released,
            "free_runs": len(runs),
            "largest_free_run_pages": int(runs.max(initial=0)),
        }

    def _counted(self, now: Counters) -> dict[str, Any]:
        _, fresh, again = now.faulted - self._before.faulted
        return {
            "refills": now.refills - self._before.refills,
            "grows": now.grows - self._before.grows,
            "fresh_pages": int(fresh),
            "faulted_again_pages": int(again),
        }


def bytes_of(pages: Ints) -> Ints:
    """Pages of the heap in bytes."""
    return pages * PAGE_BYTES


def _by_class(kinds: Ints, amounts: Ints) -> Ints:
    """The sum of the amounts of each span class, exact up to 2**53."""
    return np.bincount(kinds, weights=amounts, minlength=SPAN_CLASSES).astype(np.int64)
