"""The accounting of columns against one request at a time, and against what must always hold."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.runtime.allocator.slow_accounting import slowly

from goom.case.errors import BadInput
from goom.runtime.allocator.accounting import account
from goom.runtime.allocator.malloc import place
from goom.runtime.allocator.mallocs import mallocs
from goom.runtime.allocator.requests import FOREVER, MOST_SIZE_BYTES, Requests, joined, requests
from goom.runtime.allocator.span_classes import span_classes

VERSIONS = ("1.21.13", "1.22.10", "1.25.5", "1.26.6", None)
SIZES = st.one_of(
    st.integers(0, 16),
    st.integers(0, 600),
    st.integers(0, 33_000),
    st.sampled_from([32_760, 70_000]),
)
ROWS = st.lists(
    st.tuples(SIZES, st.booleans(), st.integers(0, 60), st.sampled_from([0, 1, 2, FOREVER])),
    max_size=60,
)


def of_rows(rows: list[tuple[int, bool, int, int]]) -> Requests:
    size, pointers, count, lifetime = zip(*rows, strict=True) if rows else ((), (), (), ())
    return requests(list(size), list(pointers), list(count), list(lifetime))


MADE = st.builds(of_rows, ROWS)


@given(MADE, st.sampled_from(VERSIONS), st.integers(0, 3))
def test_columns_say_what_one_request_at_a_time_says(
    asked: Requests, version: str | None, after: int
) -> None:
    found, slow = account(asked, version, after), slowly(asked, version)
    assert found.mallocs.tiny_allocs == slow.tiny_allocs
    assert found.mallocs.by_class.tolist() == [slow.mallocs[number] for number in range(68)]
    assert found.refills == slow.refills
    assert found.heap_inuse_bytes == slow.in_use_bytes(after)
    assert found.waste.requested_bytes == slow.asked_bytes(after)
    assert found.waste.free_slot_bytes == slow.free_slots(after)
    assert found.by_span_class.spans_in_use[2:].sum() == slow.spans_in_use(after)


@given(MADE, st.sampled_from(VERSIONS), st.lists(st.integers(0, 60), max_size=4))
def test_a_collection_takes_the_tiny_block_and_empties_the_mcache(
    asked: Requests, version: str | None, places: list[int]
) -> None:
    staying = requests(asked.size_bytes, asked.has_pointers, asked.count)
    collections = tuple(sorted(place for place in places if place < len(asked)))
    found = account(staying, version, collections=collections)
    slow = slowly(staying, version, collections)
    assert found.mallocs.tiny_allocs == slow.tiny_allocs
    assert found.mallocs.by_class.tolist() == [slow.mallocs[number] for number in range(68)]
    assert found.refills == slow.refills
    assert found.heap_inuse_bytes == slow.in_use_bytes(0)


@given(MADE, st.sampled_from(VERSIONS), st.integers(0, 3))
def test_every_byte_of_a_span_has_one_reason(
    asked: Requests, version: str | None, after: int
) -> None:
    found = account(asked, version, after)
    reasons = [getattr(found.waste, name) for name in found.waste.__slots__]
    assert min(reasons) >= 0
    assert sum(reasons) == found.waste.total_bytes == found.heap_inuse_bytes
    parts = (found.waste.requested_bytes, found.waste.internal_bytes, found.waste.external_bytes)
    assert sum(parts) == found.heap_inuse_bytes


@given(MADE, MADE, st.sampled_from(VERSIONS))
def test_lists_one_after_the_other_add_up(
    first: Requests, then: Requests, version: str | None
) -> None:
    """Exactly for slots, to one span for each class, and but for the tiny block in between."""
    one, two = account(first, version), account(then, version)
    both = account(joined(first, then), version)
    tiny_joined = both.mallocs.tiny_allocs - one.mallocs.tiny_allocs - two.mallocs.tiny_allocs
    slots = one.by_span_class.slots + two.by_span_class.slots
    slots[5] -= tiny_joined
    assert both.by_span_class.slots.tolist() == slots.tolist()
    spared = one.by_span_class.spans + two.by_span_class.spans - both.by_span_class.spans
    assert spared[5] in (0, 1, 2) or tiny_joined
    assert set(np.delete(spared, 5).tolist()) <= {0, 1}
    asked = one.waste.requested_bytes + two.waste.requested_bytes
    assert both.waste.requested_bytes == asked


@given(MADE, st.sampled_from(VERSIONS))
def test_a_later_collection_never_leaves_more(asked: Requests, version: str | None) -> None:
    left = [account(asked, version, after).heap_inuse_bytes for after in range(4)]
    assert left == sorted(left, reverse=True)


@given(ROWS, st.sampled_from(VERSIONS))
def test_a_histogram_is_the_list_that_it_counts(
    rows: list[tuple[int, bool, int, int]], version: str | None
) -> None:
    spelled = of_rows([(size, pointers, 1, life)
                       for size, pointers, count, life in rows for _ in range(count)])  # fmt: skip
    counted, listed = account(of_rows(rows), version, 1), account(spelled, version, 1)
    assert counted.waste == listed.waste
    assert counted.refills == listed.refills
    assert counted.mallocs.by_span_class.tolist() == listed.mallocs.by_span_class.tolist()


@given(st.integers(1, 15), st.integers(1, 15), st.integers(0, 500), st.integers(0, 500))
def test_many_equal_tiny_requests_are_counted_as_if_walked(
    size: int, other: int, count: int, more: int
) -> None:
    rows = [(other, False, 3, 0), (size, False, count, 2), (other, False, more, 1)]
    found, slow = account(of_rows(rows), after_collections=1), slowly(of_rows(rows), None)
    assert found.mallocs.tiny_allocs == slow.tiny_allocs
    assert found.heap_inuse_bytes == slow.in_use_bytes(1)
    assert found.waste.free_slot_bytes == slow.free_slots(1)


@settings(max_examples=20)
@given(st.integers(0, 2**32), st.integers(500, 5000))
def test_a_long_list_of_tiny_requests_is_walked_in_lanes(seed: int, length: int) -> None:
    chance = random.Random(seed)
    most = chance.choice([3, 8, 15])
    asked = requests([chance.randint(1, most) for _ in range(length)])
    assert mallocs(asked).tiny_allocs == slowly(asked, None).tiny_allocs


@given(SIZES, st.booleans(), st.sampled_from(VERSIONS))
def test_one_request_takes_the_slot_that_malloc_says(
    size: int, has_pointers: bool, version: str | None
) -> None:
    found = mallocs(requests(size, has_pointers), version)
    said = place(size, has_pointers, version)
    assert int(found.slots.header_bytes[0]) == said.header_bytes
    if said.slot_bytes and said.kind != "tiny":
        assert int(found.slots.slot_bytes[0]) == said.slot_bytes
        assert found.by_class[said.size_class] == 1
    assert found.zero_sized == (size == 0)


def test_a_histogram_of_more_objects_than_could_be_listed() -> None:
    found = account(requests([8, 41], [False, True], [10**12, 10**12]))
    assert found.mallocs.tiny_allocs == 10**12 // 2
    assert found.waste.total_bytes == found.heap_inuse_bytes
    assert found.by_span_class.spans[11 - 1] == -(-(10**12) // 165)


def test_a_span_stays_as_long_as_one_of_its_objects() -> None:
    slots = int(span_classes("1.22").slots[5 << 1 | 1])
    lifetimes = [FOREVER if number % slots == 0 else 0 for number in range(10 * slots)]
    found = account(requests([48] * (10 * slots), lifetime=lifetimes), "1.22", 1)
    assert found.heap_inuse_bytes == 10 * 8192
    assert found.waste.external_bytes == 10 * (slots - 1) * 48


def test_nothing_asked_is_nothing_spent() -> None:
    found = account(requests([]))
    assert (found.heap_inuse_bytes, found.refills, found.mallocs.total) == (0, 0, 0)
    assert found.levels.heap_growths == 0


def test_pages_are_what_the_levels_are_asked_for() -> None:
    found = account(requests([48, 200_000, 100_000], count=[168 * 64, 1, 1]), "1.22")
    assert found.levels.pages == 64 + 25 + 13
    assert found.levels.page_cache_fills == 2
    assert (found.levels.heap_growths, found.levels.arenas) == (1, 1)


@pytest.mark.parametrize(
    ("size", "count", "lifetime"),
    [(-1, 1, 0), (MOST_SIZE_BYTES + 1, 1, 0), (8, -1, 0), (8, 1, -1), (1 << 40, 1 << 20, 0)],
)
def test_what_cannot_be_asked_is_refused(size: int, count: int, lifetime: int) -> None:
    with pytest.raises(BadInput):
        requests(size, False, count, lifetime)


def test_reuse_between_collections_is_left_to_the_simulation() -> None:
    asked = requests([48, 48], lifetime=0)
    with pytest.raises(BadInput, match="taken again"):
        account(asked, collections=(1,))
    assert mallocs(asked, collections=(1,)).by_class[5] == 2
