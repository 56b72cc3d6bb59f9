"""The scavenger: goals, and pages that change state without any being lost."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goom.runtime.pacer import mgcscavenge_1_21
from goom.runtime.pacer.mgcscavenge import (
    PALLOC_CHUNK_BYTES,
    PHYS_PAGE_BYTES,
    Footprint,
    ScavengeGoals,
    background_bytes,
    gc_percent_goal_bytes,
    grow,
    memory_limit_goal_bytes,
    release,
    retained_bytes,
    shrink,
    wanted_release_bytes,
)

BYTES = st.integers(0, 1 << 40).map(float)
PAGES = st.builds(Footprint, BYTES, BYTES, BYTES)


def total(pages: Footprint) -> float:
    return sum(pages)


@given(PAGES, BYTES)
def test_releasing_moves_free_pages_and_no_others(pages: Footprint, count: float) -> None:
    after = release(pages, count)
    assert total(after) == total(pages)
    assert after.in_use_bytes == pages.in_use_bytes
    assert 0 <= after.free_bytes <= pages.free_bytes


@given(PAGES, BYTES)
def test_growing_adds_whole_chunks_and_only_when_all_else_is_used(
    pages: Footprint, in_use: float
) -> None:
    after = grow(pages, in_use)
    added = total(after) - total(pages)
    assert after.in_use_bytes == max(in_use, pages.in_use_bytes)
    assert min(after) >= 0
    assert added >= 0
    assert added % PALLOC_CHUNK_BYTES == 0
    if added:
        assert after.free_bytes == 0
        assert after.released_bytes < PALLOC_CHUNK_BYTES


@given(PAGES, BYTES)
def test_sweeping_frees_what_spans_no_longer_hold(pages: Footprint, in_use: float) -> None:
    after = shrink(pages, in_use)
    assert total(after) == total(pages)
    assert after.in_use_bytes == min(in_use, pages.in_use_bytes)
    assert after.released_bytes == pages.released_bytes


@given(PAGES, BYTES, BYTES, BYTES)
def test_the_scavenger_never_goes_below_a_goal_that_is_exceeded(
    pages: Footprint, percent_goal: float, limit_goal: float, non_heap: float
) -> None:
    mapped = retained_bytes(pages) + non_heap
    wanted = wanted_release_bytes(pages, mapped, ScavengeGoals(percent_goal, limit_goal))
    after = release(pages, wanted)
    slack = 1e-3
    assert wanted == 0 or (
        retained_bytes(after) >= percent_goal - slack or mapped - wanted >= limit_goal - slack
    )
    satisfied = retained_bytes(after) <= percent_goal + slack
    assert after.free_bytes == 0 or (satisfied and mapped - wanted <= limit_goal + slack)


def test_the_heap_keeps_what_its_next_goal_needs_and_a_tenth_more() -> None:
    assert gc_percent_goal_bytes(200e6, 100e6, 110e6) == pytest.approx(242e6, abs=PHYS_PAGE_BYTES)
    assert gc_percent_goal_bytes(200e6, 100e6, 110e6) % PHYS_PAGE_BYTES == 0
    assert gc_percent_goal_bytes(200e6, 0, 0) == math.inf  # before the first cycle


def test_the_limit_goal_was_out_of_reach_up_to_1_21() -> None:
    assert memory_limit_goal_bytes(100e6) == pytest.approx(95e6)
    assert mgcscavenge_1_21.memory_limit_goal_bytes(100e6) == pytest.approx(9500e6)


def test_the_background_scavenger_has_one_percent_of_all_ps_and_a_millisecond_a_cycle() -> None:
    assert background_bytes(4, 1e9, 2.0) == pytest.approx(80e6)
    assert background_bytes(4, 1e9, 0.001) == pytest.approx(1e6)
