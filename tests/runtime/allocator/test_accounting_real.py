"""The bar: a million allocations on real Go, counted by its runtime, predicted to the last."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray
from tests.runtime.allocator.replay import COLLECT, COLLECTIONS_AFTER, Replay, asked, draw, replay

from goom.runtime.allocator.accounting import account
from goom.runtime.allocator.malloc import slot_bytes
from goom.runtime.allocator.mallocs import Mallocs, mallocs

pytestmark = pytest.mark.real_go
VERSIONS = ("1.21.13", "1.22.10", "1.27.3")
REQUESTS = 1_200_000
MOST_OFF_FRACTION = 0.01  # of HeapInuse
EIGHT_WITHOUT_POINTERS = 1 << 1 | 1  # never used: such objects are tiny


@cache
def listed(version: str) -> NDArray[np.void]:
    return draw(1, REQUESTS, version)


@cache
def made(version: str) -> Replay:
    return replay(listed(version), version)


@cache
def predicted(version: str) -> Mallocs:
    return mallocs(asked(listed(version), version)[0], version)


@pytest.mark.parametrize("version", VERSIONS)
def test_a_look_at_the_counters_allocates_nothing(version: str) -> None:
    idle = made(version).idle
    assert (idle["mallocs"], idle["tiny_allocs"], idle["total_bytes"]) == (0, 0, 0)


@pytest.mark.parametrize("version", VERSIONS)
def test_a_million_mallocs_are_predicted_class_by_class(version: str) -> None:
    counted, found = made(version).counted, predicted(version)
    assert found.total == counted["mallocs"] > 1_000_000
    assert found.by_class.tolist() == counted["by_class"]
    assert found.by_class.min() > 0  # all classes, and large objects
    with_and_without = np.delete(found.by_span_class, EIGHT_WITHOUT_POINTERS)
    assert with_and_without.min() > 0
    assert found.by_class[1:61].tolist() == counted["memstats_by_size"][1:]


@pytest.mark.parametrize("version", VERSIONS)
def test_tiny_allocations_are_predicted_to_the_last(version: str) -> None:
    found = predicted(version)
    assert found.tiny_allocs == made(version).counted["tiny_allocs"] > 100_000


@pytest.mark.parametrize("version", VERSIONS)
def test_all_bytes_allocated_are_predicted(version: str) -> None:
    found = predicted(version)
    small = sum(int(found.by_class[number]) * slot_bytes(number) for number in range(1, 68))
    large = int(found.slots.slot_bytes[found.slots.span_class < 2].sum())
    assert small + large == made(version).counted["total_bytes"]


@pytest.mark.parametrize("version", VERSIONS)
def test_the_heap_in_use_is_predicted_before_and_after_collections(version: str) -> None:
    """Of what the list added. What was there before has free slots that take a few objects."""
    before, *later = made(version).heap_inuse
    requests, _ = asked(listed(version), version)
    for after, measured in zip(range(COLLECTIONS_AFTER + 1), later, strict=True):
        expected = account(requests, version, after).heap_inuse_bytes
        assert expected == pytest.approx(measured - before, rel=MOST_OFF_FRACTION)


@pytest.mark.parametrize("version", VERSIONS)
def test_what_is_missing_of_the_heap_in_use_are_slots_that_were_free_before(version: str) -> None:
    before, at_once, *_ = made(version).heap_inuse
    expected = account(asked(listed(version), version)[0], version).heap_inuse_bytes
    grown = at_once - before
    assert expected - made(version).unused_bytes == pytest.approx(grown, rel=0.001)


@pytest.mark.parametrize("version", VERSIONS)
def test_collections_in_between_change_what_tiny_objects_share(version: str) -> None:
    rows = draw(2, 60_000, version, collections=200)
    requests, places = asked(rows, version)
    counted = replay(rows, version).counted
    found = mallocs(requests, version, places)
    assert int((rows["shape"] == COLLECT).sum()) == len(places) > 150
    assert found.by_class.tolist() == counted["by_class"]
    assert found.tiny_allocs == counted["tiny_allocs"]
    assert found.tiny_allocs != mallocs(requests, version).tiny_allocs
