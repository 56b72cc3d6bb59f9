"""What is true of every mark phase, whatever the graph, the program and the order."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.runtime.marking.runs import (
    CHANCE,
    TURNS,
    any_graph,
    forest,
    interleaved,
    loses,
    marked,
    step,
)

from goom.runtime.marking.ablations import ABLATIONS
from goom.runtime.marking.barrier import DIJKSTRA, GO, HYBRID, NONE, SAFE, YUASA, Barrier
from goom.runtime.marking.collector import Collector
from goom.runtime.marking.graph import Graph
from goom.runtime.marking.marking import Color, Marking
from goom.runtime.marking.mutator import perform
from goom.runtime.marking.operations import Store

safe = st.sampled_from(SAFE)
GRAPHS = any_graph() | forest()


@given(safe, GRAPHS, TURNS, CHANCE)
def test_nothing_that_can_be_reached_is_lost(
    barrier: Barrier, graph: Graph, turns: list[str], chance: Random
) -> None:
    """After every single step (``interleaved`` asserts it) and at the end."""
    ended = marked(barrier, graph, turns, chance)
    assert not ended.lost()
    assert Color.GREY not in ended.color


@given(safe, GRAPHS, TURNS, CHANCE)
def test_writes_torn_from_their_barriers_lose_nothing(
    barrier: Barrier, graph: Graph, turns: list[str], chance: Random
) -> None:
    """Two goroutines may write to one field at once: a program with a data race."""
    torn = Marking(barrier, graph, torn_writes=True)
    assert not interleaved(torn, turns, chance, check=False).lost()


@given(safe, GRAPHS, TURNS, CHANCE)
def test_only_what_was_reachable_or_is_new_is_marked(
    barrier: Barrier, graph: Graph, turns: list[str], chance: Random
) -> None:
    ended = marked(barrier, graph, turns, chance)
    new = set(range(ended.objects_at_start, len(ended.color)))
    assert ended.marked() <= ended.reachable_at_start | new
    assert ended.floating() <= ended.marked()


@given(GRAPHS, TURNS, CHANCE)
def test_a_snapshot_marks_what_was_reachable_at_the_start_and_what_is_new(
    graph: Graph, turns: list[str], chance: Random
) -> None:
    ended = marked(YUASA, graph, turns, chance)
    new = set(range(ended.objects_at_start, len(ended.color)))
    assert ended.marked() == ended.reachable_at_start | new


@given(st.sampled_from([HYBRID, GO]), GRAPHS, TURNS, CHANCE)
def test_the_hybrid_barrier_reads_no_word_with_the_world_stopped(
    barrier: Barrier, graph: Graph, turns: list[str], chance: Random
) -> None:
    assert marked(barrier, graph, turns, chance).tally.stopped_work == 0


@given(GRAPHS, TURNS, CHANCE)
def test_insertion_reads_stacks_that_ran_again_and_a_snapshot_reads_all_at_once(
    graph: Graph, turns: list[str], chance: Random
) -> None:
    slots = sum(map(len, graph.stacks))
    snapshot = marked(YUASA, graph.copy(), turns, Random(1))
    assert snapshot.tally.stopped_slots_read == slots
    assert snapshot.tally.slots_read == 0
    insertion = marked(DIJKSTRA, graph, turns, chance)
    assert insertion.tally.stopped_slots_read <= slots
    assert not any(insertion.ran_since_scan)


@given(safe, GRAPHS, TURNS, CHANCE)
def test_every_pointer_write_and_nothing_else_runs_the_barrier(
    barrier: Barrier, graph: Graph, turns: list[str], chance: Random
) -> None:
    tally = marked(barrier, graph, turns, chance).tally
    assert tally.barrier_hits == tally.pointer_writes <= tally.operations
    assert tally.shaded <= tally.shades <= 2 * tally.barrier_hits


@given(GRAPHS, TURNS, CHANCE)
def test_every_word_of_what_is_marked_is_read_once(
    graph: Graph, turns: list[str], chance: Random
) -> None:
    ended = marked(HYBRID, graph, turns, chance)
    old = range(ended.objects_at_start)
    read = sum(len(graph.fields[one]) for one in old if one in ended.marked())
    assert ended.tally.fields_read == read
    assert ended.tally.slots_read == sum(map(len, graph.stacks))
    assert ended.tally.mark_work == read + sum(map(len, graph.stacks)) + len(graph.globals)


@given(safe, GRAPHS, CHANCE)
def test_the_collector_alone_marks_what_can_be_reached(
    barrier: Barrier, graph: Graph, chance: Random
) -> None:
    marking = Marking(barrier, graph)
    collector = Collector(marking)
    while not collector.done:
        collector.work(chance.randrange(1, 4))
    assert marking.marked() == graph.reachable()


@given(safe, GRAPHS, TURNS, CHANCE)
def test_the_collector_s_order_is_one_that_is_allowed(
    barrier: Barrier, graph: Graph, turns: list[str], chance: Random
) -> None:
    marking = Marking(barrier, graph)
    collector = Collector(marking)
    for turn in turns:
        if turn == "collector":
            chosen = collector.next_step()
            assert chosen is None or chosen in set(marking.steps())
            collector.work(1)
        else:
            step(marking, turn, chance)
        if collector.done:
            assert not marking.lost()
            break


@pytest.mark.parametrize("barrier", [NONE, *(one.barrier for one in ABLATIONS if one.is_needed)])
def test_a_program_that_hides_objects_defeats_what_is_not_safe(barrier: Barrier) -> None:
    """So the properties above can fail."""
    assert any(loses(barrier, seed) for seed in range(1500))


@pytest.mark.parametrize("barrier", SAFE, ids=lambda one: one.name)
def test_a_program_that_hides_objects_does_not_defeat_what_is_safe(barrier: Barrier) -> None:
    assert not any(loses(barrier, seed) for seed in range(1000))


@pytest.mark.parametrize("entries", [510, 512, 514])
def test_a_buffer_without_room_is_flushed_before_the_next_write(entries: int) -> None:
    marking = Marking(GO, Graph([[-1]], [[0]], []))
    for _ in range(entries // 2):
        perform(marking, Store(0, 0, 0, 0))
    assert marking.tally.flushes == (entries > 512)
    assert len(marking.buffer) == (entries if entries <= 512 else entries - 512)
