"""What a limit leaves to the heap is followed: holes that get filled, and holes that stay."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.runtime.pacer.written_trace import MIB, Process

from goom.runtime.pacer.replay import Settings, replay
from goom.runtime.pacer.replay_limit import Room

LIMIT = 200 * MIB


def errors(process: Process) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """The errors of its goals once the first cycles are over."""
    told = replay(
        process.log(60, with_pacer=True), Settings(gc_percent=-1, memory_limit_bytes=LIMIT)
    )
    found = np.abs(told.goal.middle / told.observed_goal.middle - 1)[12:]
    return np.asarray(found, np.float64)


@pytest.mark.parametrize("seed", range(6))
def test_spans_that_never_go_back_make_a_goal_that_follows_the_heap(seed: int) -> None:
    """Not told are heaps larger than any before, for nothing says how far the spans go.

    An overhead that stays would tell next to none to the thousandth, as the heap is never the same.
    """
    pinned = Process(
        random.Random(seed),
        gc_percent=-1,
        memory_limit=LIMIT,
        overhead=12 * MIB,
        spans=170 * MIB,
        least_marked=55 * MIB,
        most_marked=70 * MIB,
    )
    found = errors(pinned)
    assert np.mean(found < 0.001) > 0.3
    assert np.mean(found < 0.05) > 0.9


@pytest.mark.parametrize("seed", range(6))
def test_an_overhead_that_stays_makes_a_goal_that_stays(seed: int) -> None:
    standing = Process(
        random.Random(seed), gc_percent=-1, memory_limit=LIMIT, overhead=60 * MIB, marked=70 * MIB
    )
    assert errors(standing).max() < 0.005


megabytes = st.floats(0, 1000).map(lambda figure: figure * MIB)


@given(megabytes, megabytes, megabytes, megabytes, megabytes)
def test_what_is_left_grows_until_the_holes_are_filled(
    ceiling: float, holes: float, marked: float, one: float, two: float
) -> None:
    room = Room(
        ceiling_bytes=np.array([ceiling]),
        holes_bytes=np.array([min(holes, max(ceiling - marked, 0.0))]),
        heap_marked_bytes=np.array([marked]),
        unknown=np.array([False]),
    )
    low, high = sorted((one, two))
    early, late = (room.left_bytes(np.array([marked + heap]))[0] for heap in (low, high))
    assert max(early, late) <= ceiling
    if marked + high <= ceiling:
        assert early <= late
