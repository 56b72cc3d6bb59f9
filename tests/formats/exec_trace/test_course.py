"""How many goroutines were in a state over time, against counting one by one."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from goom.formats.exec_trace.course import BUCKETS, StateCourse

TIMES = st.lists(st.tuples(st.floats(0, 900), st.floats(0, 900)), max_size=30)


def added(stays: list[tuple[float, float]], end: float) -> StateCourse:
    """Goroutines that are in state 1 between two times, added in the order of their numbers."""
    course = StateCourse()
    for one, other in stays:
        low, high = sorted((min(one, end), min(other, end)))
        course.add(np.array([1], np.int8), np.array([low]), 1)
        course.add(np.array([1], np.int8), np.array([high]), -1)
    return course


@given(TIMES, st.floats(0.001, 900))
def test_the_time_in_a_state_is_that_of_all_buckets(
    stays: list[tuple[float, float]], end: float
) -> None:
    course = added(stays, end)
    means = course.means(end)[1]
    widths = np.full(len(means), course.width_seconds)
    widths[-1] = end - course.width_seconds * (len(means) - 1)
    spent = sum(abs(min(one, end) - min(other, end)) for one, other in stays)
    assert float((means * widths).sum()) == pytest.approx(spent, abs=1e-6 * (1 + spent))


@given(TIMES)
def test_a_bucket_is_the_mean_over_it(stays: list[tuple[float, float]]) -> None:
    course = added(stays, 900.0)
    means = course.means(900.0)[1]
    for bucket in range(0, len(means), 401):
        low = bucket * course.width_seconds
        high = min(low + course.width_seconds, 900.0)
        inside = sum(max(0.0, min(max(pair), high) - max(min(pair), low)) for pair in stays)
        assert means[bucket] == pytest.approx(inside / (high - low), abs=1e-6)


def test_a_trace_of_a_day_has_no_more_buckets_than_one_of_a_second() -> None:
    course = added([(0.0, 86_400.0), (40_000.0, 41_000.0)], 86_400.0)
    assert BUCKETS // 2 <= course.means(86_400.0).shape[1] <= BUCKETS


def test_what_is_still_there_is_counted_to_the_traces_end_and_not_further() -> None:
    course = StateCourse()
    course.add(np.array([2], np.int8), np.array([0.0]), 1)
    assert course.means(0.0123)[2] == pytest.approx(np.ones(len(course.means(0.0123)[2])))
