"""The exhaustive searches that a reader is shown, with their counts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from goom.runtime.marking.ablations import ABLATIONS
from goom.runtime.marking.barrier import BARRIERS, Barrier
from goom.runtime.marking.bound import Bound
from goom.runtime.marking.explore import explore


@dataclass(frozen=True, slots=True)
class Checked:
    """One exhaustive search.

    ``removed`` is the part that was taken away from the barrier ("" for a whole one), ``graphs``
    are those that it starts from, ``states`` the distinct ones met, ``runs`` all ways from a start
    to the end of marking (operations chosen, and every order of all steps), None when operations
    are unbounded. ``shortest`` is the number of steps of the shortest run that loses an object,
    None when no run does; the search ends there, ``states`` counts the way to it and ``runs`` none.
    """

    barrier: str
    removed: str
    bound: str
    graphs: int
    states: int
    runs: int | None
    shortest: int | None


def checked(bound: Bound, barriers: tuple[Barrier, ...] = BARRIERS) -> Iterator[Checked]:
    """Each barrier within a bound."""
    for barrier in barriers:
        yield _checked(barrier, "", bound)


def without_a_part() -> Iterator[Checked]:
    """Each barrier that lacks a part, in the smallest world in which that shows."""
    for one in ABLATIONS:
        slots = 2 if one.stacks == 1 else 1
        bound = Bound(2, 1, one.stacks, slots, globals=1, operations=None)
        yield _checked(one.barrier, one.removed, bound)


def usual_bounds(objects: int, operations: int) -> tuple[Bound, Bound, Bound]:
    """One goroutine with operations counted, the same with any number, and two goroutines.

    Two fields up to two objects; with more of both a search takes minutes and gigabytes.
    """
    counted = Bound(objects, 2 if objects <= 2 else 1, 1, 2, 1, operations)
    return counted, replace(counted, operations=None), Bound(objects, 1, 2, 1, 1, None)


def _checked(barrier: Barrier, removed: str, bound: Bound) -> Checked:
    found = explore(barrier, bound)
    shortest = None if found.losing is None else found.steps
    words = bound.words()
    return Checked(barrier.name, removed, words, found.graphs, found.states, found.runs, shortest)
