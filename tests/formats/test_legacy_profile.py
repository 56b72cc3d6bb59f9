"""Profiles in text give the figures that the protobuf of the same moment gives."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goom.case.errors import BadInput
from goom.case.profile import Frame, Profile
from goom.formats import pprof
from goom.formats.legacy_profile import parse_count_text, parse_heap_text, scaled
from goom.formats.pprof_top import top
from tests.formats.profiles import VERSIONS, sample


def by_function(profile: Profile, measure: str) -> dict[str, int]:
    names, _, cum = top(profile, measure)
    return {name: value for name, value in zip(names, cum.tolist(), strict=True) if "main." in name}


@pytest.mark.parametrize("measure", ["alloc_space", "alloc_objects"])
@pytest.mark.parametrize("version", VERSIONS)
def test_text_and_protobuf_agree_to_the_byte(version: str, measure: str) -> None:
    """But for what allocates while the profiles themselves are written."""
    text = parse_heap_text(sample(version, "heap.debug1.txt").decode())
    theirs = by_function(pprof.parse(sample(version, "heap.pb.gz")), measure)
    ours = by_function(text, measure)
    theirs.pop("main.main")
    assert len(theirs) > 10
    assert {name: ours[name] for name in theirs} == theirs


def test_the_header_states_twice_the_sampling_rate() -> None:
    profile = parse_heap_text(
        "heap profile: 1: 64 [2: 128] @ heap/1048576\n"
        "1: 64 [2: 128] @ 0x10 0x20\n"
        "#\t0x1f\tmain.keep+0x9\t\t/src/app/keep.go:12\n"
        "#\t0x2f\tmain.main+0x19\t/src/app/main.go:7\n"
        "\n# runtime.MemStats\n# Alloc = 5\n"
    )
    assert profile.period == 524288
    assert profile.block_bytes.tolist() == [64]
    assert profile.values.tolist() == [[16385, 1048640, 8192, 524320]]
    assert profile.stack(0) == (
        Frame("main.keep", "/src/app/keep.go", 12),
        Frame("main.main", "/src/app/main.go", 7),
    )


def test_threads_are_counted_by_stack() -> None:
    profile = parse_count_text(sample("1.22.10", "threadcreate.debug1.txt").decode())
    assert profile.kind == "threadcreate"
    assert profile.values.sum() >= 2


@pytest.mark.parametrize("text", ["", "404 page not found\n", "goroutine profile: total 3\n"])
def test_other_text_is_no_heap_profile(text: str) -> None:
    with pytest.raises(BadInput, match="not a heap profile"):
        parse_heap_text(text, origin="x.txt")


@given(
    count=st.integers(-(10**19), 10**19),
    size=st.integers(-(10**19), 10**19),
    rate=st.integers(0, 10**18),
)
def test_scaling_never_shrinks_and_never_overflows(count: int, size: int, rate: int) -> None:
    objects, space = scaled(count, size, rate)
    if count > 0 and size > 0 and rate > 1:
        assert objects >= min(count, 1 << 62) * 0.999999
        assert space >= min(size, 1 << 62) * 0.999999
    assert 0 <= objects <= max((1 << 63) - 1, count)
