"""Growth: properties of the model itself; test_real_stacks.py holds it against real Go."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goom.case.errors import BadInput
from goom.runtime.stacks.layout import LINUX_64, Layout, Platform, layout_of, release_of, round2
from goom.runtime.stacks.stack import (
    Calls,
    Descent,
    Growth,
    Stack,
    check_of,
    descend,
    finds_room,
    grown,
)

LAYOUT = layout_of()
frames = st.one_of(
    st.integers(0, 40).map(lambda words: 8 * words), st.integers(0, 20_000).map(lambda n: 8 * n)
)
runs = st.builds(Calls, frames, st.integers(0, 60), st.just(True))
chains = st.lists(runs, max_size=6)


def one_by_one(layout: Layout, chain: list[Calls]) -> Descent:
    """The rules as the runtime applies them, call by call, with addresses instead of sizes."""
    low, high = 1 << 40, (1 << 40) + layout.fixed_stack_bytes
    sp, growths, calls = high - layout.entry_bytes, [], 0
    for run in chain:
        for _ in range(run.count):
            while sp - max(run.frame_bytes - 128, 0) <= low + layout.guard_bytes:
                size, used = high - low, high - sp
                new = 2 * size
                while new - used < run.frame_bytes + layout.guard_bytes:
                    new *= 2
                growths.append(Growth(calls, run.frame_bytes, size, new, used, calls + 2))
                low = high - new
            sp -= run.frame_bytes + layout.return_address_bytes
            calls += 1
    used = high - sp - (layout.return_address_bytes if calls else 0)
    return Descent(layout.fixed_stack_bytes, high - low, used, calls, tuple(growths))


@given(chains)
def test_stepping_over_runs_of_calls_is_the_same_as_making_each(chain: list[Calls]) -> None:
    assert descend(LAYOUT, chain) == one_by_one(LAYOUT, chain)


@given(chains)
def test_all_copies_together_are_smaller_than_the_stack_that_they_end_in(
    chain: list[Calls],
) -> None:
    went = descend(LAYOUT, chain)
    assert went.copied_bytes < went.stack_bytes
    assert went.stack_bytes == round2(went.stack_bytes)
    assert all(growth.copied_bytes <= growth.old_bytes for growth in went.growths)


@given(chains, chains)
def test_going_deeper_never_makes_a_stack_smaller(first: list[Calls], more: list[Calls]) -> None:
    shorter, longer = descend(LAYOUT, first), descend(LAYOUT, [*first, *more])
    assert shorter.stack_bytes <= longer.stack_bytes
    assert shorter.growths == longer.growths[: len(shorter.growths)]


@given(chains)
def test_a_growth_is_never_larger_than_it_must_be(chain: list[Calls]) -> None:
    for growth in descend(LAYOUT, chain).growths:
        assert not finds_room(LAYOUT, growth.old_bytes, growth.copied_bytes, growth.frame_bytes)
        half = growth.new_bytes // 2
        assert half == growth.old_bytes or (
            half - growth.copied_bytes < growth.frame_bytes + LAYOUT.guard_bytes
        )


@given(chains)
def test_a_stack_that_was_large_enough_before_is_never_copied(chain: list[Calls]) -> None:
    size = descend(LAYOUT, chain).stack_bytes
    again = descend(LAYOUT, chain, start_bytes=2 * size)
    assert not again.growths
    assert again.used_bytes == descend(LAYOUT, chain).used_bytes


@given(st.integers(0, 10_000_000), st.integers(1, 60))
def test_a_million_calls_cost_no_more_than_ten(depth: int, words: int) -> None:
    went = descend(LAYOUT, [Calls(8 * words, depth)])
    assert len(went.growths) <= 19
    assert (went.overflow is not None) == (went.calls < depth)


def test_an_8_kib_frame_takes_a_stack_from_2_to_16_kib_at_once() -> None:
    (growth,) = descend(LAYOUT, [Calls(40), Calls(8192 + 8)]).growths
    assert (growth.old_bytes, growth.new_bytes) == (2048, 16384)
    assert growth.copied_bytes == 40 + 40 + 8


def test_a_function_that_does_not_check_runs_into_the_guard_without_a_growth() -> None:
    went = descend(LAYOUT, [Calls(900), Calls(600, checks=False)])
    assert not went.growths
    assert went.used_bytes > went.stack_bytes - LAYOUT.guard_bytes


def test_the_largest_stack_is_512_mib_and_not_1_gb() -> None:
    went = descend(LAYOUT, [Calls(96, 1_000_000_000)])
    assert went.stack_bytes == LAYOUT.largest_bytes == 512 << 20
    assert went.overflow is not None
    assert went.overflow.wanted_bytes == 1 << 30


def test_nothing_happens_after_an_overflow() -> None:
    small = replace(LAYOUT, limit_bytes=10_000)
    stack = Stack(small).call(Calls(96, 1000))
    before = stack.descent()
    assert stack.call(Calls(8, 5)).descent() == before


def test_a_single_frame_beyond_the_limit_overflows_too() -> None:
    assert grown(LAYOUT, 2048, 88, 1 << 30) == 1 << 31
    assert descend(LAYOUT, [Calls(1 << 30)]).overflow is not None


@pytest.mark.parametrize(
    ("frame", "check"), [(0, "small"), (128, "small"), (136, "big"), (4096, "big"), (4104, "huge")]
)
def test_the_form_of_the_check_goes_by_the_frame(frame: int, check: str) -> None:
    assert check_of(Calls(frame)) == check
    assert check_of(Calls(frame, checks=False)) == "none"


@pytest.mark.parametrize("frame", [0, 64, 128])
def test_frames_up_to_128_bytes_are_all_checked_alike(frame: int) -> None:
    assert finds_room(LAYOUT, 2048, 2048 - 928 - 8, frame)
    assert not finds_room(LAYOUT, 2048, 2048 - 928, frame)


def test_a_larger_frame_needs_what_it_has_beyond_128_bytes() -> None:
    assert finds_room(LAYOUT, 2048, 2048 - 928 - 8 - 72, 200)
    assert not finds_room(LAYOUT, 2048, 2048 - 928 - 72, 200)


@pytest.mark.parametrize(
    ("version", "platform", "fixed", "guard"),
    [
        ("1.21.13", LINUX_64, 2048, 928),
        ("1.27.3", LINUX_64, 2048, 928),
        ("1.27.3", Platform(race=True), 2048, 1728),
        ("1.22.10", Platform("windows"), 8192, 5024),
        ("1.21.13", Platform("windows", word_bytes=4), 4096, 2976),
        ("1.22.10", Platform("windows", word_bytes=4), 8192, 5024),
        ("1.23.9", Platform("openbsd"), 2048, 928),
        ("1.24.11", Platform("openbsd"), 2048, 1728),
        ("1.24.11", Platform("openbsd", race=True), 2048, 2528),
        ("1.27.3", Platform("plan9"), 4096, 1440),
        ("1.27.3", Platform("ios"), 4096, 1952),
    ],
)
def test_systems_keep_room_of_their_own(
    version: str, platform: Platform, fixed: int, guard: int
) -> None:
    layout = layout_of(version, platform)
    assert (layout.fixed_stack_bytes, layout.guard_bytes) == (fixed, guard)


@pytest.mark.parametrize("version", ["1.20", "1.19.8", "2.0", "tip", "1", "1.x"])
def test_a_version_that_the_model_does_not_know_is_refused(version: str) -> None:
    with pytest.raises(BadInput):
        layout_of(version)


def test_the_newest_known_rules_serve_newer_versions() -> None:
    assert release_of("1.31.2") == release_of("newest") == release_of(None) == (1, 27)
    assert release_of("go1.22.10") == (1, 22)


def test_an_unknown_system_is_refused() -> None:
    with pytest.raises(BadInput):
        layout_of(None, Platform("templeos"))
