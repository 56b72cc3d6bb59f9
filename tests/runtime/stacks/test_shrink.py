"""Shrinking: properties of the model itself."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goom.runtime.stacks.layout import layout_of
from goom.runtime.stacks.shrink import Rest, settled_bytes, shrinks, shrunk
from goom.runtime.stacks.stack import Calls, Stack, finds_room

LAYOUT = layout_of()
sizes = st.integers(11, 29).map(lambda power: 1 << power)


@st.composite
def rests(draw: st.DrawFn) -> Rest:
    size = draw(sizes)
    return Rest(size, draw(st.integers(40, size - LAYOUT.guard_bytes)))


@given(rests())
def test_a_collection_halves_a_stack_or_leaves_it(rest: Rest) -> None:
    new, kept = shrunk(LAYOUT, rest)
    assert new == (rest.stack_bytes if kept else rest.stack_bytes // 2)
    assert new >= LAYOUT.fixed_stack_bytes


@given(rests())
def test_after_a_shrink_there_is_room_for_a_call_without_a_growth(rest: Rest) -> None:
    """Shrinking leaves half of the new stack free, so it does not provoke the next growth."""
    new, kept = shrunk(LAYOUT, rest)
    if not kept:
        assert rest.used_bytes + LAYOUT.nosplit_bytes < new // 2
        assert finds_room(LAYOUT, new, rest.used_bytes, 128)


@given(rests())
def test_shrinking_ends_where_the_last_of_many_collections_leaves_it(rest: Rest) -> None:
    steps = shrinks(LAYOUT, rest, 25)
    assert steps[-1].new_bytes == settled_bytes(LAYOUT, rest)
    assert steps[-1].kept
    assert all(step.copied_bytes == (0 if step.kept else rest.used_bytes) for step in steps)


def test_a_waiting_goroutine_that_ever_grew_keeps_4_kib() -> None:
    """Even the smallest function uses more than 224 bytes when it waits on a channel."""
    waiting = Stack(LAYOUT).call(Calls(8), Calls(32), Calls(112), Calls(24)).used_bytes
    assert waiting + LAYOUT.nosplit_bytes >= 4096 // 4
    assert settled_bytes(LAYOUT, Rest(1 << 20, waiting)) == 4096


@pytest.mark.parametrize(
    ("rest", "enabled", "kept"),
    [
        (Rest(2048, 100), True, "smallest"),
        (Rest(65536, 15584), True, "in use"),
        (Rest(65536, 15583), True, ""),
        (Rest(65536, 100, safe=False), True, "not safe"),
        (Rest(65536, 100), False, "off"),
    ],
)
def test_a_stack_that_stays_says_why(rest: Rest, enabled: bool, kept: str) -> None:
    assert shrunk(LAYOUT, rest, enabled)[1] == kept
