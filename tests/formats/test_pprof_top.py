"""Flat and cum against the plainest way to add them up."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from goom.case.profile import Profile
from goom.formats.pprof import parse
from goom.formats.pprof_top import top
from tests.formats.profiles import VERSIONS, sample

LOCATIONS = ((0,), (1, 0), (2,), (2, 3, 2), (1,))  # functions by location, innermost first
NAMES = ("a", "b", "c", "a")  # two functions of one name are one row


def made(stacks: list[list[int]], values: list[int]) -> Profile:
    lengths = np.array([len(stack) for stack in stacks], np.int64)
    widths = np.array([len(lines) for lines in LOCATIONS], np.int64)
    return replace(
        parse(sample("1.22.10", "heap.pb.gz")),
        sample_types=(("samples", "count"),),
        values=np.array(values[: len(stacks)], np.int64).reshape(-1, 1),
        stack_offsets=np.concatenate((np.zeros(1, np.int64), np.cumsum(lengths))),
        stack_locations=np.array([place for stack in stacks for place in stack], np.int32),
        location_offsets=np.concatenate((np.zeros(1, np.int64), np.cumsum(widths))),
        line_functions=np.array([one for lines in LOCATIONS for one in lines], np.int32),
        line_numbers=np.ones(int(widths.sum()), np.int64),
        functions=NAMES,
        files=("",) * len(NAMES),
    )


def plainly(stacks: list[list[int]], values: list[int]) -> tuple[Counter[str], Counter[str]]:
    flat: Counter[str] = Counter()
    cum: Counter[str] = Counter()
    for stack, value in zip(stacks, values, strict=False):
        names = [NAMES[one] for place in stack for one in LOCATIONS[place]]
        if names:
            flat[names[0]] += value
        for name in set(names):
            cum[name] += value
    return flat, cum


@given(
    st.lists(st.lists(st.integers(0, len(LOCATIONS) - 1), max_size=6), max_size=1500),
    st.integers(-5, 1 << 40),
)
def test_recursion_and_inlining_add_up(stacks: list[list[int]], value: int) -> None:
    values = [value + place for place in range(len(stacks))]
    names, flat, cum = top(made(stacks, values), "samples")
    expected_flat, expected_cum = plainly(stacks, values)
    for name, one, both in zip(names, flat.tolist(), cum.tolist(), strict=True):
        assert (one, both) == (expected_flat[name], expected_cum[name])


def test_sums_beyond_the_integers_of_a_float_stay_exact() -> None:
    huge = [(1 << 60) + 1, 3]
    names, _, cum = top(made([[0], [0]], huge), "samples")
    assert dict(zip(names, cum.tolist(), strict=True))["a"] == (1 << 60) + 4


@pytest.mark.parametrize("version", VERSIONS)
def test_all_flat_together_is_the_whole_profile(version: str) -> None:
    profile = parse(sample(version, "cpu.pb.gz"))
    _, flat, _ = top(profile, "cpu")
    assert flat.sum() == profile.values[:, 1].sum()


def test_a_measure_that_is_not_there_is_an_error_of_the_caller() -> None:
    with pytest.raises(ValueError, match="no sample type 'inuse_space'"):
        top(parse(sample("1.22.10", "cpu.pb.gz")), "inuse_space")
