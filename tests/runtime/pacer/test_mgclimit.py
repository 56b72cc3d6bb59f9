"""The CPU limiter: a bucket that fills with the collector's time and drains with the program's."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from goom.runtime.pacer.mgclimit import (
    Bucket,
    Window,
    accumulate,
    empty_bucket,
    fill_per_second,
    most_assisting_procs,
    window,
)

SECONDS = st.floats(0, 10)
WINDOWS = st.lists(st.builds(Window, SECONDS, SECONDS), max_size=40)
PROCS = st.integers(1, 64).map(float)


@given(PROCS, WINDOWS)
def test_the_bucket_is_never_below_empty_nor_above_full(procs: float, passed: list[Window]) -> None:
    bucket = empty_bucket(procs)
    for one in passed:
        bucket = accumulate(bucket, one)
        assert 0 <= bucket.fill_seconds <= bucket.capacity_seconds == procs
        assert not bucket.limiting or bucket.fill_seconds == bucket.capacity_seconds


def test_assists_stop_when_a_cpu_second_for_each_p_is_spent() -> None:
    bucket = empty_bucket(2)
    bucket = accumulate(bucket, Window(0, 1.75))
    assert not bucket.limiting
    bucket = accumulate(bucket, Window(0, 0.25))
    assert bucket.limiting
    assert accumulate(bucket, Window(0.5, 0.5)).limiting  # neither fills nor drains
    assert not accumulate(bucket, Window(0.6, 0.5)).limiting


def test_an_idle_day_saves_nothing_up_for_a_bad_one() -> None:
    rested = accumulate(empty_bucket(1), Window(86_400, 0))
    assert rested == Bucket(0, 1, 0)


def test_a_marking_window_is_charged_a_quarter_whoever_used_it() -> None:
    assert window(4, 0, 0, True) == Window(3, 1)
    assert window(4, 1, 0, True) == Window(2, 2)
    assert window(4, 0, 2, True) == Window(1, 1)  # idle time is nobody's
    assert window(4, 0, 0, False) == Window(4, 0)


@given(PROCS, st.floats(0, 0.75))
def test_a_full_bucket_stays_full_at_half_of_what_is_not_idle(
    procs: float, idle_share: float
) -> None:
    idle = procs * idle_share
    assisting = most_assisting_procs(procs, idle)
    collector = procs / 4 + assisting
    if assisting > 0:
        assert abs(fill_per_second(procs, assisting, idle)) < 1e-9 * procs
        assert abs(collector - (procs - idle) / 2) < 1e-9 * procs
    else:
        assert fill_per_second(procs, 0, idle) >= -1e-9
