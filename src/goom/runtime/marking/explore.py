"""Tries everything: all graphs, all operations of the program, all orders of the collector.

Generation by generation: the states after n steps, each once, with the number of ways that lead to
it (so all interleavings are counted although none is walked twice). Marking may end in a state in
which nothing is left to read; then every object that the program can reach must be marked.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from goom.case.errors import BadInput
from goom.runtime.marking.barrier import Barrier
from goom.runtime.marking.bound import Bound, graphs
from goom.runtime.marking.ending import loses, may_end
from goom.runtime.marking.moves import moves
from goom.runtime.marking.packed import Layout, States

_CHUNK = 1 << 19  # states whose next ones are made at once
MOST_STATES = 20_000_000
_MOST_WAYS = float(1 << 62)
Ways = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Generation:
    """The distinct states after so many steps, and in how many ways each is reached."""

    states: States
    ways: Ways


@dataclass(frozen=True, slots=True)
class Found:
    """What a search met.

    ``runs`` are all ways from a start to an end of marking, None with any number of operations.
    ``losing`` is a state of the shortest run that loses an object, reached after ``steps`` steps;
    the search stops there, and counts no runs.
    """

    graphs: int
    states: int
    runs: int | None
    steps: int
    losing: int | None


def explore(barrier: Barrier, bound: Bound, most_states: int = MOST_STATES) -> Found:
    """Search all within the bound, or until an object is lost.

    BadInput when there are more than ``most_states`` states: a state takes about 60 bytes, a
    million of them some seconds.
    """
    layout = Layout(bound, barrier)
    starts = layout.starts(list(graphs(bound)))
    seen, runs, steps = Seen(), 0, 0
    for steps, now in enumerate(generations(layout, starts, seen)):
        if len(seen) > most_states:
            raise BadInput(
                f"{bound.words()}: more than {most_states:,} states.",
                "Search with fewer objects or operations.",
            )
        ends = may_end(layout, now.states)
        losing = loses(layout, now.states[ends])
        if losing.any():
            first = int(now.states[ends][losing][0])
            return Found(len(starts), len(seen), None, steps, first)
        runs += int(now.ways[ends].sum())
    counted = bound.operations is not None
    return Found(len(starts), len(seen), runs if counted else None, steps, None)


def generations(layout: Layout, starts: States, seen: Seen) -> Iterator[Generation]:
    """The states after 0, 1, 2, ... steps.

    With operations bounded a state comes back when another number of steps leads to it, so that
    every way is counted; without a bound each state is visited once.
    """
    counted = layout.bound.operations is not None
    now = _merged([Generation(starts, np.ones(len(starts), dtype=np.int64))], counted)
    while len(now.states):
        fresh = seen.add(now.states)
        if not counted:
            now = Generation(now.states[fresh], now.ways[fresh])
            if not fresh.any():
                return
        yield now
        now = _next(layout, now)


def _next(layout: Layout, now: Generation) -> Generation:
    parts, counted = [], layout.bound.operations is not None
    for start in range(0, len(now.states), _CHUNK):
        states, ways = now.states[start : start + _CHUNK], now.ways[start : start + _CHUNK]
        made = [Generation(after, ways[which]) for which, after in moves(layout, states)]
        parts.append(_merged(made, counted))
    return _merged(parts, counted)


def _merged(parts: list[Generation], counted: bool) -> Generation:
    """Each state once, with all its ways."""
    states = np.concatenate([part.states for part in parts])
    if not counted:
        states.sort()
        states = states[_first_of_each(states)]
        return Generation(states, np.zeros(len(states), dtype=np.int64))
    ways = np.concatenate([part.ways for part in parts])
    if ways.sum(dtype=float) > _MOST_WAYS:
        raise BadInput(
            "there are more runs than can be counted (4.6e18).",
            "Allow fewer operations, or any number of them: then states are counted, not runs.",
        )
    order = np.argsort(states)
    states, ways = states[order], ways[order]
    first = _first_of_each(states)
    return Generation(states[first], np.add.reduceat(ways, first) if len(first) else ways)


def _first_of_each(ordered: States) -> NDArray[np.intp]:
    """Where each value of a sorted array stands first (np.unique hashes, which is slower here)."""
    return np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1]])[: len(ordered)])


class Seen:
    """The distinct states met so far."""

    def __init__(self) -> None:
        self._states = np.zeros(0, dtype=np.int64)

    def __len__(self) -> int:
        return len(self._states)

    def states(self) -> States:
        """All of them, sorted."""
        return self._states

    def add(self, states: States) -> NDArray[np.bool_]:
        """Which of these (sorted, distinct) are new; from now on none is."""
        places = np.searchsorted(self._states, states)
        inside = places < len(self._states)
        known = np.zeros(len(states), dtype=bool)
        known[inside] = self._states[places[inside]] == states[inside]
        joined = np.concatenate([self._states, states[~known]])
        joined.sort(kind="stable")  # two sorted runs are merged
        self._states = joined
        return ~known
