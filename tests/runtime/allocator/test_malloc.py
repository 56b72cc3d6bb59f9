"""Which slot a request gets, per version."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goom.runtime.allocator.eras import era_of
from goom.runtime.allocator.malloc import (
    Kind,
    class_of,
    large_span_bytes,
    place,
    roundupsize,
    slot_bytes,
)
from goom.runtime.size_classes import LARGE, of_size, size_classes

VERSIONS = ("1.19.8", "1.21.13", "1.22.10", "1.24.11", "1.25.5", "1.26.6", "1.27.3", None)
requests = st.tuples(st.integers(0, 100_000), st.booleans(), st.sampled_from(VERSIONS))


def test_41_bytes_are_of_class_5_and_waste_7() -> None:
    found = place(41, False, "1.22.10")
    assert (found.size_class, found.slot_bytes, found.rounding_bytes) == (5, 48, 7)


@pytest.mark.parametrize(
    ("size", "before", "after"),
    [(640, 640, 704), (1024, 1024, 1152), (4096, 4096, 4864), (16384, 16384, 18432)],
)
def test_an_object_with_pointers_pays_for_its_header_from_1_22(
    size: int, before: int, after: int
) -> None:
    assert of_size(before) == size_classes()[class_of(size, True, "1.21.13") - 1]
    assert of_size(after) == size_classes()[class_of(size, True, "1.22.10") - 1]
    assert of_size(before) == size_classes()[class_of(size, False, "1.22.10") - 1]


def test_small_objects_without_pointers_share_a_block_of_16() -> None:
    assert {class_of(size, False, "1.22.10") for size in range(1, 17)} == {2}
    assert place(15, False).kind == Kind.TINY
    assert place(16, False).kind == Kind.SMALL
    assert class_of(8, True, "1.22.10") == 1


def test_the_largest_small_object() -> None:
    assert class_of(32768, False, "1.21.13") == 67
    assert class_of(32760, True, "1.22.10") == 67
    assert class_of(32761, False, "1.22.10") == LARGE
    assert class_of(32769, False, "1.21.13") == LARGE
    assert large_span_bytes(32769) == 40960


def test_a_large_object_keeps_its_type_in_the_span_and_has_no_header() -> None:
    assert place(40_000, True).header_bytes == 0
    assert place(32_760, True).header_bytes == 8


def test_nothing_is_allocated_for_no_bytes() -> None:
    for has_pointers in (False, True):
        found = place(0, has_pointers)
        assert (found.kind, found.slot_bytes, found.size_class) == (Kind.ZERO, 0, LARGE)


@given(requests)
def test_object_header_and_rounding_fill_the_slot(request: tuple[int, bool, str | None]) -> None:
    found = place(*request)
    filled = found.requested_bytes + found.header_bytes + found.rounding_bytes
    assert filled == found.slot_bytes
    assert found.rounding_bytes >= 0
    assert found.header_bytes >= 0


@given(requests)
def test_a_larger_request_never_gets_a_smaller_slot(request: tuple[int, bool, str | None]) -> None:
    size, has_pointers, version = request
    assert place(size + 1, has_pointers, version).slot_bytes >= place(*request).slot_bytes


@given(requests)
def test_no_smaller_class_would_do(request: tuple[int, bool, str | None]) -> None:
    found = place(*request)
    if found.kind == Kind.SMALL and found.size_class > 1:
        assert slot_bytes(found.size_class - 1) < found.requested_bytes + found.header_bytes


@given(requests)
def test_what_append_may_use_is_the_slot_without_its_header(
    request: tuple[int, bool, str | None],
) -> None:
    size, has_pointers, version = request
    found = place(*request)
    if found.kind in (Kind.SMALL, Kind.LARGE):
        usable = found.slot_bytes - found.header_bytes
        assert roundupsize(size, has_pointers, version) == usable


def test_append_rounds_tiny_sizes_as_if_there_were_no_blocks() -> None:
    assert roundupsize(3, False) == 8
    assert roundupsize(0, False) == 0


@pytest.mark.parametrize("version", [None, "devel", "go", "1", "1.99.1"])
def test_an_unknown_version_is_the_newest(version: str | None) -> None:
    assert era_of(version).inline_mark_bits


def test_eras_are_named_as_a_person_says_them() -> None:
    assert era_of("go1.21.13").name == "1.19 to 1.21"
    assert era_of("1.24").name == "1.22 to 1.25"
    assert era_of("1.27.3").name == "since 1.26"


def test_a_large_object_has_no_slot_size() -> None:
    with pytest.raises(ValueError, match="span of its own"):
        slot_bytes(LARGE)
