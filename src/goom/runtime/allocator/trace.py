"""What a program asked of its allocator: allocations, frees and collections, in a compact form.

Between two collections a free changes nothing: the object is dead, but its slot becomes free only
when a sweep after the next collection finds it unmarked. So a trace keeps the allocations in their
order, the frees in theirs, and for each collection how many of both came before it. That loses
nothing that the allocator could see.

An allocation takes 1 byte (its span class; a large one 4 more for its pages), a free 4 bytes, a
collection 16. The simulation adds 4 bytes for each allocation (where the object lies).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from goom.case.errors import BadInput
from goom.runtime.allocator.span_classes import LARGE_SPAN_CLASSES, SPAN_CLASSES

MOST_EVENTS = 1 << 28  # allocations and frees: 1.3 GiB for the trace and what comes of it
MOST_COLLECTIONS = 10_000  # 11 kB each for what is kept of it
MOST_PAGES = 1 << 22  # of one large object, and of the heap: 32 GiB


@dataclass(frozen=True, slots=True)
class Trace:
    """Objects are numbered from 0 in the order of their allocation.

    ``span_classes``  uint8[allocations], see ``span_classes.span_class``.
    ``large_pages``   int32[large], pages of 8192 bytes of each object of span class 0 or 1.
    ``freed``         uint32[frees], numbers of objects in the order in which they die.
    ``collections``   int64[collections, 2]: allocations and frees before each.

    What is no such thing is a BadInput: an object freed twice or before it was allocated, pages
    that do not go with the large objects, collections out of order, too much of anything.
    """

    span_classes: NDArray[np.uint8]
    large_pages: NDArray[np.int32]
    freed: NDArray[np.uint32]
    collections: NDArray[np.int64]

    def __post_init__(self) -> None:
        _check_columns(self)
        _check_amounts(self)
        _check_allocations(self)
        _check_frees(self)
        for column in (self.span_classes, self.large_pages, self.freed, self.collections):
            column.flags.writeable = False

    @property
    def events(self) -> int:
        """Allocations and frees."""
        return len(self.span_classes) + len(self.freed)

    @property
    def nbytes(self) -> int:
        """What the trace takes in memory."""
        columns = (self.span_classes, self.large_pages, self.freed, self.collections)
        return sum(column.nbytes for column in columns)


def trace_of_events(
    events: ArrayLike, large_pages: ArrayLike = (), collections: ArrayLike = ()
) -> Trace:
    """A trace from one stream of events: int, ``-1 - span class`` allocates, ``n`` frees object n.

    ``collections`` are places in the stream: a collection at 10 comes after the first ten events.
    """
    stream = np.asarray(events, dtype=np.int64)
    allocates = stream < 0
    if stream.size and not -SPAN_CLASSES <= stream.min() <= stream.max() < MOST_EVENTS:
        raise BadInput(
            "an event is neither a span class nor an object.",
            f"Write an allocation as -1 to -{SPAN_CLASSES} and a free as the object's number.",
        )
    before = np.concatenate(([0], np.cumsum(allocates)))
    if (stream[~allocates] >= before[:-1][~allocates]).any():
        raise BadInput("an object is freed before it is allocated.")
    places = np.asarray(collections, dtype=np.int64)
    if places.size and not 0 <= places.min() <= places.max() <= len(stream):
        raise BadInput("a collection lies outside of the events.")
    return Trace(
        (-1 - stream[allocates]).astype(np.uint8),
        np.asarray(large_pages, dtype=np.int32),
        stream[~allocates].astype(np.uint32),
        np.column_stack((before[places], places - before[places])),
    )


_COLUMNS = {
    "span_classes": (np.dtype(np.uint8), 1),
    "large_pages": (np.dtype(np.int32), 1),
    "freed": (np.dtype(np.uint32), 1),
    "collections": (np.dtype(np.int64), 2),
}


def _check_columns(trace: Trace) -> None:
    for name, expected in _COLUMNS.items():
        column = getattr(trace, name)
        if (column.dtype, column.ndim) != expected or column.shape[1:] not in ((), (2,)):
            raise BadInput(f"{name} of a trace has another type or shape than Trace says.")


def _check_amounts(trace: Trace) -> None:
    if trace.events > MOST_EVENTS:
        raise BadInput(
            f"a trace of {trace.events:,} events; the simulation takes {MOST_EVENTS:,}.",
            "Take a stretch of it, or one allocation in ten with lifetimes ten times shorter.",
        )
    if len(trace.collections) > MOST_COLLECTIONS:
        raise BadInput(
            f"{len(trace.collections):,} collections; the simulation takes {MOST_COLLECTIONS:,}."
        )


def _check_allocations(trace: Trace) -> None:
    if trace.span_classes.size and trace.span_classes.max() >= SPAN_CLASSES:
        raise BadInput(f"a span class is {trace.span_classes.max()}; the last is 135.")
    large = int(np.count_nonzero(trace.span_classes < LARGE_SPAN_CLASSES))
    if large != len(trace.large_pages):
        raise BadInput(f"{large} large objects, but pages for {len(trace.large_pages)}.")
    if large and not 0 < trace.large_pages.min() <= trace.large_pages.max() <= MOST_PAGES:
        raise BadInput("a large object has no pages, or more than 32 GiB of them.")


def _check_frees(trace: Trace) -> None:
    ends = np.array([[len(trace.span_classes), len(trace.freed)]])
    bounds = np.concatenate((np.zeros((1, 2), np.int64), trace.collections, ends))
    steps = np.diff(bounds, axis=0)
    if (steps < 0).any():
        raise BadInput("the collections are out of order, or after the end of the trace.")
    allocated = np.repeat(bounds[1:, 0], steps[:, 1])
    if (trace.freed >= allocated).any():
        raise BadInput("an object is freed before a collection that comes before its allocation.")
    dead = np.zeros(len(trace.span_classes), dtype=np.bool_)
    dead[trace.freed] = True
    if np.count_nonzero(dead) != len(trace.freed):
        raise BadInput("an object is freed twice.")
