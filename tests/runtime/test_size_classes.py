"""The table of size classes, as the rest of the house reads it."""

from __future__ import annotations

from goom.runtime.size_classes import fitting, of_size, size_classes


def test_there_are_67_classes_of_small_objects() -> None:
    rows = size_classes()
    assert [row.number for row in rows] == list(range(1, 68))
    assert (rows[0].size_bytes, rows[-1].size_bytes) == (8, 32768)
    assert {row.span_bytes % 8192 for row in rows} == {0}


def test_sizes_rise_with_the_class() -> None:
    sizes = [row.size_bytes for row in size_classes()]
    assert sizes == sorted(set(sizes))


def test_a_size_between_two_classes_is_no_class() -> None:
    assert of_size(100) is None
    assert of_size(40000) is None
    assert of_size(112) == fitting(100) == fitting(112)


def test_nothing_fits_beyond_the_last_class() -> None:
    assert fitting(32768) == size_classes()[-1]
    assert fitting(32769) is None
