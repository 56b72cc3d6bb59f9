"""The tiny allocator, one request at a time."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goom.runtime.allocator.tiny import NO_BLOCK, alignment, tiny_per_block, tiny_step

SIZES = st.integers(1, 15)
OFFSETS = st.integers(0, 16)


@pytest.mark.parametrize(
    ("size", "share"), [(1, 16), (2, 8), (3, 5), (4, 4), (5, 3), (6, 2), (7, 2), (8, 2), (9, 1)]
)
def test_so_many_of_one_size_share_a_block(size: int, share: int) -> None:
    assert tiny_per_block(size) == share


def test_from_9_bytes_on_a_block_holds_one_of_its_size() -> None:
    assert {tiny_per_block(size) for size in range(9, 16)} == {1}


def test_objects_are_aligned_by_their_size() -> None:
    assert [alignment(size) for size in (8, 4, 12, 6, 5, 15)] == [8, 4, 4, 2, 1, 1]
    assert tiny_step(1, 8) == (16, True)
    assert tiny_step(1, 4) == (8, True)
    assert tiny_step(1, 6) == (8, True)
    assert tiny_step(1, 5) == (6, True)


def test_a_new_block_replaces_the_old_one_when_more_is_left_in_it() -> None:
    assert tiny_step(14, 4) == (4, False)
    assert tiny_step(4, 14) == (4, False)
    assert tiny_step(8, 12) == (8, False)


def test_without_a_block_the_first_request_takes_one() -> None:
    assert tiny_step(NO_BLOCK, 15) == (15, False)
    assert tiny_step(NO_BLOCK, 1) == (1, False)


@given(OFFSETS, SIZES)
def test_a_block_never_overflows_and_never_has_less_used_after_sharing(
    offset: int, size: int
) -> None:
    after, together = tiny_step(offset, size)
    assert 0 < after <= 16
    if together:
        assert after >= offset + size
    else:
        assert after in (offset, size)
        assert after <= offset or offset == NO_BLOCK
