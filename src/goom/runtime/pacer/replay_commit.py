"""What the pacer commits to after each cycle of a GC log: goals and triggers of the next.

Under a memory limit the goal moves while the program allocates, so the trigger is where the heap
meets its own trigger.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import inf

import numpy as np
from numpy.typing import NDArray

from goom.runtime.pacer.mgcpacer import (
    LATE_TRIGGER,
    MEMORY_LIMIT,
    MIN_RUNWAY_BYTES,
    NO_MEMORY_LIMIT_BYTES,
    SWEEP_MIN_HEAP_DISTANCE_BYTES,
    heap_minimum_bytes,
)
from goom.runtime.pacer.mgcpacer_columns import (
    gogc_goals_bytes,
    heap_goals,
    memory_limit_heap_goals_bytes,
    triggers_bytes,
)
from goom.runtime.pacer.replay_limit import Room
from goom.runtime.pacer.replay_observed import Bounds

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

_HALVINGS = 32  # of a heap of many GiB: to the byte


@dataclass(frozen=True, slots=True, eq=False)
class Commit:
    """One row for each cycle that was seen; what it says is about the cycle after it."""

    heap_marked: Bounds
    roots: Bounds
    gc_percent: int
    room: Room
    limit_bytes: float = float(NO_MEMORY_LIMIT_BYTES)
    headroom_percent: int = 0

    def __getitem__(self, rows: Ints) -> Commit:
        """What some of the cycles lead to."""
        return replace(
            self, heap_marked=self.heap_marked[rows], roots=self.roots[rows], room=self.room[rows]
        )

    def goals_at(self, heap_live_bytes: Floats) -> tuple[Floats, Floats, Ints]:
        """Goals, least triggers and regimes when the heap has grown to ``heap_live``."""
        limit_goals = self._limit_goals(heap_live_bytes)
        return self._goals(self.heap_marked.middle, self.roots.middle, limit_goals)

    def _limit_goals(self, heap_live_bytes: Floats) -> Floats:
        if self.limit_bytes >= NO_MEMORY_LIMIT_BYTES:
            return np.full(len(self.heap_marked.low), inf)
        left = self.room.left_bytes(heap_live_bytes)
        marked = self.heap_marked.middle
        return memory_limit_heap_goals_bytes(left, self.headroom_percent, marked)

    def _goals(
        self, marked: Floats, roots: Floats, limit_goals: Floats
    ) -> tuple[Floats, Floats, Ints]:
        gogc_goals = gogc_goals_bytes(marked, roots, self.gc_percent)
        return heap_goals(marked, gogc_goals, heap_minimum_bytes(self.gc_percent), limit_goals)

    def goals_given(self, triggered: Bounds, heap_end: Bounds) -> tuple[Bounds, Ints]:
        """The goals at the end of the next cycles, given where those were triggered and ended.

        A cycle triggered past its goal has moved it: that heap, and a runway. The last row has no
        next cycle: it is given its own heap.
        """
        began_at = _next(triggered)
        goals, _, regimes = self.goals_at(_next(heap_end).middle)
        low, high = self._bounds(regimes == MEMORY_LIMIT)
        free = regimes != MEMORY_LIMIT
        low, middle, high = (
            np.where(free, np.maximum(goal, began + MIN_RUNWAY_BYTES), goal)
            for goal, began in zip(
                (low, goals, high), (began_at.low, began_at.middle, began_at.high), strict=True
            )
        )
        return Bounds(low, middle, high), np.where(middle > goals, LATE_TRIGGER, regimes)

    def triggers(self, runway: Bounds) -> Bounds:
        """The heaps at which the next cycles begin: higher with the goal, lower with the runway."""
        marked = self.heap_marked
        middle = self._meeting(runway.middle)
        limited = self.goals_at(middle)[2] == MEMORY_LIMIT
        low_goals, high_goals = self._bounds(limited)
        low = triggers_bytes(low_goals, _swept(marked.low, ~limited), marked.low, runway.high)
        high = triggers_bytes(high_goals, _swept(marked.high, ~limited), marked.high, runway.low)
        return Bounds(low, middle, np.where(limited, high_goals, high))

    def _meeting(self, runway_bytes: Floats) -> Floats:
        """The heap at which the trigger is met, which under a limit may move with the heap.

        Where the holes are filled by then it does not, for the goal stands still.
        """
        marked = self.heap_marked.middle
        triggers = self._triggers_at(self.room.ceiling_bytes, runway_bytes)
        moving = np.flatnonzero(triggers - marked < self.room.holes_bytes)
        triggers[moving] = self[moving]._met_by_halving(runway_bytes[moving])
        return triggers

    def _met_by_halving(self, runway_bytes: Floats) -> Floats:
        """The trigger rises less than the heap, so they meet once."""
        low = self.heap_marked.middle
        high = np.maximum(self.goals_at(self.room.ceiling_bytes)[0], low)
        for _ in range(_HALVINGS):
            middle = (low + high) / 2
            met = middle >= self._triggers_at(middle, runway_bytes)
            low, high = np.where(met, low, middle), np.where(met, middle, high)
        return high

    def _triggers_at(self, heap_live_bytes: Floats, runway_bytes: Floats) -> Floats:
        goals, least, _ = self.goals_at(heap_live_bytes)
        return triggers_bytes(goals, least, self.heap_marked.middle, runway_bytes)

    def _bounds(self, limited: Flags) -> tuple[Floats, Floats]:
        """The least and the highest goal; under the limit from what is marked to no overhead."""
        marked, roots = self.heap_marked, self.roots
        unlimited = np.full(len(self.heap_marked.low), inf)
        low, _, _ = self._goals(marked.low, roots.low, unlimited)
        high, _, _ = self._goals(marked.high, roots.high, unlimited)
        highest = memory_limit_heap_goals_bytes(
            np.full(len(marked.low), self.limit_bytes), self.headroom_percent, marked.high
        )
        return np.where(limited, marked.low, low), np.where(
            limited, np.minimum(high, highest), high
        )


def _next(column: Bounds) -> Bounds:
    """Each row's next; the last keeps its own."""
    rows = np.minimum(np.arange(len(column.middle)) + 1, max(len(column.middle) - 1, 0))
    return column[rows]


def _swept(heap_marked_bytes: Floats, chosen: Flags) -> Floats:
    """The least trigger that gives the sweeper room; none under the limit."""
    return np.where(chosen, heap_marked_bytes + SWEEP_MIN_HEAP_DISTANCE_BYTES, 0.0)
