"""The same search as ``explore``, in plain Python over the model that is written to be read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from goom.runtime.marking.barrier import Barrier
from goom.runtime.marking.bound import Bound, graphs
from goom.runtime.marking.counterexample import every_step, pack, take
from goom.runtime.marking.marking import Marking
from goom.runtime.marking.packed import Layout

Reached = dict[int, tuple[Marking, int]]  # by packed state: one mark phase in it, and the ways


def walked(barrier: Barrier, bound: Bound) -> Iterator[tuple[Reached, int]]:
    """The states after 0, 1, 2, ... steps with their ways; how many ways end there with a loss."""
    layout = Layout(bound, barrier)
    starts = [Marking(barrier, graph, bound.torn_writes) for graph in graphs(bound)]
    now: Reached = {pack(layout, one): (one, 1) for one in starts}
    while now:
        yield now, sum(ways for one, ways in now.values() if one.may_end() and _loses(one))
        now = _next(layout, now)


def _next(layout: Layout, now: Reached) -> Reached:
    ways, markings = Counter[int](), dict[int, Marking]()
    for state, (marking, count) in now.items():
        for step in every_step(marking, layout.bound):
            after = marking.copy()
            take(after, step)
            reached = pack(layout, after)
            if not _is_idle(layout, state, reached):
                ways[reached] += count
                markings[reached] = after
    return {state: (markings[state], count) for state, count in ways.items()}


def _is_idle(layout: Layout, before: int, after: int) -> bool:
    """Whether nothing changed but the number of operations."""
    counted = layout.operations.first
    return before % (1 << counted) == after % (1 << counted)


def _loses(marking: Marking) -> bool:
    ended = marking.copy()
    ended.end()
    return bool(ended.lost())
