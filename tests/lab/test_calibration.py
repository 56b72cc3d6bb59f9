"""Stated confidence is held against how often it was right."""

from __future__ import annotations

import pytest

from goom.lab.calibration import calibrate
from goom.lab.check import Outcome


def outcome(confidence: float, hit: bool) -> Outcome:
    return Outcome(
        program="p",
        variant="sick",
        go_version="1.22.10",
        expected="heap_leak",
        found="heap_leak" if hit else "healthy",
        confidence=confidence,
    )


def test_sure_and_right_is_a_perfect_score() -> None:
    told = calibrate([outcome(1.0, True)] * 3)
    assert (told.brier_score, told.hit_fraction, told.count) == (0.0, 1.0, 3)
    assert told.bins[0].high == 1.0


def test_sure_and_wrong_is_the_worst_score() -> None:
    assert calibrate([outcome(1.0, False)]).brier_score == 1.0


def test_each_verdict_falls_into_one_bin() -> None:
    stated = (0.0, 0.42, 0.5, 0.7, 0.77, 0.8, 0.95, 0.99, 1.0)
    told = calibrate([outcome(confidence, True) for confidence in stated])
    assert sum(one.count for one in told.bins) == len(stated)
    assert all(one.low <= one.mean_confidence <= one.high for one in told.bins)


def test_a_bin_says_how_often_it_was_right() -> None:
    told = calibrate([outcome(0.9, True), outcome(0.94, False)])
    assert told.bins[0].hit_fraction == 0.5
    assert told.bins[0].mean_confidence == pytest.approx(0.92)


def test_what_was_not_run_is_not_counted() -> None:
    skipped = Outcome(
        program="p", variant="sick", go_version="1", expected="off_heap", skipped="needs gcc"
    )
    assert calibrate([skipped]).count == 0
