"""The few events of a trace that are kept one by one, and how beginnings find their ends."""

from __future__ import annotations

from dataclasses import dataclass, field, fields

import numpy as np
from numpy.typing import NDArray

from goom.formats.exec_trace.decode import Ints
from goom.formats.exec_trace.goroutines import Window

Seconds = NDArray[np.float64]

MAX_ROWS = 1_500_000  # of one kind


@dataclass(frozen=True, slots=True)
class Rows:
    """Events of some types with their contexts; ``text`` and ``stack`` are the book's numbers."""

    seconds: Seconds
    type: NDArray[np.uint8]
    thread: NDArray[np.int32]
    goroutine: Ints
    first: Ints
    second: Ints
    text: Ints
    stack: Ints

    def __len__(self) -> int:
        return len(self.seconds)

    def at(self, chosen: Ints | NDArray[np.bool_]) -> Rows:
        """Some of them."""
        return Rows(*(getattr(self, one.name)[chosen] for one in fields(self)))


@dataclass(slots=True)
class Kept:
    """Rows of one kind over all windows, up to a bound; ``dropped`` is what came after it."""

    types: tuple[int, ...]
    parts: list[Rows] = field(default_factory=list)
    count: int = 0
    dropped: int = 0

    def add(self, rows: Rows) -> None:
        """Keep some more."""
        room = MAX_ROWS - self.count
        if len(rows) > room:
            self.dropped += len(rows) - room
            rows = rows.at(np.arange(room))
        if len(rows):
            self.parts.append(rows)
            self.count += len(rows)

    def all(self) -> Rows:
        """Every row, by time; at the same time in the order of its thread."""
        empty = np.zeros(0, np.int64)
        blank = Rows(np.zeros(0), np.zeros(0, np.uint8), np.zeros(0, np.int32), *(empty,) * 5)
        parts = [blank, *self.parts]
        joined = Rows(
            *(np.concatenate([getattr(one, each.name) for one in parts]) for each in fields(Rows))
        )
        return joined.at(np.argsort(joined.seconds, kind="stable"))


def chosen_rows(window: Window, rows: Ints, text: Ints, stack: Ints) -> Rows:
    """The events at ``rows`` with what they refer to."""
    events = window.events
    return Rows(
        window.seconds[rows],
        events.type[rows],
        events.thread[rows],
        window.context.goroutine[rows],
        events.first[rows],
        events.second[rows],
        text,
        stack,
    )


@dataclass(frozen=True, slots=True)
class Pairs:
    """Ranges: the rows where they begin and end, -1 where the trace does not hold that."""

    begin: Ints
    end: Ints

    @property
    def whole(self) -> NDArray[np.bool_]:
        """Which began and ended in the trace."""
        whole: NDArray[np.bool_] = (self.begin >= 0) & (self.end >= 0)
        return whole


def pairs(key: Ints, begins: NDArray[np.bool_]) -> Pairs:
    """Match rows that are sorted by time: each end with the open beginning of the same key.

    Ranges of one key may lie in each other; the innermost ends first.
    """
    order = np.argsort(key, kind="stable")
    key, step = key[order], np.where(begins[order], 1, -1)
    depth = np.cumsum(step)
    first = np.flatnonzero(np.diff(key, prepend=key[:1] - 1)) if len(key) else order
    runs = np.diff(np.append(first, len(key)))
    depth = depth - np.repeat(depth[first] - step[first], runs)
    level = np.where(step > 0, depth, depth + 1)  # the same for a beginning and its end
    by_level = np.lexsort((level, key))
    return _neighbours(order[by_level], key[by_level], level[by_level], step[by_level] > 0)


def _neighbours(order: Ints, key: Ints, level: Ints, begins: NDArray[np.bool_]) -> Pairs:
    """A beginning is closed by the next row of the same key and level, if that is an end."""
    same = (key[1:] == key[:-1]) & (level[1:] == level[:-1])
    closed = np.append(same & begins[:-1] & ~begins[1:], False)
    ended = np.append(False, closed[:-1]) if len(closed) else closed
    opening = np.flatnonzero(begins)
    alone = np.flatnonzero(~begins & ~ended)
    following = np.minimum(opening + 1, len(order) - 1)
    end = np.where(closed[opening], order[following], -1)
    return Pairs(
        np.concatenate((order[opening], np.full(len(alone), -1))),
        np.concatenate((end, order[alone])),
    )
