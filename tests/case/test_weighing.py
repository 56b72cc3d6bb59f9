"""Reasons are kept by side, and what weighs nothing is not said."""

from __future__ import annotations

from math import nan

from goom.case.weighing import PRIOR_LOG_ODDS, Weighing


def test_what_weighs_nothing_is_not_said() -> None:
    weighing = Weighing()
    for weight in (0.0, 0.01, -3.0, nan):
        weighing.plus(weight, "for")
        weighing.minus(weight, "against")
    assert not weighing.speaks_for
    assert not weighing.speaks_against


def test_a_reason_against_weighs_as_much_as_one_for() -> None:
    weighing = Weighing()
    weighing.plus(2.0, "it rises", "gctrace")
    weighing.minus(2.0, "it was killed", "kernel")
    weighing.lacks("a log")
    hypothesis = weighing.hypothesis("heap_leak", "It leaks.", scenario="steady")
    assert hypothesis.log_odds == hypothesis.prior == PRIOR_LOG_ODDS
    assert hypothesis.missing == ("a log",)
    assert [reason.source for reason in hypothesis.speaks_for] == ["gctrace"]
