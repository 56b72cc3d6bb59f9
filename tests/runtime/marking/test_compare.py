"""The comparison: the same program under every barrier, and what each costs."""

from __future__ import annotations

from itertools import islice
from random import Random

import pytest

from goom.runtime.marking.barrier import BARRIERS, GO, HYBRID, SAFE, YUASA, Barrier
from goom.runtime.marking.collector import Collector
from goom.runtime.marking.compare import compared, run
from goom.runtime.marking.cost import Cost
from goom.runtime.marking.marking import Marking
from goom.runtime.marking.mutator import perform
from goom.runtime.marking.operations import Operation
from goom.runtime.marking.workloads import WORKLOADS, Workload

OBJECTS = 600


@pytest.fixture(scope="module")
def costs() -> dict[tuple[str, str], Cost]:
    return {(one.workload, one.barrier): one for one in compared(objects=OBJECTS)}


def done(workload: Workload, barrier: Barrier, count: int) -> list[Operation]:
    """The first operations of a workload while marking goes on, and after it."""
    random = Random(7)
    marking = Marking(barrier, workload.graph(random, OBJECTS))
    collector = Collector(marking)
    performed = []
    for operation in islice(workload.operations(marking.graph, random), count):
        while marking.is_stopped(operation.stack):
            collector.work(1)
        perform(marking, operation)
        performed.append(operation)
        collector.work(0 if collector.done else 1)
    return performed


@pytest.mark.parametrize("workload", WORKLOADS, ids=lambda one: one.name)
def test_a_workload_does_the_same_whatever_the_barrier(workload: Workload) -> None:
    assert len({tuple(done(workload, barrier, 1000)) for barrier in BARRIERS}) == 1


def test_the_same_seed_gives_the_same_figures() -> None:
    assert run(WORKLOADS[0], GO, 3, OBJECTS) == run(WORKLOADS[0], GO, 3, OBJECTS)
    assert run(WORKLOADS[2], GO, 3, OBJECTS) != run(WORKLOADS[2], GO, 4, OBJECTS)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("workload", WORKLOADS, ids=lambda one: one.name)
def test_no_workload_loses_an_object_under_a_barrier(workload: Workload, seed: int) -> None:
    assert not [one for one in SAFE if run(workload, one, seed, 200).lost_objects]


def test_workloads_that_move_pointers_lose_objects_without_one(
    costs: dict[tuple[str, str], Cost],
) -> None:
    assert costs["batch", "none"].lost_objects > 100
    assert costs["tree", "none"].lost_objects > 0


def test_only_insertion_and_a_snapshot_stop_the_world_for_the_stacks(
    costs: dict[tuple[str, str], Cost],
) -> None:
    slots = {"goroutines": 200 * 32, "deep stack": 256}
    for workload in WORKLOADS:
        all_slots = slots.get(workload.name, 8)
        assert costs[workload.name, "yuasa"].stopped_slots == all_slots
        ran = costs[workload.name, "dijkstra"].stopped_slots  # since their stack was read
        assert 0.9 * all_slots < ran <= all_slots
        for barrier in ("hybrid", "go"):
            one = costs[workload.name, barrier]
            assert one.stopped_slots == one.stopped_fields == 0
            assert one.longest_goroutine_stop_slots == 32 if all_slots == 6400 else all_slots


def test_insertion_marks_in_the_pause_what_only_a_stack_holds(
    costs: dict[tuple[str, str], Cost],
) -> None:
    """A list of half of all objects, taken off the heap after the stack was read."""
    assert costs["batch", "dijkstra"].stopped_fields >= OBJECTS / 2
    others = [costs["batch", one.name].stopped_fields for one in (YUASA, HYBRID, GO)]
    assert others == [0, 0, 0]


def test_deletion_keeps_what_dies_while_marking(costs: dict[tuple[str, str], Cost]) -> None:
    insertion = costs["cache", "dijkstra"].floating_died
    for barrier in ("yuasa", "hybrid", "go"):
        assert costs["cache", barrier].floating_died > insertion


def test_new_objects_that_die_stay_under_every_barrier(
    costs: dict[tuple[str, str], Cost],
) -> None:
    """They are born black; requests make nothing else."""
    for barrier in SAFE:
        one = costs["requests", barrier.name]
        assert one.floating_died == 0
        assert one.floating_born > 100


def test_go_shades_more_and_finds_the_same(costs: dict[tuple[str, str], Cost]) -> None:
    for workload in WORKLOADS:
        go, hybrid = costs[workload.name, "go"], costs[workload.name, "hybrid"]
        assert go.shades >= hybrid.shades
        assert go.marked_objects >= hybrid.marked_objects * 0.99


def test_figures_of_a_mark_phase_add_up(costs: dict[tuple[str, str], Cost]) -> None:
    for one in costs.values():
        floating = one.floating_born + one.floating_died
        assert one.marked_objects + one.lost_objects == one.reachable_objects + floating
        assert one.barrier_hits == (one.pointer_writes if one.barrier != "none" else 0)
        assert one.flushes == (2 * one.barrier_hits - 1) // 512 if one.barrier == "go" else True
