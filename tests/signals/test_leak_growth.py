"""The shape of one group's counts: to the end, to a cap, in a step, up and down."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from goom.signals.leaks.growth import growth_of

TIME = np.array([0.2, 0.7, 1.2, 2.2, 5.0, 8.0, 11.0, 14.0, 15.0])
_CHANCE = np.random.default_rng(7)


def counts(curve: Callable[[float], float]) -> np.ndarray:
    return np.array([float(round(curve(moment))) for moment in TIME])


@pytest.mark.parametrize("pace", [3.0, 40.0, 900.0])
def test_an_even_rise_goes_on_to_the_end(pace: float) -> None:
    growth = growth_of(TIME, counts(lambda t: pace * t))
    assert growth.strength > 0.9
    assert growth.per_second == pytest.approx(pace, rel=0.05)


def test_a_rise_that_began_late_is_one() -> None:
    assert growth_of(TIME, counts(lambda t: max(0.0, 40 * (t - 3)))).strength > 0.7


@pytest.mark.parametrize("full_at", [3.0, 8.0, 11.0, 12.0])
def test_a_pool_that_is_full_has_stopped(full_at: float) -> None:
    growth = growth_of(TIME, counts(lambda t: min(600.0, 600 * t / full_at)))
    assert growth.levelled > 0.8
    assert growth.strength < 0.25


def test_a_pool_that_has_only_just_filled_is_doubtful() -> None:
    assert 0.2 < growth_of(TIME, counts(lambda t: min(600.0, 600 * t / 13))).strength < 0.9


def test_what_grows_with_the_work_may_stop_with_it() -> None:
    rest = counts(lambda t: min(600.0, 600 * t / 11))
    assert growth_of(TIME, rest, late_work=1.0).strength < 0.25
    assert growth_of(TIME, rest, late_work=0.1).strength > 0.7


def test_a_fleet_that_starts_at_once_is_a_step() -> None:
    growth = growth_of(TIME, counts(lambda t: 10 if t < 6 else 500))
    assert growth.strength < 0.25


def test_a_burst_that_ends_has_fallen() -> None:
    growth = growth_of(TIME, counts(lambda t: 1500 if 6 < t < 10 else 20))
    assert growth.fell == pytest.approx(1.0)
    assert growth.strength == 0.0


def test_a_load_that_swings_does_not_rise() -> None:
    for _ in range(50):
        assert growth_of(TIME, _CHANCE.poisson(100, len(TIME)).astype(float)).strength < 0.5


def test_arrivals_by_chance_still_rise() -> None:
    found = []
    for _ in range(50):
        steps = _CHANCE.poisson(np.diff(TIME, prepend=0.0) * 5.0)
        found.append(growth_of(TIME, np.cumsum(steps).astype(float)).strength)
    assert np.mean(np.array(found) > 0.5) > 0.9


@pytest.mark.parametrize("looks", [1, 2, 3])
def test_a_few_looks_are_no_trend(looks: int) -> None:
    growth = growth_of(TIME[:looks], counts(lambda t: 100 * t)[:looks])
    assert growth.strength == 0.0
    assert growth.levelled == 0.0


def test_looks_of_one_moment_are_no_trend() -> None:
    assert growth_of(np.ones(5), np.arange(5.0)).strength == 0.0
