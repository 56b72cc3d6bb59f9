"""The spans of the numpy kernel: a row of slots for each, a byte for each slot.

A span is known by its first page. Rows of a class are reused for spans of that class, so that the
store is no larger than the spans in use ever were.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from goom.runtime.allocator.kernel import SLOT_BITS, Spans
from goom.runtime.allocator.span_classes import SPAN_CLASSES, SpanClasses

_NO_SPAN = SPAN_CLASSES
_CELLS_AT_ONCE = 1 << 20  # what is looked through in spans with few free slots
Ints = NDArray[np.int64]


class SpanStore:
    """``objects``, ``pages`` and ``span_class`` are indexed by the first page of a span."""

    def __init__(self, classes: SpanClasses) -> None:
        self._slots = classes.slots
        self.objects = np.zeros(1, dtype=np.int64)
        self.pages = np.zeros(1, dtype=np.int64)
        self.span_class = np.full(1, _NO_SPAN, dtype=np.uint8)
        self._row = np.zeros(1, dtype=np.int64)
        self._live = np.zeros(1, dtype=np.bool_)
        self._end = 0
        self._spare: list[Ints] = [np.empty(0, dtype=np.int64)] * SPAN_CLASSES

    def add(self, first: Ints, pages: Ints, kinds: Ints) -> None:
        """New spans, empty."""
        if not len(first):
            return
        self._reach(int(first.max()) + 1)
        self.pages[first], self.span_class[first], self.objects[first] = pages, kinds, 0
        for kind in np.unique(kinds).tolist():
            spans = first[kinds == kind]
            rows, self._spare[kind] = np.split(self._spare[kind], [len(spans)])
            self._live[self._cells(rows, kind)] = False
            self._row[spans] = np.concatenate((rows, self._new_rows(kind, len(spans) - len(rows))))

    def drop(self, spans: Ints) -> None:
        """Spans that went back to the page heap."""
        kinds = self.span_class[spans]
        for kind in np.unique(kinds).tolist():
            rows = self._row[spans[kinds == kind]]
            self._spare[kind] = np.concatenate((self._spare[kind], rows))
        self.span_class[spans] = _NO_SPAN

    def take(self, kind: int, spans: Ints, needed: int) -> Ints:
        """The first ``needed`` free slots of these spans, now taken: page << 10 | index."""
        parts, step = [], max(1, _CELLS_AT_ONCE // int(self._slots[kind]))
        for start in range(0, len(spans), step):
            parts.append(self._take_some(kind, spans[start : start + step], needed))
            needed -= len(parts[-1])
        return np.concatenate(parts) if parts else spans

    def _take_some(self, kind: int, spans: Ints, needed: int) -> Ints:
        cells = self._cells(self._row[spans], kind).ravel()
        at = np.flatnonzero(~self._live[cells])[:needed]
        self._live[cells[at]] = True
        which, index = np.divmod(at, self._slots[kind])
        return spans[which] << SLOT_BITS | index

    def clear(self, places: Ints) -> None:
        """These slots hold no object any more."""
        spans = places >> SLOT_BITS
        self._live[self._row[spans] + (places & (1 << SLOT_BITS) - 1)] = False
        self.objects -= np.bincount(spans, minlength=len(self.objects))

    def spans(self) -> Spans:
        """All of them, in address order."""
        first = np.flatnonzero(self.span_class != _NO_SPAN)
        kinds = self.span_class[first].astype(np.int64)
        return Spans(first, self.pages[first], kinds, self.objects[first])

    def _cells(self, rows: Ints, kind: int) -> Ints:
        return rows[:, None] + np.arange(self._slots[kind])

    def _new_rows(self, kind: int, count: int) -> Ints:
        slots = int(self._slots[kind])
        rows = self._end + slots * np.arange(count)
        self._end += slots * count
        self._live = _longer(self._live, self._end, False)
        return rows

    def _reach(self, pages: int) -> None:
        self.objects = _longer(self.objects, pages, 0)
        self.pages = _longer(self.pages, pages, 0)
        self.span_class = _longer(self.span_class, pages, _NO_SPAN)
        self._row = _longer(self._row, pages, 0)


def _longer(cells: NDArray[Any], least: int, filler: int) -> NDArray[Any]:
    """The same cells, at least so many, with room to spare."""
    if len(cells) >= least:
        return cells
    longer = np.full(max(least, 2 * len(cells)), filler, dtype=cells.dtype)
    longer[: len(cells)] = cells
    return longer
