"""Random mark phases: larger graphs and longer interleavings than a search can try all of."""

from __future__ import annotations

from random import Random

from hypothesis import strategies as st
from tests.runtime.marking.hiding import recipes

from goom.runtime.marking.barrier import Barrier
from goom.runtime.marking.graph import NIL, Graph
from goom.runtime.marking.marking import Marking
from goom.runtime.marking.mutator import perform, possible
from goom.runtime.marking.operations import Copy

TURNS = st.lists(st.sampled_from(["program", "hide", "collector", "collector"]), max_size=80)
CHANCE = st.randoms(use_true_random=False)


@st.composite
def any_graph(draw: st.DrawFn) -> Graph:
    """Up to 12 objects of 0 to 3 fields, up to three stacks, pointers from and to anywhere."""
    count = draw(st.integers(1, 12))
    pointers = st.integers(NIL, count - 1)
    fields = draw(st.lists(st.lists(pointers, max_size=3), min_size=count, max_size=count))
    stacks = draw(st.lists(st.lists(pointers, max_size=3), min_size=1, max_size=3))
    return Graph(fields, stacks, draw(st.lists(pointers, max_size=2)))


@st.composite
def forest(draw: st.DrawFn) -> Graph:
    """Objects that one pointer alone leads to: the easiest to lose."""
    return planted(draw(CHANCE))


def planted(chance: Random) -> Graph:
    """The same for a given chance."""
    fields = [[NIL] * chance.choice([0, 1, 2, 2, 3]) for _ in range(chance.randint(3, 14))]
    graph = Graph(fields, [[NIL] * 3 for _ in range(chance.randint(1, 3))], [NIL])
    free = [(graph.globals, 0), *((stack, slot) for stack in graph.stacks for slot in (0, 1))]
    for number, own in enumerate(fields):
        row, at = free.pop(chance.randrange(len(free))) if free else ([NIL], 0)
        row[at] = number
        free += [(own, field) for field in range(len(own))]
    return graph


def interleaved(marking: Marking, turns: list[str], chance: Random, check: bool = True) -> Marking:
    """Play the turns, then let the collector finish; nothing may be hidden after any step."""
    for turn in turns:
        if marking.may_end():
            break  # as the collector would
        step(marking, turn, chance)
        assert not check or not marking.hidden()
    while not marking.may_end():
        _finish_one(marking, chance)
        assert not check or not marking.hidden()
    marking.end()
    return marking


def step(marking: Marking, turn: str, chance: Random) -> None:
    """One step of whoever's turn it is, if there is one to do."""
    if turn == "hide" and (ways := recipes(marking)):
        for operation in chance.choice(ways):
            if marking.torn[operation.stack] is None:
                perform(marking, operation)
    elif turn == "collector":
        if steps := list(marking.steps()):
            marking.take(chance.choice(steps))
    elif operations := [one for one in possible(marking, 2) if not isinstance(one, Copy)]:
        perform(marking, chance.choice(operations))  # what is dropped at random is garbage soon


def _finish_one(marking: Marking, chance: Random) -> None:
    torn = [one for one in possible(marking, 0) if marking.torn[one.stack] is not None]
    steps = list(marking.steps())
    if steps and (not torn or chance.random() < 0.5):
        marking.take(chance.choice(steps))
    elif torn:
        perform(marking, chance.choice(torn))
    else:
        marking.flush()


def marked(barrier: Barrier, graph: Graph, turns: list[str], chance: Random) -> Marking:
    """A whole mark phase under a barrier that is safe."""
    return interleaved(Marking(barrier, graph), turns, chance)


def loses(barrier: Barrier, seed: int) -> bool:
    """Whether a mark phase of this seed loses an object to a program that hides them."""
    chance = Random(seed)
    turns = chance.choices(["program", "hide", "collector"], [1, 2, 9], k=60)
    marking = Marking(barrier, planted(chance))
    return bool(interleaved(marking, turns, chance, check=False).lost())
