"""The exhaustive search: it finds nothing where nothing is lost, and all there is elsewhere."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from tests.runtime.marking.walk import walked

from goom.case.errors import BadInput
from goom.runtime.marking.ablations import ABLATIONS, Ablation
from goom.runtime.marking.barrier import BARRIERS, GO, HYBRID, NONE, SAFE, Barrier
from goom.runtime.marking.bound import Bound, graphs
from goom.runtime.marking.ending import loses, may_end
from goom.runtime.marking.explore import Seen, explore, generations
from goom.runtime.marking.packed import Layout

ANY = None
SMALL = (
    Bound(objects=1, fields=2, stacks=1, slots=2, globals=1, operations=2),
    Bound(objects=2, fields=1, stacks=1, slots=1, globals=1, operations=2),
    Bound(objects=2, fields=1, stacks=2, slots=1, globals=0, operations=1),
)
TORN = Bound(objects=1, fields=1, stacks=2, slots=1, globals=1, operations=2, torn_writes=True)
CHANGED = tuple(one.barrier for one in ABLATIONS)
TWINS = (*product((*BARRIERS, *CHANGED), SMALL), *product(BARRIERS, (TORN,)))
WHOLE = (
    Bound(objects=2, fields=2, stacks=1, slots=2, globals=1, operations=ANY),
    Bound(objects=3, fields=1, stacks=1, slots=2, globals=1, operations=ANY),
    Bound(objects=2, fields=1, stacks=2, slots=1, globals=1, operations=ANY),
    Bound(objects=1, fields=1, stacks=2, slots=1, globals=1, operations=ANY, torn_writes=True),
)


@pytest.mark.parametrize(("barrier", "bound"), TWINS)
def test_packed_states_and_readable_ones_walk_the_same_ways(barrier: Barrier, bound: Bound) -> None:
    layout = Layout(bound, barrier)
    packed = generations(layout, layout.starts(list(graphs(bound))), Seen())
    for (reached, losing), found in zip(walked(barrier, bound), packed, strict=True):
        assert sorted(reached) == found.states.tolist()
        assert [reached[one][1] for one in sorted(reached)] == found.ways.tolist()
        ends = may_end(layout, found.states)
        lost = loses(layout, found.states[ends])
        assert int(found.ways[ends][lost].sum()) == losing


@pytest.mark.parametrize("bound", WHOLE, ids=Bound.words)
@pytest.mark.parametrize("barrier", SAFE, ids=lambda one: one.name)
def test_no_run_loses_an_object_whatever_the_program_does(barrier: Barrier, bound: Bound) -> None:
    found = explore(barrier, bound)
    assert found.losing is None
    assert found.states > found.graphs > 0


@pytest.mark.parametrize("bound", WHOLE, ids=Bound.words)
def test_without_a_barrier_an_object_is_lost(bound: Bound) -> None:
    assert explore(NONE, bound).losing is not None


@pytest.mark.parametrize(
    "ablation", ABLATIONS, ids=lambda one: f"{one.barrier.name}, {one.removed}"
)
def test_every_part_of_a_barrier_is_needed_that_is_said_to_be(ablation: Ablation) -> None:
    slots = 2 if ablation.stacks == 1 else 1
    bound = Bound(2, 1, ablation.stacks, slots, globals=1, operations=ANY)
    assert (explore(ablation.barrier, bound).losing is not None) is ablation.is_needed


def test_all_ways_are_counted() -> None:
    """One object in one slot and nothing else: read the slot, then read the field. No operation."""
    bound = Bound(objects=1, fields=1, stacks=1, slots=1, globals=0, operations=0)
    found = explore(HYBRID, bound)
    assert found.graphs == 3  # nothing, an object with nil, an object that points to itself
    assert found.runs == 3  # one way each


def test_more_operations_mean_more_runs_and_hold_the_fewer() -> None:
    runs = [explore(GO, Bound(2, 1, 1, 1, 1, operations)).runs for operations in range(4)]
    assert runs == sorted(runs)  # type: ignore[type-var]
    assert runs[0] != runs[-1]


def test_any_number_of_operations_meets_the_states_of_many() -> None:
    """Enough operations reach all there is; only the count of operations tells states apart."""
    bound, many = Bound(2, 1, 1, 1, 1, ANY), Bound(2, 1, 1, 1, 1, 12)
    layout = Layout(many, HYBRID)
    seen = Seen()
    for _ in generations(layout, layout.starts(list(graphs(many))), seen):
        pass
    without_count = np.unique(seen.states() & ((1 << layout.operations.first) - 1))
    assert len(without_count) == explore(HYBRID, bound).states


def test_too_many_runs_to_count_are_refused() -> None:
    with pytest.raises(BadInput, match="more runs than can be counted"):
        explore(HYBRID, Bound(2, 1, 1, 2, 1, 20))


def test_a_state_that_fits_no_integer_is_refused() -> None:
    with pytest.raises(BadInput, match="bits"):
        explore(HYBRID, Bound(objects=5, fields=3, stacks=2, slots=3))
