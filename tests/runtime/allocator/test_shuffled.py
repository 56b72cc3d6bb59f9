"""The expectation over all orders, against lists that are really shuffled."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.runtime.allocator.slow_accounting import SlowHeap

from goom.runtime.allocator.accounting import account
from goom.runtime.allocator.requests import FOREVER, Requests, requests
from goom.runtime.allocator.shuffled import account_shuffled, expected_blocks

MIXTURE = requests(
    [3, 8, 5, 12, 1, 16, 48, 41, 600, 40_000],
    [False] * 7 + [True, True, False],
    [900, 700, 800, 300, 500, 400, 3000, 2000, 300, 5],
    [0, FOREVER, 0, 1, 0, 0, 0, FOREVER, 0, FOREVER],
)
ROWS = st.lists(
    st.tuples(st.integers(0, 700), st.booleans(), st.integers(0, 50), st.integers(0, 2)),
    max_size=30,
)  # fmt: skip


def spelled(asked: Requests, order: np.ndarray | None = None) -> Requests:
    rows = np.repeat(np.arange(len(asked)), asked.count)
    if order is not None:
        rows = rows[order]
    return requests(asked.size_bytes[rows], asked.has_pointers[rows], 1, asked.lifetime[rows])


@pytest.mark.parametrize("after", [0, 1, 2])
def test_many_shuffles_come_to_the_expectation(after: int) -> None:
    chance = np.random.default_rng(7)
    number = int(MIXTURE.count.sum())
    orders = (chance.permutation(number) for _ in range(60))
    tried = [account(spelled(MIXTURE, order), "1.22", after) for order in orders]
    expected = account_shuffled(MIXTURE, "1.22", after)
    blocks = np.mean([one.mallocs.tiny_blocks for one in tried])
    in_use = np.mean([one.by_span_class.tiny_blocks_in_use for one in tried])
    heap = np.mean([one.heap_inuse_bytes for one in tried])
    assert expected.mallocs.tiny_blocks == pytest.approx(blocks, rel=0.005)
    assert expected.by_span_class.tiny_blocks_in_use == pytest.approx(in_use, rel=0.01)
    assert expected.heap_inuse_bytes == pytest.approx(heap, rel=0.01)


def test_every_way_to_draw_a_few_tiny_requests() -> None:
    sizes, counts, survives = (3, 12, 8), (2, 2, 1), (False, True, False)
    taken = kept = 0.0
    for drawn in itertools.product(range(3), repeat=5):
        weight = math.prod(counts[kind] / 5 for kind in drawn)
        heap = SlowHeap("1.22")
        for kind in drawn:
            heap.malloc(sizes[kind], False, int(survives[kind]))
        taken += weight * heap.mallocs[2]
        kept += weight * sum(slot.lives(1) for slot in heap.spans[2, False][0])
    expected = expected_blocks(np.array(sizes), np.array(counts), np.array(survives))
    assert expected == pytest.approx((taken, kept))


@given(ROWS, st.sampled_from(["1.21", "1.22", None]), st.integers(0, 2))
def test_what_needs_no_order_is_the_same_and_every_byte_has_a_reason(
    rows: list[tuple[int, bool, int, int]], version: str | None, after: int
) -> None:
    size, pointers, count, lifetime = zip(*rows, strict=True) if rows else ((), (), (), ())
    asked = requests(list(size), list(pointers), list(count), list(lifetime))
    mixed, listed = account_shuffled(asked, version, after), account(asked, version, after)
    assert mixed.waste.requested_bytes == listed.waste.requested_bytes
    assert mixed.waste.total_bytes == mixed.heap_inuse_bytes
    assert min(getattr(mixed.waste, name) for name in mixed.waste.__slots__) >= 0
    same = np.delete(mixed.mallocs.by_span_class - listed.mallocs.by_span_class, 5)
    assert not same.any()
    assert (mixed.by_span_class.spans_in_use <= mixed.by_span_class.spans).all()


def test_one_kind_of_request_needs_no_order() -> None:
    asked = requests([5], count=[10**9], lifetime=[FOREVER])
    mixed, listed = account_shuffled(asked, after_collections=1), account(asked, None, 1)
    assert mixed.mallocs.tiny_allocs == pytest.approx(listed.mallocs.tiny_allocs, abs=2)
    assert mixed.heap_inuse_bytes == pytest.approx(listed.heap_inuse_bytes, abs=8192)
