"""The adapted start size: properties of the model itself."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from goom.runtime.stacks.layout import layout_of, round2
from goom.runtime.stacks.start_size import (
    Scanned,
    average_bytes,
    runtimes_own,
    starting_bytes,
)

LAYOUT = layout_of()
groups = st.lists(st.builds(Scanned, st.integers(0, 100_000), st.integers(40, 1 << 29)), max_size=5)


@given(groups)
def test_the_start_size_is_a_power_of_two_that_holds_the_average_and_the_guard(
    scanned: list[Scanned],
) -> None:
    size = starting_bytes(LAYOUT, scanned)
    assert size == round2(size) >= LAYOUT.fixed_stack_bytes
    if any(group.count for group in scanned):
        wanted = average_bytes(scanned) + LAYOUT.guard_bytes
        assert size >= wanted
        assert size < 2 * max(wanted, LAYOUT.fixed_stack_bytes)


@given(groups, st.randoms(use_true_random=False))
def test_the_order_of_goroutines_does_not_matter(scanned: list[Scanned], chance: object) -> None:
    assert starting_bytes(LAYOUT, scanned[::-1]) == starting_bytes(LAYOUT, scanned)


def test_without_a_scanned_stack_or_switched_off_it_is_the_smallest() -> None:
    assert starting_bytes(LAYOUT, []) == 2048
    assert starting_bytes(LAYOUT, [Scanned(9, 50_000)], adaptive=False) == 2048


def test_one_deep_goroutine_in_a_hundred_doubles_what_all_others_start_with() -> None:
    few = [Scanned(990, 272), Scanned(10, 104_280)]
    assert starting_bytes(LAYOUT, few) == 4096


def test_the_runtimes_own_goroutines_are_five_and_one_for_each_proc() -> None:
    assert runtimes_own(8).count == 13
