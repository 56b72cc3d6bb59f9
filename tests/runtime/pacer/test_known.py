"""Columns with gaps: what was known last, and the last few known."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from goom.runtime.pacer.known import last_known, rolling

gaps = st.lists(st.one_of(st.just(math.nan), st.floats(-1e6, 1e6)), max_size=40)


@given(gaps)
def test_a_gap_holds_what_was_known_before_it(column: list[float]) -> None:
    last, expected = math.nan, []
    for figure in column:
        last = last if math.isnan(figure) else figure
        expected.append(last)
    assert np.array_equal(last_known(np.array(column)), expected, equal_nan=True)


@given(gaps, st.integers(1, 7))
def test_the_last_few_known_figures_are_reduced(column: list[float], most: int) -> None:
    known: list[float] = []
    expected = []
    for figure in column:
        known += [] if math.isnan(figure) else [figure]
        expected.append(max(known[-most:], default=math.nan))
    assert np.array_equal(rolling(np.max, np.array(column), most), expected, equal_nan=True)
