"""What survives: from the log, else from profiles, else from the floor of HeapAlloc."""

from __future__ import annotations

from dataclasses import replace
from math import isnan, nan

import numpy as np
import pytest

from goom.case.evidence import Profiles
from goom.case.units import MIB
from goom.signals.marked_heap import MarkedHeap, marked_heap
from tests.signals.small_evidence import clock, frames, heap, log, memstats


def known(found: MarkedHeap | None) -> MarkedHeap:
    assert found is not None
    return found


def test_a_leak_without_garbage_survives_whole() -> None:
    found = known(
        marked_heap(clock(), log([(n, 10 * n, 10 * n, 20 * n) for n in range(1, 11)]), None, None)
    )
    assert found.survival_fraction == 1.0
    assert found.floor.slope_per_second == pytest.approx(10 * MIB)
    assert found.peak_bytes == found.last_bytes == 100 * MIB


def test_garbage_does_not_survive() -> None:
    found = known(marked_heap(clock(), log([(n, 40, 20, 40) for n in range(1, 11)]), None, None))
    assert found.survival_fraction == 0.0
    assert found.next_goal_bytes == 40 * MIB


def test_a_collection_for_a_leak_profile_does_not_find_what_profiles_allocate_meanwhile() -> None:
    """gc 22: 18->21->19 MB, after marks of 16: 3 MiB came while it marked. It still tells that the
    heap is flat.
    """
    whole = log([(n, 31, 16, 34) for n in range(1, 7)] + [(27, 21, 19, 33)])
    start = whole.cycles.heap_start_bytes.copy()
    start[-1] = 18 * MIB
    asked = replace(whole.cycles, leak_check=np.arange(7) == 6, heap_start_bytes=start)
    found = known(marked_heap(clock(), replace(whole, cycles=asked), None, None))
    assert found.bytes.tolist() == [16 * MIB] * 7
    plain = replace(asked, leak_check=np.zeros(7, dtype=bool))
    assert known(marked_heap(clock(), replace(whole, cycles=plain), None, None)).last_bytes > 18e6


def test_the_last_mark_is_carried_to_the_end_by_what_survives() -> None:
    cycles = [(1.0, 20, 10, 20), (2.0, 30, 20, 40)]
    looks = memstats([0, 3], HeapAlloc=[0, 40 * MIB])
    found = known(marked_heap(clock(), log(cycles), looks, None))
    assert found.survival_fraction == 0.5
    assert found.estimated_last_bytes == 30 * MIB


def test_a_goal_without_bound_is_kept_as_such() -> None:
    found = known(
        marked_heap(clock(), log([(n, 40, 20, 2**43 - 1) for n in range(1, 5)]), None, None)
    )
    assert np.isinf(found.next_goal_bytes)


def test_of_an_interleaved_log_one_process_counts() -> None:
    others = [(n / 10, 900, 900, 900) for n in range(1, 4)]
    trace = log([(n, 8, 4, 8) for n in range(1, 9)], others=others)
    assert known(marked_heap(clock(), trace, None, None)).peak_bytes == 4 * MIB


def test_heap_profiles_stand_in_for_a_log() -> None:
    looks = Profiles(tuple(heap(n, (frames("main.f"), n * MIB)) for n in (1, 2, 3)))
    found = known(marked_heap(clock(), None, None, looks))
    assert (found.source, found.last_bytes) == ("heap profiles", 3 * MIB)
    assert isnan(found.survival_fraction)


def test_the_floor_of_heap_alloc_comes_last() -> None:
    found = known(marked_heap(clock(), None, memstats([1, 2, 3], HeapAlloc=[5, 9, 6]), None))
    assert found.source == "floor of HeapAlloc"


def test_too_little_is_nothing() -> None:
    assert marked_heap(clock(), log([(1, 4, 2, 4)]), None, None) is None
    assert marked_heap(clock(), None, memstats([1, 2, 3], HeapAlloc=[nan] * 3), None) is None
    assert marked_heap(clock(), None, memstats([1, 2, 3], HeapSys=[1, 2, 3]), None) is None
    assert marked_heap(clock(), None, None, None) is None
