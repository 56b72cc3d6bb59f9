"""The equations over columns give what the equations for one cycle give."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from goom.runtime.pacer import mgcpacer, mgcpacer_columns
from goom.runtime.pacer.versions import GO_1_19, GO_1_21, Pacer

sizes = st.integers(0, 1 << 40)
percents = st.sampled_from([-1, 0, 25, 50, 100, 137, 400])
pacers = st.sampled_from([GO_1_19, GO_1_21])


def column(figure: float) -> mgcpacer_columns.Floats:
    return np.array([figure], np.float64)


@given(sizes, st.integers(0, 1 << 30), percents, sizes)
def test_goals(marked: int, roots: int, gc_percent: int, limit_goal: int) -> None:
    one = mgcpacer.heap_goal(
        mgcpacer.gc_percent_heap_goal_bytes(marked, roots, gc_percent),
        mgcpacer.heap_minimum_bytes(gc_percent),
        limit_goal,
        mgcpacer.sweep_dist_min_trigger_bytes(marked),
    )
    goals, least, regimes = mgcpacer_columns.heap_goals(
        column(marked),
        mgcpacer_columns.gogc_goals_bytes(column(marked), column(roots), gc_percent),
        mgcpacer.heap_minimum_bytes(gc_percent),
        column(limit_goal),
    )
    assert (goals[0], least[0], regimes[0]) == one


@given(pacers, st.integers(-(1 << 40), 1 << 40), sizes)
def test_goals_of_the_limit(pacer: Pacer, left: int, marked: int) -> None:
    one = mgcpacer.memory_limit_heap_goal_bytes(left, pacer.headroom_bytes(left), marked)
    many = mgcpacer_columns.memory_limit_heap_goals_bytes(
        column(left), pacer.headroom_percent, column(marked)
    )
    assert many[0] == one


@given(pacers, st.integers(4 << 20, 1 << 40))
def test_the_way_back_from_a_goal_is_exact_to_a_hundred_bytes(pacer: Pacer, left: int) -> None:
    goal = mgcpacer.memory_limit_heap_goal_bytes(left, pacer.headroom_bytes(left), 0)
    back = mgcpacer_columns.left_of_goals_bytes(column(goal), pacer.headroom_percent)
    assert abs(back[0] - left) <= 100


@given(sizes, sizes, sizes, sizes)
def test_triggers(goal: int, least: int, marked: int, runway: int) -> None:
    one = mgcpacer.trigger_bytes(goal, least, marked, runway)
    many = mgcpacer_columns.triggers_bytes(
        column(goal), column(least), column(marked), column(runway)
    )
    assert many[0] == one


@given(st.floats(-10, 1e30), sizes)
def test_runways(cons_mark: float, work: int) -> None:
    many = mgcpacer_columns.runways_bytes(column(cons_mark), column(work))
    assert many[0] == float(mgcpacer.runway_bytes(cons_mark, work))


@given(st.integers(1, 1 << 40), sizes, st.floats(0.25, 1.0), st.floats(0, 0.75))
def test_cons_mark(allocated: int, work: int, busy: float, idle: float) -> None:
    one = mgcpacer.current_cons_mark(allocated, work, busy, idle)
    many = mgcpacer_columns.current_cons_marks(
        column(allocated), column(work), column(busy), column(idle)
    )
    assert many[0] == (pytest.approx(one) if math.isfinite(one) else one)


def test_a_cycle_without_allocation_measures_no_cons_mark() -> None:
    nothing = mgcpacer_columns.current_cons_marks(column(0), column(1), column(0.25), column(0))
    assert np.isnan(nothing[0])
