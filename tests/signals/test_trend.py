"""Trends on few, uneven, noisy points."""

from __future__ import annotations

from math import isnan, nan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from goom.signals.trend import FLAT, floors, mann_kendall_rising, ramp, theil_sen, thin, trend

values = st.lists(st.integers(-1000, 1000).map(float), min_size=2, max_size=40).map(np.array)


@given(values, st.integers(1, 50), st.integers(-50, 50))
def test_theil_sen_follows_a_change_of_units_and_of_the_origin(
    value: np.ndarray, scale: int, shift: int
) -> None:
    time = np.arange(len(value), dtype=float)
    slope = theil_sen(time, value)
    assert theil_sen(time, value * scale + shift) == pytest.approx(slope * scale, abs=1e-9)
    assert theil_sen(time * scale + shift, value) == pytest.approx(slope / scale, abs=1e-9)
    assert theil_sen(time, value + 3 * time) == pytest.approx(slope + 3, abs=1e-9)
    assert theil_sen(-time[::-1], value[::-1]) == pytest.approx(-slope, abs=1e-9)


def test_theil_sen_is_not_moved_by_a_quarter_of_wild_points() -> None:
    time = np.arange(20.0)
    value = 2 * time
    value[[3, 8, 13, 18]] = 1e12
    assert theil_sen(time, value) == pytest.approx(2.0, rel=0.2)


def test_theil_sen_knows_nothing_of_a_single_moment() -> None:
    assert isnan(theil_sen(np.array([1.0]), np.array([5.0])))
    assert isnan(theil_sen(np.array([1.0, 1.0]), np.array([5.0, 9.0])))
    assert isnan(theil_sen(np.zeros(0), np.zeros(0)))


def test_mann_kendall_of_four_rising_points_is_as_worked_by_hand() -> None:
    # S = 6, variance = 4 * 3 * 13 / 18, z = 5 / sqrt(8.667) = 1.698
    assert mann_kendall_rising(np.array([1.0, 2, 3, 4])) == pytest.approx(0.0447, abs=1e-4)


@given(values)
def test_mann_kendall_of_the_mirror_image_is_the_other_side(value: np.ndarray) -> None:
    rising, falling = mann_kendall_rising(value), mann_kendall_rising(-value)
    assert 0 <= rising <= 1
    if len(value) >= 4 and len(set(value.tolist())) > 1:
        assert rising + falling == pytest.approx(1.0)


def test_nothing_rises_in_a_flat_line_or_in_three_points() -> None:
    assert mann_kendall_rising(np.ones(50)) == 1.0
    assert mann_kendall_rising(np.array([1.0, 2, 3])) == 1.0
    assert mann_kendall_rising(np.array([nan] * 9)) == 1.0


def test_the_floor_of_a_saw_tooth_is_flat() -> None:
    time = np.arange(200.0)
    low_time, low = floors(time, 50 + time % 20)
    assert len(low) == 10
    assert (low == 50).all()
    assert (np.diff(low_time) > 0).all()


@given(values, st.integers(1, 12))
def test_floors_are_points_of_the_series(value: np.ndarray, windows: int) -> None:
    time = np.arange(len(value), dtype=float)
    low_time, low = floors(time, value, windows)
    assert (value[low_time.astype(int)] == low).all()
    assert low.min() == value.min()


def test_thinning_keeps_both_ends_and_drops_what_is_unknown() -> None:
    time = np.arange(1000.0)
    value = np.where(time == 500, nan, time)
    few_time, few = thin(time, value, 7)
    assert (few_time[0], few_time[-1], len(few)) == (0, 999, 7)
    assert len(thin(time, value, 5000)[0]) == 999


def test_growth_that_levels_off_is_told_from_growth_that_goes_on() -> None:
    time = np.arange(40.0)
    line, bounded = trend(time, time), trend(time, np.minimum(time, 20))
    assert line.late_fraction == pytest.approx(1.0)
    assert line.growth == pytest.approx(39.0)
    assert bounded.late_fraction < 0.1


@pytest.mark.parametrize(
    "time", [[], [1.0], [1.0, 2.0], [3.0, 3.0, 3.0], [nan, nan, nan], [5.0, 4.0, 3.0]]
)
def test_a_trend_of_too_little_is_flat(time: list[float]) -> None:
    assert trend(np.array(time), np.arange(len(time), dtype=float)) == FLAT


@given(st.floats(-10, 10), st.floats(-5, 5), st.floats(-5, 5))
def test_a_ramp_stays_within_its_bounds(value: float, low: float, high: float) -> None:
    assert 0.0 <= ramp(value, low, high) <= 1.0
    if low != high:
        assert ramp(low, low, high) == 0.0
        assert ramp(high, low, high) == 1.0
        assert ramp(value, low, high) == pytest.approx(1 - ramp(value, high, low), abs=1e-9)


def test_a_ramp_of_the_unknown_is_nothing() -> None:
    assert ramp(nan, 0, 1) == 0.0
    assert ramp(10**30, 0, 1) == 1.0
