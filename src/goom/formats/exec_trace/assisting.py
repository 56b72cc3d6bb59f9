"""How much of their assists goroutines were running: the rest they waited, for a P or for work.

Source: runtime/mgcmark.go ``gcAssistAlloc``, which yields when it is asked to and parks in
``gcParkAssist`` when there is nothing to mark and no credit.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from goom.formats.exec_trace.decode import Ints
from goom.formats.exec_trace.events import Event
from goom.formats.exec_trace.goroutines import Window

Seconds = NDArray[np.float64]
Flags = NDArray[np.bool_]

_LEAVES = (Event.GO_STOP, Event.GO_BLOCK)
_ASSISTS = (Event.GC_MARK_ASSIST_BEGIN, Event.GC_MARK_ASSIST_END)
_TYPES = (Event.GO_START, *_LEAVES, *_ASSISTS)


@dataclass(slots=True)
class Assisting:
    """Goes through the windows; ``seconds`` is the time of all goroutines that ran in an assist."""

    seconds: float = 0.0
    _open: dict[int, bool] = field(default_factory=dict)  # in an assist; whether it runs

    def take(self, window: Window) -> None:
        """One window, in the order of time."""
        rows, whose = self._rows(window)
        alone = set(self._open).difference(whose.tolist())
        length = window.end_seconds - window.start_seconds
        self.seconds += length * sum(self._open[one] for one in alone)
        if len(rows):
            self._walk(window, rows, whose)

    def _rows(self, window: Window) -> tuple[Ints, Ints]:
        """The events that matter of goroutines that assist, by goroutine and time."""
        type_ = window.events.type
        rows = np.flatnonzero(np.isin(type_, _TYPES))
        started = type_[rows] == Event.GO_START
        whose = np.where(started, window.events.first[rows], window.context.goroutine[rows])
        assisting = np.unique(whose[np.isin(type_[rows], _ASSISTS)])
        wanted = np.union1d(assisting, np.fromiter(self._open, np.int64, len(self._open)))
        mine = np.isin(whose, wanted)
        rows, whose = rows[mine], whose[mine]
        order = np.lexsort((window.seconds[rows], whose))
        return rows[order], whose[order]

    def _walk(self, window: Window, rows: Ints, whose: Ints) -> None:
        type_, seconds = window.events.type[rows], window.seconds[rows]
        runs = ~np.isin(type_, _LEAVES)
        first = np.flatnonzero(np.diff(whose, prepend=whose[0] - 1))
        last = np.append(first[1:], len(whose)) - 1
        ids = whose[first].tolist()
        before = np.array([one in self._open for one in ids])
        inside = _inside(type_, first, before)
        until = np.append(seconds[1:], window.end_seconds)
        until[last] = window.end_seconds
        spent = np.maximum(until - seconds, 0.0)[inside & runs]
        leading = [self._open.get(one, False) for one in ids]
        spent_before = np.maximum(seconds[first] - window.start_seconds, 0.0)[leading]
        self.seconds += float(spent.sum() + spent_before.sum())
        for one, still, running in zip(
            ids, inside[last].tolist(), runs[last].tolist(), strict=True
        ):
            self._open.pop(one, None)
            if still:
                self._open[one] = running


def _inside(type_: NDArray[np.uint8], first: Ints, before: Flags) -> Flags:
    """By event: whether its goroutine is in an assist behind it; ``before`` at each one's first."""
    told = np.isin(type_, _ASSISTS)
    place = np.maximum.accumulate(np.where(told, np.arange(len(type_)), -1))
    sizes = np.diff(np.append(first, len(type_)))
    since = np.repeat(first, sizes)
    known = type_[np.maximum(place, 0)] == Event.GC_MARK_ASSIST_BEGIN
    inside: Flags = np.where(place >= since, known, np.repeat(before, sizes))
    return inside
