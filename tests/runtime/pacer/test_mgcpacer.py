"""Goal, trigger and runway hold what the runtime's comments promise, whatever the figures."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goom.runtime.pacer.mgcpacer import (
    GOGC,
    HEAP_MINIMUM,
    LATE_TRIGGER,
    MEMORY_LIMIT,
    NO_GOAL_BYTES,
    NO_MEMORY_LIMIT_BYTES,
    SWEEP_DISTANCE,
    current_cons_mark,
    earliest_trigger_bytes,
    gc_percent_heap_goal_bytes,
    heap_goal,
    heap_minimum_bytes,
    latest_trigger_bytes,
    runway_bytes,
    sweep_dist_min_trigger_bytes,
    trigger_bytes,
)
from goom.runtime.pacer.versions import GO_1_19, GO_1_21

MIB = 1 << 20
sizes = st.integers(0, 1 << 44)
percents = st.integers(0, 2000)


def test_the_goal_grows_by_gogc_percent_of_heap_stacks_and_globals() -> None:
    assert gc_percent_heap_goal_bytes(1000, 101, 100) == 2101
    assert gc_percent_heap_goal_bytes(1000, 101, 50) == 1550  # 550.5 is cut


def test_gogc_off_is_no_goal() -> None:
    assert gc_percent_heap_goal_bytes(1000, 0, -1) == NO_GOAL_BYTES
    goal = heap_goal(NO_GOAL_BYTES, heap_minimum_bytes(-1), 50 * MIB)
    assert goal.goal_bytes == 50 * MIB
    assert goal.regime == MEMORY_LIMIT


@pytest.mark.parametrize(("gc_percent", "least"), [(100, 4 * MIB), (25, MIB), (400, 16 * MIB)])
def test_the_heap_minimum_follows_gogc(gc_percent: int, least: int) -> None:
    assert heap_minimum_bytes(gc_percent) == least
    goal = heap_goal(gc_percent_heap_goal_bytes(1000, 0, gc_percent), least, NO_GOAL_BYTES)
    assert goal.goal_bytes == least
    assert goal.regime == HEAP_MINIMUM


def test_a_low_gogc_leaves_the_sweeper_its_mebibyte() -> None:
    marked = 2 * MIB
    floor = sweep_dist_min_trigger_bytes(marked)
    goal = heap_goal(gc_percent_heap_goal_bytes(marked, 0, 25), MIB, NO_GOAL_BYTES, floor)
    assert goal == (3 * MIB, 3 * MIB, SWEEP_DISTANCE)


def test_a_cycle_that_begins_past_its_goal_moves_it() -> None:
    goal = heap_goal(60 * MIB, 4 * MIB, NO_GOAL_BYTES, 31 * MIB, 80 * MIB)
    assert goal.goal_bytes == 80 * MIB + 65536
    assert goal.regime == LATE_TRIGGER


def test_the_limit_bounds_the_goal_even_when_a_cycle_begins_late() -> None:
    goal = heap_goal(60 * MIB, 4 * MIB, 50 * MIB, 31 * MIB, 80 * MIB)
    assert goal == (50 * MIB, 0, MEMORY_LIMIT)


def test_headroom_is_a_mebibyte_in_1_19_and_3_percent_since_1_21() -> None:
    non_heap, marked = 20 * MIB, 50 * MIB
    old = GO_1_19.memory_limit_heap_goal_bytes(non_heap, 0, 100 * MIB, marked)
    new = GO_1_21.memory_limit_heap_goal_bytes(non_heap, 0, 100 * MIB, marked)
    assert old == 79 * MIB
    assert new == 80 * MIB - 80 * MIB // 100 * 3


def test_what_the_process_has_over_its_limit_is_taken_off_the_goal() -> None:
    within = GO_1_19.memory_limit_heap_goal_bytes(20 * MIB, 0, 100 * MIB, 50 * MIB)
    over = GO_1_19.memory_limit_heap_goal_bytes(20 * MIB, 7 * MIB, 100 * MIB, 50 * MIB)
    assert within - over == 7 * MIB


def test_a_limit_that_other_memory_has_eaten_means_collecting_all_the_time() -> None:
    marked = 9 * MIB
    goal = GO_1_21.memory_limit_heap_goal_bytes(80 * MIB, 26 * MIB, 64 * MIB, marked)
    assert goal == marked


@given(sizes, sizes, st.integers(1, NO_MEMORY_LIMIT_BYTES), sizes)
def test_the_goal_of_the_limit_is_never_below_what_is_marked(
    non_heap: int, overage: int, limit: int, marked: int
) -> None:
    for pacer in (GO_1_19, GO_1_21):
        goal = pacer.memory_limit_heap_goal_bytes(non_heap, overage, limit, marked)
        assert goal >= marked
        assert goal <= max(limit, marked, MIB)


@given(sizes, sizes, percents, sizes)
def test_a_trigger_lies_between_what_is_marked_and_the_goal(
    marked: int, roots: int, gc_percent: int, runway: int
) -> None:
    floor = sweep_dist_min_trigger_bytes(marked)
    percent_goal = gc_percent_heap_goal_bytes(marked, roots, gc_percent)
    goal = heap_goal(percent_goal, heap_minimum_bytes(gc_percent), NO_GOAL_BYTES, floor)
    trigger = trigger_bytes(goal.goal_bytes, goal.min_trigger_bytes, marked, runway)
    earliest = earliest_trigger_bytes(goal.goal_bytes, goal.min_trigger_bytes, marked)
    latest = max(latest_trigger_bytes(goal.goal_bytes, marked), earliest)
    assert marked < earliest <= trigger <= latest <= goal.goal_bytes


@given(sizes, sizes, sizes, sizes)
def test_more_runway_never_begins_a_cycle_later(marked: int, room: int, one: int, two: int) -> None:
    goal = marked + room
    short, long = sorted((one, two))
    assert trigger_bytes(goal, 0, marked, long) <= trigger_bytes(goal, 0, marked, short)


def test_a_large_heap_begins_at_most_4_mib_before_its_goal() -> None:
    assert trigger_bytes(2000 * MIB, 0, 1000 * MIB, 0) == 1996 * MIB


def test_a_small_heap_begins_at_61_of_64_of_its_room() -> None:
    assert trigger_bytes(20 * MIB, 0, 10 * MIB, 0) == 10 * MIB + 10 * MIB // 64 * 61


def test_a_heap_above_its_goal_is_collected_at_once() -> None:
    assert trigger_bytes(50 * MIB, 0, 60 * MIB, MIB) == 50 * MIB


def test_the_runway_is_three_times_cons_over_mark_of_the_work_expected() -> None:
    assert runway_bytes(0.5, 1000) == 1500


@pytest.mark.parametrize("cons_mark", [float("inf"), float("nan"), -5.0, 1e300])
def test_an_estimate_beyond_a_uint64_asks_for_the_earliest_trigger(cons_mark: float) -> None:
    runway = runway_bytes(cons_mark, 1 << 20)
    assert trigger_bytes(64 * MIB, 0, 0, runway) == 45 * MIB


def test_plain_gogc_is_named_so() -> None:
    assert heap_goal(60 * MIB, 4 * MIB, NO_GOAL_BYTES, 31 * MIB).regime == GOGC


def test_cons_mark_weighs_what_was_allocated_by_the_cpu_of_either_side() -> None:
    assert current_cons_mark(4 * MIB, 8 * MIB, 0.5, 0.1) == pytest.approx(4 * 0.6 / (8 * 0.5))


def test_assists_that_fill_the_cycle_make_cons_mark_infinite() -> None:
    assert current_cons_mark(4 * MIB, 8 * MIB, 1.0, 0.0) == float("inf")


@given(sizes, st.integers(0, 1 << 30), percents, sizes)
def test_floats_give_the_same_goal_and_trigger_but_for_rounding(
    marked: int, roots: int, gc_percent: int, runway: int
) -> None:
    exact = gc_percent_heap_goal_bytes(marked, roots, gc_percent)
    rounded = gc_percent_heap_goal_bytes(float(marked), float(roots), gc_percent)
    assert rounded == pytest.approx(exact, abs=64)
    trigger = trigger_bytes(exact, 0, marked, runway)
    assert trigger_bytes(float(exact), 0.0, float(marked), float(runway)) == pytest.approx(
        trigger, abs=64
    )
