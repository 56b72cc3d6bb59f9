"""Which slots of which spans a list of requests takes, when no slot is ever reused.

Between two collections no slot becomes free, so each span class takes its spans one after the
other and each span its slots in order (mspan.nextFreeIndex). Slot k of a class is in its span
k // objects. From the lifetimes follows which slots and which spans a later collection leaves.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from goom.runtime.allocator.span_classes import LARGE_SPAN_CLASSES, SPAN_CLASSES, SpanClasses


@dataclass(frozen=True, slots=True)
class SlotRuns:
    """Slots taken one after the other: a span class, how many, and a lifetime for each run.

    Sorted by span class, and within it by ``row``, the row of requests that took them.
    ``is_tiny`` marks the blocks of the tiny allocator.
    """

    span_class: NDArray[np.uint8]
    row: NDArray[np.int64]
    count: NDArray[np.int64]
    lifetime: NDArray[np.int64]
    is_tiny: NDArray[np.bool_]

    def where(self, kept: NDArray[np.bool_]) -> SlotRuns:
        """Some of the runs, in the same order."""
        return SlotRuns(
            self.span_class[kept],
            self.row[kept],
            self.count[kept],
            self.lifetime[kept],
            self.is_tiny[kept],
        )


@dataclass(frozen=True, slots=True)
class Occupancy:
    """By span class, int64[136]: slots and spans taken, refills, and what is still in use.

    Large objects have a span each and no refills. ``tiny_blocks_in_use`` of the slots in use are
    blocks of the tiny allocator.
    """

    slots: NDArray[np.int64]
    spans: NDArray[np.int64]
    refills: NDArray[np.int64]
    slots_in_use: NDArray[np.int64]
    spans_in_use: NDArray[np.int64]
    tiny_blocks_in_use: int


def occupancy(
    runs: SlotRuns, classes: SpanClasses, after: int, collections: Sequence[int] = ()
) -> Occupancy:
    """What ``runs`` take, and what of it is in use after so many collections.

    ``collections`` are rows before which one ran: it empties the mcaches, so that the next slot of
    each class costs a refill (of the same span, as long as it has free slots).
    """
    runs = runs.where(runs.count > 0)
    slots = _by_class(runs.span_class, runs.count)
    first, last = _spans_touched(runs, slots, classes)
    alive = runs.lifetime >= after
    return Occupancy(
        slots=slots,
        spans=-(-slots // classes.slots),
        refills=_refills(runs, first, last, collections),
        slots_in_use=_by_class(runs.span_class[alive], runs.count[alive]),
        spans_in_use=_spans_in_use(runs, first, last, after),
        tiny_blocks_in_use=int(runs.count[alive & runs.is_tiny].sum()),
    )


def _spans_touched(
    runs: SlotRuns, slots: NDArray[np.int64], classes: SpanClasses
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The first and the last span of each run; counted within its class."""
    ends = np.cumsum(runs.count)
    of_class = runs.span_class.astype(np.intp)
    before_class = (np.cumsum(slots) - slots)[of_class]
    objects = classes.slots[of_class]
    first = (ends - runs.count - before_class) // objects
    return first, (ends - 1 - before_class) // objects


def _spans_in_use(
    runs: SlotRuns, first: NDArray[np.int64], last: NDArray[np.int64], after: int
) -> NDArray[np.int64]:
    """A span is in use as long as one slot is.

    Only the first and the last span of a run can hold slots of other runs; those between are its
    own. Runs lie in the order of their spans, so whoever shares a span stands side by side.
    """
    if runs.count.size == 0:
        return np.zeros(SPAN_CLASSES, np.int64)
    alive = runs.lifetime >= after
    inside = np.where(alive, np.maximum(last - first - 1, 0), 0)
    edges = np.stack((first, last), axis=1).ravel()
    of_class = np.repeat(runs.span_class, 2)
    borders = np.flatnonzero((np.diff(edges) != 0) | (np.diff(of_class) != 0)) + 1
    starts = np.concatenate(([0], borders))
    kept = np.logical_or.reduceat(np.repeat(alive, 2), starts)
    return _by_class(of_class[starts], kept.astype(np.int64)) + _by_class(runs.span_class, inside)


def _refills(
    runs: SlotRuns,
    first: NDArray[np.int64],
    last: NDArray[np.int64],
    collections: Sequence[int],
) -> NDArray[np.int64]:
    """One refill for each span that a class takes slots of between two collections."""
    if runs.count.size == 0:
        return np.zeros(SPAN_CLASSES, np.int64)
    interval = np.searchsorted(np.asarray(collections, np.int64), runs.row, side="right")
    borders = np.flatnonzero((np.diff(runs.span_class) != 0) | (np.diff(interval) != 0))
    starts = np.concatenate(([0], borders + 1))
    ends = np.concatenate((borders, [runs.count.size - 1]))
    refills = _by_class(runs.span_class[starts], last[ends] - first[starts] + 1)
    refills[:LARGE_SPAN_CLASSES] = 0
    return refills


def _by_class(span_class: NDArray[np.uint8], values: NDArray[np.int64]) -> NDArray[np.int64]:
    """Sums by span class; exact as long as they stay below 2**53."""
    return np.bincount(span_class, weights=values, minlength=SPAN_CLASSES).astype(np.int64)
