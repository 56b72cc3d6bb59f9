"""The shortest run that loses an object, as a film to look at."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from goom.runtime.marking.barrier import Barrier
from goom.runtime.marking.bound import Bound, graphs
from goom.runtime.marking.ending import loses, may_end
from goom.runtime.marking.explore import Seen, generations
from goom.runtime.marking.film import Film
from goom.runtime.marking.graph import NIL
from goom.runtime.marking.marking import Color, Marking, Place, Step
from goom.runtime.marking.moves import moves
from goom.runtime.marking.mutator import perform, possible
from goom.runtime.marking.names import Names
from goom.runtime.marking.operations import Allocate, Operation
from goom.runtime.marking.packed import Layout, Row, States
from goom.runtime.marking.story import StoryRun, opening, told_run


def counterexample(barrier: Barrier, bound: Bound) -> StoryRun | None:
    """One of the shortest runs that lose an object; None when no run within the bound does."""
    layout = Layout(bound, barrier)
    path = _path(layout)
    if not path:
        return None
    first = next(graph for graph in graphs(bound) if layout.starts([graph])[0] == path[0])
    film = Film(Marking(barrier, first, bound.torn_writes), Names())
    film.start(opening(film.marking))
    for state in path[1:]:
        _play(film, _step_to(layout, film.marking, state))
    film.end()
    return told_run(film)


def _path(layout: Layout) -> list[int]:
    """The packed states of the run, the first a start, the last one that may end and loses."""
    past: list[States] = []
    for now in generations(layout, layout.starts(list(graphs(layout.bound))), Seen()):
        past.append(now.states)
        ended = now.states[may_end(layout, now.states)]
        losing = ended[loses(layout, ended)]
        if len(losing):
            return _back(layout, past, int(losing[0]))
    return []


def _back(layout: Layout, past: list[States], last: int) -> list[int]:
    path = [last]
    for states in past[-2::-1]:
        path.append(_one_before(layout, states, path[-1]))
    return path[::-1]


def _one_before(layout: Layout, states: States, after: int) -> int:
    for which, reached in moves(layout, states):
        found = np.flatnonzero(reached == after)
        if len(found):
            return int(states[which[found[0]]])
    raise AssertionError("every state of a generation comes from the one before")


def _step_to(layout: Layout, marking: Marking, state: int) -> Step | Operation:
    """What the collector or the program does to get there."""
    for step in every_step(marking, layout.bound):
        tried = marking.copy()
        take(tried, step)
        if pack(layout, tried) == state:
            return step
    raise AssertionError("what the packed rules allow, the readable ones do")


def every_step(marking: Marking, bound: Bound) -> Iterator[Step | Operation]:
    """All that collector and program may do next, within the bound."""
    yield from marking.steps()
    born = len(marking.graph.fields)
    limit = bound.operations
    left = limit is None or marking.tally.operations < limit
    for operation in possible(marking, bound.fields):
        allowed = left or marking.torn[operation.stack] is not None
        if allowed and (born < bound.objects or not isinstance(operation, Allocate)):
            yield operation


def take(marking: Marking, step: Step | Operation) -> None:
    """Do it, whoever does it."""
    if isinstance(step, Operation):
        perform(marking, step)
    else:
        marking.take(step)


def pack(layout: Layout, marking: Marking) -> int:
    """The state of a readable mark phase as the search packs it."""
    owed = marking.owed()
    torn = [one or (None, NIL) for one in marking.torn[: layout.torn_cell.count]]
    parts: tuple[tuple[Row, Sequence[int]], ...] = (
        (layout.cells, _words(layout, marking)),
        (layout.objects, _objects(layout, marking)),
        (layout.slots_done, marking.slots_done),
        (layout.global_done, marking.global_done),
        (layout.owed, [one in owed for one in range(layout.owed.count)]),
        (layout.torn_cell, [_cell(layout, place) + 1 for place, _ in torn]),
        (layout.torn_value, [value + 1 for _, value in torn]),
        (layout.operations, [marking.tally.operations if layout.operations.width else 0]),
    )
    return sum(
        int(value) << (row.first + row.width * number)
        for row, values in parts
        for number, value in enumerate(values)
    )


def _words(layout: Layout, marking: Marking) -> list[int]:
    bound, graph = layout.bound, marking.graph
    missing = [[NIL] * bound.fields] * (bound.objects - len(graph.fields))
    rows = [*graph.fields, *missing, graph.globals, *graph.stacks]
    return [word + 1 for row in rows for word in row]


def _objects(layout: Layout, marking: Marking) -> list[int]:
    states = {Color.WHITE: 1, Color.BLACK: layout.black}
    colors = zip(marking.color, marking.fields_done, strict=True)
    return [states.get(color, 2 + done) for color, done in colors]


def _cell(layout: Layout, place: Place | None) -> int:
    if place is None:
        return -1
    if place.kind == "field":
        return layout.field(place.owner, place.number)
    if place.kind == "global":
        return layout.global_(place.number)
    return layout.slot(place.owner, place.number)


def _play(film: Film, step: Step | Operation) -> None:
    if isinstance(step, Operation):
        film.program(step)
    else:
        film.collector(step)
