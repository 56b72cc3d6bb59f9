"""Spans of stacks."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goom.runtime.stacks.layout import Platform, layout_of
from goom.runtime.stacks.pool import (
    cache_bytes,
    is_cached,
    span_bytes,
    stack_inuse_bytes,
    stacks_per_span,
)

LAYOUT = layout_of()


@pytest.mark.parametrize(
    ("size", "stacks", "span"),
    [(2048, 16, 32768), (16384, 2, 32768), (32768, 1, 32768), (65536, 1, 65536)],
)
def test_small_stacks_share_spans_and_large_ones_do_not(size: int, stacks: int, span: int) -> None:
    assert stacks_per_span(LAYOUT, size) == stacks
    assert span_bytes(LAYOUT, size) == span


@given(st.dictionaries(st.integers(11, 20).map(lambda n: 1 << n), st.integers(0, 10_000)))
def test_slack_is_less_than_a_span_for_each_small_size(stacks: dict[int, int]) -> None:
    held = sum(size * count for size, count in stacks.items())
    slack = stack_inuse_bytes(LAYOUT, stacks) - held
    small = [size for size in stacks if is_cached(LAYOUT, size)]
    assert 0 <= slack <= 32768 * len(small)


def test_ten_thousand_smallest_stacks_are_20_mb() -> None:
    assert stack_inuse_bytes(LAYOUT, {2048: 10_000}) == 20_480_000


def test_each_proc_may_keep_32_kib_of_each_small_size() -> None:
    assert cache_bytes(LAYOUT, 2) == 2 * 4 * 32768
    windows = layout_of(None, Platform("windows"))
    assert cache_bytes(windows, 1) == 2 * 32768
