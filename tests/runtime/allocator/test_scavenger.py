"""Which free pages the scavenger takes: high before low, sparse before dense, huge pages whole."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from goom.runtime.allocator.page_heap import FREE, IN_USE, NEVER_USED, RELEASED, HeapPages
from goom.runtime.allocator.scavenger import PageScavenger, highest_run

NOW, BEFORE = (1, 27), (1, 20)


def heap(chunks: int) -> HeapPages:
    """A heap whose pages are all in use and resident."""
    size = chunks * 512
    return HeapPages(np.full(size, IN_USE, np.uint8), np.zeros(size, np.uint8))


def after_two_cycles(pages: HeapPages, free: NDArray[np.int64]) -> PageScavenger:
    """The scavenger when these pages were freed, and another cycle began."""
    scavenger = PageScavenger(NOW)
    scavenger.next_generation(pages)
    pages.state[free] = FREE
    scavenger.note_freed(free)
    scavenger.next_generation(pages)
    return scavenger


def test_the_highest_free_pages_go_first() -> None:
    pages = heap(2)
    scavenger = after_two_cycles(pages, np.arange(0, 1024, 2))
    assert scavenger.release_down_to(pages, 1024 - 16) == 16
    assert np.flatnonzero(pages.scavenged).tolist() == list(range(1022 - 30, 1023, 2))


def test_it_stops_at_the_goal_and_takes_what_is_in_use_from_nobody() -> None:
    pages = heap(2)
    scavenger = after_two_cycles(pages, np.arange(0, 1024, 2))
    assert scavenger.release_down_to(pages, 2000) == 0
    assert scavenger.release_down_to(pages, 0) == 512
    np.testing.assert_array_equal(pages.scavenged == RELEASED, pages.state == FREE)


def test_what_a_sweep_freed_is_seen_when_the_next_cycle_begins() -> None:
    pages = heap(1)
    scavenger = PageScavenger(NOW)
    scavenger.next_generation(pages)
    pages.state[:100] = FREE
    scavenger.note_freed(np.arange(100))
    assert scavenger.release_down_to(pages, 0) == 0
    scavenger.next_generation(pages)
    assert scavenger.release_down_to(pages, 0) == 100


@pytest.mark.parametrize(("in_use", "released"), [(496, 0), (495, 17)])
def test_a_dense_chunk_is_spared(in_use: int, released: int) -> None:
    pages = heap(1)
    scavenger = after_two_cycles(pages, np.arange(in_use, 512))
    assert scavenger.release_down_to(pages, 0) == released


def test_a_chunk_that_was_dense_when_the_cycle_began_is_spared_for_that_cycle() -> None:
    """The search that found nothing cleared the cursor; what lies above the next frees waits."""
    pages = heap(1)
    scavenger = after_two_cycles(pages, np.arange(500, 512))
    pages.state[:400] = FREE
    scavenger.note_freed(np.arange(400))
    assert scavenger.release_down_to(pages, 0) == 0
    scavenger.next_generation(pages)
    assert scavenger.release_down_to(pages, 0) == 400
    scavenger.note_freed(np.arange(500, 512))
    scavenger.next_generation(pages)
    assert scavenger.release_down_to(pages, 0) == 12


def test_before_1_21_no_chunk_was_spared_and_free_os_memory_spares_none() -> None:
    pages = heap(1)
    scavenger = PageScavenger(BEFORE)
    pages.state[500:] = FREE
    scavenger.note_freed(np.arange(500, 512))
    scavenger.next_generation(pages)
    assert scavenger.release_down_to(pages, 508) == 8
    assert PageScavenger(NOW).release_all(pages) == 4


def test_a_free_huge_page_is_returned_whole() -> None:
    pages = heap(1)
    scavenger = after_two_cycles(pages, np.arange(100, 512))
    assert scavenger.release_down_to(pages, 511) == 256
    assert np.flatnonzero(pages.scavenged).tolist() == list(range(256, 512))
    assert scavenger.release_down_to(pages, 255) == 8


def test_pages_never_used_are_not_returned_again() -> None:
    pages = heap(1)
    pages.scavenged[300:] = NEVER_USED
    scavenger = after_two_cycles(pages, np.arange(200, 512))
    assert scavenger.release_down_to(pages, 0) == 100


def slow_run(pages: HeapPages, below: int, most: int) -> tuple[int, int] | None:
    """findScavengeCandidate, a page at a time."""
    page = below // 64 * 64 + 63
    while page >= 0 and (pages.state[page] != FREE or pages.scavenged[page]):
        page -= 1
    if page < 0:
        return None
    end = start = page + 1
    while start > 0 and pages.state[start - 1] == FREE and not pages.scavenged[start - 1]:
        start -= 1
    bottom, start = start, max(start, end - most)
    if -(-start // 256) * 256 <= end and start // 256 * 256 >= bottom:
        start = start // 256 * 256
    return start, end


@settings(max_examples=300)
@given(
    turns=st.lists(st.integers(0, 511), max_size=12),
    scavenged=st.lists(st.integers(0, 511), max_size=6),
    below=st.integers(0, 511),
    most=st.integers(1, 8),
)
def test_runs_are_the_ones_that_the_runtime_finds(
    turns: list[int], scavenged: list[int], below: int, most: int
) -> None:
    state = np.zeros(512, np.uint8)
    for turn in turns:
        state[turn:] ^= IN_USE
    pages = HeapPages(state, np.zeros(512, np.uint8))
    pages.scavenged[scavenged] = RELEASED
    found, expected = highest_run(pages, 0, below, most), slow_run(pages, below, most)
    assert (found is None) == (expected is None)
    if found is not None:
        assert (found.start, found.stop) == expected
