"""The shape of a rise: from what base, how fast, and whether it was given back."""

from __future__ import annotations

import numpy as np
import pytest

from goom.case.units import MIB
from goom.signals.burst import burst
from goom.signals.onset import shape
from goom.signals.startup import startup
from tests.signals.small_evidence import clock, rise

STEP = rise((0, 20), (15, 20), (17, 100), (20, 100))
LINE = rise((0, 10), (20, 110))
BUMP = rise((0, 10), (3, 100), (5, 20), (30, 20))


def test_a_step_has_a_flat_base_and_a_short_rise() -> None:
    assert STEP.base_bytes == pytest.approx(20 * MIB)
    assert STEP.rise_bytes == pytest.approx(80 * MIB)
    assert STEP.onset_seconds == pytest.approx(15.3, abs=0.5)
    assert STEP.rise_fraction < 0.15
    assert STEP.fell_fraction == 0.0


def test_a_line_rises_most_of_the_time() -> None:
    assert LINE.rise_fraction == pytest.approx(0.7, abs=0.1)


def test_a_bump_is_given_back() -> None:
    assert BUMP.fell_fraction > 0.8
    assert BUMP.fell_after_seconds > 25


@pytest.mark.parametrize("factor", [0.001, 1000.0])
def test_the_shape_does_not_depend_on_the_unit(factor: float) -> None:
    time, value = np.arange(50.0), np.array([20.0] * 30 + [100.0] * 20)
    plain, scaled = shape(time, value), shape(time, value * factor)
    assert plain is not None
    assert scaled is not None
    assert scaled.rise_bytes == pytest.approx(plain.rise_bytes * factor)
    assert scaled.rise_fraction == plain.rise_fraction


@pytest.mark.parametrize("value", [[1.0] * 7, [np.nan] * 20, [np.inf] * 20])
def test_too_few_points_have_no_shape(value: list[float]) -> None:
    assert shape(np.arange(len(value), dtype=float), np.array(value)) is None


def test_looks_at_one_moment_or_before_the_start_do_no_harm() -> None:
    assert shape(np.zeros(20), np.arange(20.0)) is None
    assert shape(np.arange(-40.0, -20.0), np.arange(20.0)) is not None


def test_a_flat_line_neither_rises_nor_falls() -> None:
    flat = shape(np.arange(20.0), np.ones(20))
    assert flat is not None
    assert (flat.rise_bytes, flat.rise_fraction, flat.fell_fraction) == (0.0, 0.0, 0.0)


def test_a_step_is_a_burst_and_a_line_is_none() -> None:
    assert burst(STEP, None, None, None).strength > 0.2
    assert burst(LINE, None, None, None).strength == 0.0
    assert "80.0 MiB more" in burst(STEP, None, None, None).text


def test_a_peak_that_is_given_back_early_is_start_up_only_when_the_start_was_seen() -> None:
    assert startup(clock(), BUMP, None, None, None).strength > 0.8
    unseen = startup(clock(from_start=False), BUMP, None, None, None)
    assert (unseen.strength, unseen.text) == (0.0, "the start of the process was not seen")


def test_a_step_long_after_the_start_is_no_start_up() -> None:
    assert startup(clock(20), STEP, None, None, None).strength < 0.1
