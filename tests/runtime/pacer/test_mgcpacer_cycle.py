"""Workers, assists and cons/mark of one mark phase; the estimate across cycles; versions."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goom.case.errors import BadInput
from goom.runtime.pacer import mgcpacer_1_19, mgcpacer_1_21
from goom.runtime.pacer.mgcpacer_cycle import (
    MarkInProgress,
    assist_work_per_byte,
    mark_workers,
)
from goom.runtime.pacer.versions import GO_1_19, GO_1_21, pacer_of

MIB = 1 << 20


@pytest.mark.parametrize(
    ("procs", "dedicated", "fractional"),
    [(1, 0, 0.25), (2, 0, 0.25), (3, 0, 0.25), (4, 1, 0.0), (5, 1, 0.0), (6, 1, 0.5 / 6),
     (7, 2, 0.0), (8, 2, 0.0), (16, 4, 0.0)],
)  # fmt: skip
def test_a_quarter_of_the_processors_marks(procs: int, dedicated: int, fractional: float) -> None:
    workers = mark_workers(procs)
    assert workers.dedicated == dedicated
    assert workers.fractional_utilization_goal == pytest.approx(fractional)
    assert workers.max_idle == procs - dedicated


@given(st.integers(1, 1024))
def test_dedicated_and_fractional_workers_come_within_30_percent_of_a_quarter(procs: int) -> None:
    workers = mark_workers(procs)
    share = workers.dedicated / procs + workers.fractional_utilization_goal
    assert 0.25 * 0.7 <= share <= 0.25 * 1.3


def test_the_two_minute_cycle_has_idle_workers_only_when_nobody_else_marks() -> None:
    assert mark_workers(8, periodic=True).max_idle == 0
    assert mark_workers(2, periodic=True).max_idle == 1


def mark(**changes: int) -> MarkInProgress:
    figures = {
        "heap_live_bytes": 80 * MIB, "triggered_bytes": 75 * MIB, "goal_bytes": 100 * MIB,
        "scan_work_bytes": 10 * MIB, "scan_work_expected_bytes": 50 * MIB,
        "max_scan_work_bytes": 90 * MIB,
    }  # fmt: skip
    return MarkInProgress(**(figures | changes))


def test_assists_spread_the_work_left_over_the_heap_left() -> None:
    assert assist_work_per_byte(mark(), 100) == 40 / 20


def test_a_growing_heap_stretches_the_goal_by_the_work_it_may_have() -> None:
    ratio = assist_work_per_byte(mark(scan_work_bytes=60 * MIB), 100)
    assert ratio == pytest.approx(30 / (75 + 25 / 50 * 90 - 80))


def test_the_hard_goal_ends_the_stretching() -> None:
    grown = mark(scan_work_bytes=60 * MIB, max_scan_work_bytes=900 * MIB)
    assert assist_work_per_byte(grown, 100) == pytest.approx(840 / (200 - 80))
    assert assist_work_per_byte(grown, 10) == pytest.approx(840 / (110 - 80))


def test_past_the_goal_a_tenth_is_left() -> None:
    late = mark(heap_live_bytes=105 * MIB)
    assert assist_work_per_byte(late, 100) == pytest.approx(80 / (110 - 105))


def test_far_past_the_goal_each_byte_pays_for_all_the_work_left() -> None:
    lost = mark(heap_live_bytes=300 * MIB)
    assert assist_work_per_byte(lost, 100) == 80 * MIB


def test_gogc_off_allows_a_forced_cycle_a_thousandfold_goal() -> None:
    grown = mark(scan_work_bytes=60 * MIB, max_scan_work_bytes=9000 * MIB)
    assert assist_work_per_byte(grown, -1) < assist_work_per_byte(grown, 400)


@given(st.lists(st.floats(0, 100), min_size=1, max_size=12))
def test_since_1_21_the_estimate_is_the_highest_of_the_last_five(measured: list[float]) -> None:
    estimate = mgcpacer_1_21.ConsMark()
    for current in measured:
        estimate = estimate.next(current)
    assert estimate.cons_mark == max(measured[-5:])


@given(st.floats(0.01, 100))
def test_in_1_19_a_steady_measurement_is_reached(measured: float) -> None:
    estimate = mgcpacer_1_19.ConsMark()
    for _ in range(200):
        estimate = estimate.next(measured)
    assert estimate.cons_mark == pytest.approx(measured, rel=0.01)


def test_in_1_19_a_measurement_without_end_resets_the_controller() -> None:
    before = mgcpacer_1_19.ConsMark().next(2.0)
    assert before.next(math.inf) == mgcpacer_1_19.ConsMark()
    assert mgcpacer_1_19.pi_step(before.cons_mark, before.err_integral, math.inf).reset


def test_in_1_19_the_first_estimate_is_nine_tenths_of_the_measurement() -> None:
    first = mgcpacer_1_19.ConsMark().next(2.0)
    assert first.cons_mark == pytest.approx(1.8)
    assert first.err_integral == pytest.approx(0.9 / 4 * 2)


@pytest.mark.parametrize("version", ["1.21.13", "go1.22", "1.24rc1", "1.27.3", None, "newest"])
def test_versions_since_1_21_share_one_pacer(version: str | None) -> None:
    assert pacer_of(version) is GO_1_21


def test_1_19_has_its_own_pacer() -> None:
    assert pacer_of("1.19.8") is GO_1_19


@pytest.mark.parametrize("version", ["1.18.4", "1.5", "devel", "", "1.1900"])
def test_other_versions_are_told_what_there_is(version: str) -> None:
    with pytest.raises(BadInput):
        pacer_of(version)
