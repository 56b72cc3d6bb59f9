"""What the memory was made of, what grew, and the course of events that detectors share."""

from __future__ import annotations

from math import isnan, nan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from goom.case.subject import Subject
from goom.case.units import MIB
from goom.signals.composition import PARTS, Composition, composition
from goom.signals.course import Course, Moments, course
from goom.signals.growth import Growth, growth
from goom.signals.marked_heap import MarkedHeap
from tests.signals.small_evidence import clock, marked, memstats, process, rise

LOOKS = memstats(
    [0, 10, 20],
    HeapAlloc=[10 * MIB, 30 * MIB, 50 * MIB],
    HeapInuse=[12 * MIB, 36 * MIB, 56 * MIB],
    HeapIdle=[4 * MIB, 4 * MIB, 4 * MIB],
    HeapReleased=[1 * MIB, 1 * MIB, 1 * MIB],
    StackInuse=[MIB, 2 * MIB, 3 * MIB],
    GCSys=[MIB, MIB, MIB],
)
MARKS = marked([0, 9, 19], [8, 20, 25], survival=0.0)


def known(found: Composition | None) -> Composition:
    assert found is not None
    return found


def test_every_part_is_what_go_says_of_it() -> None:
    found = known(composition(clock(20), LOOKS, None, MARKS))
    values = {name: found.bytes_of(name, 1) / MIB for name in PARTS if name != "outside"}
    assert values == {
        "marked": 20, "garbage": 10, "waste": 6, "free": 3, "stacks": 2, "metadata": 1,
    }  # fmt: skip
    assert isnan(found.bytes_of("outside", 1))
    assert found.grown("stacks") == 2 * MIB


def test_outside_is_what_the_kernel_sees_and_go_does_not() -> None:
    seen = process([0, 20], rss_bytes=[40 * MIB, 100 * MIB])
    found = known(composition(clock(20), LOOKS, seen, MARKS))
    explained = (50 + 6 + 3 + 3 + 1) * MIB
    assert found.bytes_of("outside", 2) == 100 * MIB - explained


amounts = st.lists(st.integers(0, 2**40).map(float), min_size=4, max_size=4)


@given(amounts, amounts, amounts)
def test_shares_of_all_parts_sum_to_one(
    alloc: list[float], inuse: list[float], stacks: list[float]
) -> None:
    looks = memstats([0, 1, 2, 3], HeapAlloc=alloc, HeapInuse=inuse, StackInuse=stacks)
    found = known(composition(clock(3), looks, None, None))
    for index in range(4):
        shares = [found.share(name, index) for name in PARTS]
        assert sum(shares) == pytest.approx(1.0) or all(map(isnan, shares))
        assert all(share >= 0 for share in shares if not isnan(share))


def test_a_look_of_unknown_time_counts_as_the_last() -> None:
    looks = memstats([0, nan], HeapAlloc=[MIB, 2 * MIB], HeapInuse=[MIB, 2 * MIB])
    found = known(composition(clock(20), looks, None, None))
    assert found.time_seconds.tolist() == [0, 20]
    assert len(found.lasting()) == 3


def test_of_the_last_third_the_parts_are_added_up_and_its_length_said() -> None:
    looks = memstats(
        [0, 10, 20, 25, 30],
        HeapAlloc=[MIB] * 5,
        HeapInuse=[MIB] * 5,
        StackInuse=[90 * MIB, 90 * MIB, 2 * MIB, 3 * MIB, 4 * MIB],
        GCSys=[MIB] * 5,
    )
    found = known(composition(clock(30), looks, None, None))
    assert found.late_seconds() == 10
    assert found.late_bytes("stacks", "metadata") == 4 * MIB
    alone = known(composition(clock(30), memstats([3], HeapAlloc=[1], HeapInuse=[1]), None, None))
    assert alone.late_seconds() == 0


def test_without_heap_figures_there_is_no_composition() -> None:
    assert composition(clock(), memstats([0], Sys=[1]), None, None) is None
    assert composition(clock(), memstats([], HeapAlloc=[], HeapInuse=[]), None, None) is None


def grown(parts: Composition | None, marks: MarkedHeap | None) -> Growth | None:
    return growth(
        composition=parts, marked=marks, usage=None, history=None, trace=None, subject=Subject()
    )


def test_what_grew_is_measured_from_the_first_quarter_to_the_peak() -> None:
    found = grown(known(composition(clock(20), LOOKS, None, MARKS)), MARKS)
    assert found is not None
    assert found.at_seconds == 20
    assert found.grown_stacks == 2 * MIB
    assert isnan(found.outside)
    assert found.share(found.marked) == pytest.approx(25 / 63)


def test_nothing_seen_grew_nothing() -> None:
    assert grown(None, None) is None
    assert grown(None, MARKS) is None


def course_of(marks: MarkedHeap) -> Course:
    return course(Moments(onset=None, burst=None, startup=None), None, marks, None)


def test_a_leak_still_rises_and_a_cache_that_is_full_does_not() -> None:
    time = np.arange(40.0)
    leak = course_of(marked(time.tolist(), (10 + 2 * time).tolist()))
    cache = course_of(marked(time.tolist(), np.minimum(10 + 2 * time, 30).tolist()))
    assert leak.still_rising > 0.9
    assert cache.still_rising < 0.1
    assert leak.rise_bytes > 60 * MIB


def test_a_rise_within_what_a_gctrace_rounds_does_not_go_on() -> None:
    """Whole MiB: a cache that was full after a third of the time, and two last marks rounded up."""
    time = [0.3, 0.7, 1.4, 2.4, 4, 7, 10, 14, 17, 22, 26, 30, 34, 38, 43, 47, 51, 54, 58, 60]
    mib = [4, 6, 8, 12, 17, 20, 23, 25, 26, 26, 27, 26, 26, 26, 27, 26, 26, 26, 27, 27]
    rounded = marked(time, [float(one) for one in mib])
    assert course_of(rounded).still_rising < 0.1
    grows = [4.0 + at for at in time]
    assert course_of(marked(time, grows)).still_rising > 0.9


def test_the_course_of_nothing_is_calm() -> None:
    found = course(Moments(onset=None, burst=None, startup=None), None, None, None)
    assert (found.bursting, found.starting, found.piling_up, found.still_rising) == (0, 0, 0, 0)
    assert not found.harm.killed


def test_an_onset_alone_does_not_upset_the_course() -> None:
    step = rise((0, 20), (15, 20), (17, 100), (20, 100))
    found = course(Moments(onset=step, burst=None, startup=None), None, MARKS, None)
    assert found.onset is step
