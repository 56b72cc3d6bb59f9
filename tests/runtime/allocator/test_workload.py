"""From requests to a trace: classes, tiny blocks, deaths, and collections at the heap goal."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from goom.case.errors import BadInput
from goom.runtime.allocator.malloc import place
from goom.runtime.allocator.simulation import simulate
from goom.runtime.allocator.tiny import tiny_per_block
from goom.runtime.allocator.workload import NEVER, workload

MIB = 1 << 20


@given(
    sizes=st.lists(st.integers(16, 70_000), min_size=1, max_size=30),
    has_pointers=st.booleans(),
    version=st.sampled_from(["1.21", "1.22", "1.27"]),
)
def test_a_request_gets_the_slot_that_mallocgc_gives_it(
    sizes: list[int], has_pointers: bool, version: str
) -> None:
    made = workload(sizes, has_pointers, NEVER, version)
    placed = [place(size, has_pointers, version) for size in sizes]
    assert made.slot_bytes.tolist() == [one.slot_bytes for one in placed]
    assert (made.span_classes >> 1).tolist() == [one.size_class for one in placed]
    assert (made.span_classes & 1 == (not has_pointers)).all()
    assert made.requested_bytes.tolist() == sizes


@pytest.mark.parametrize("size", range(1, 16))
def test_tiny_objects_share_blocks(size: int) -> None:
    made = workload([size] * 100, False, NEVER)
    per_block = tiny_per_block(size)
    assert len(made.span_classes) == -(-100 // per_block)
    assert made.object_of_request.tolist() == [request // per_block for request in range(100)]


def test_tiny_objects_of_many_sizes_go_where_the_p_keeps_room() -> None:
    """12 opens a block; 10 does not fit and its block has more room left, so 4 and 2 go there."""
    made = workload([12, 10, 4, 2, 15], False, NEVER)
    assert made.object_of_request.tolist() == [0, 1, 1, 2, 3]
    assert made.requested_bytes.tolist() == [12, 14, 2, 15]


def test_a_tiny_block_dies_with_the_last_object_in_it() -> None:
    made = workload([8, 8, 100], False, [3, 2, NEVER])
    assert made.dies_before.tolist() == [2, NEVER]


def test_nothing_is_taken_for_0_bytes() -> None:
    made = workload([0, 100, 0], True, NEVER)
    assert made.object_of_request.tolist() == [-1, 0, -1]
    assert len(made.span_classes) == 1


def test_collections_find_what_died_before_them() -> None:
    made = workload([100] * 6, True, [2, 2, NEVER, 5, 9, NEVER])
    trace = made.trace([1, 2, 5])
    assert trace.collections.tolist() == [[1, 0], [2, 2], [5, 3]]
    assert simulate(trace).heap_objects.tolist() == [1, 0, 2, 3]


def test_a_collection_comes_whenever_the_heap_reaches_its_goal() -> None:
    """8 KiB objects, each dead after 256 more: 2 MiB live, so the minimum of 4 MiB decides."""
    count = 4096
    made = workload([8192] * count, False, np.arange(count) + 257)
    run = simulate(made.trace_by_gogc(100))
    assert run.course.mark_in_use_pages[:-1].tolist() == [512] * (len(run.course.spans) - 1)
    assert set(run.heap_alloc_bytes[:-1].tolist()) == {2 * MIB}
    assert len(run.course.spans) - 1 == 1 + (32 - 4) // 2


@pytest.mark.parametrize("gogc", [50, 100, 200])
def test_the_goal_follows_what_was_marked(gogc: int) -> None:
    count = 20_000
    made = workload([1000] * count, False, NEVER)
    trace = made.trace_by_gogc(gogc)
    run = simulate(trace)
    marked = run.heap_alloc_bytes[:-1]
    growth = marked[1:] / marked[:-1]
    np.testing.assert_allclose(growth, 1 + gogc / 100, rtol=0.001)


@pytest.mark.parametrize(
    ("sizes", "dies", "said"),
    [([-1], [1], "negative"), ([1 << 40], [1], "32 GiB"), ([8], [0], "dies before")],
)
def test_what_cannot_be_asked_for_is_refused(sizes: list[int], dies: list[int], said: str) -> None:
    with pytest.raises(BadInput, match=said):
        workload(sizes, False, dies)


def test_a_heap_needs_a_goal() -> None:
    with pytest.raises(BadInput, match="without a goal"):
        workload([8], True, NEVER).trace_by_gogc(0)
