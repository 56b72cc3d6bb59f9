"""The size class table against what real Go was measured to do."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from goom.runtime.size_classes import (
    LARGE,
    class_of,
    large_span_bytes,
    objects_per_span,
    of_size,
    size_classes,
    span_tail_bytes,
)

MEASURED = Path(__file__).with_name("objects_per_span.csv")
COLUMNS = {
    "go_1_21": ("1.21.13", True),
    "pointers_1_22": ("1.22.10", True),
    "noscan_1_26": ("1.26.6", False),
    "pointers_1_26": ("1.27.3", True),
}


def test_objects_per_span_are_those_of_every_era() -> None:
    rows = list(csv.DictReader(MEASURED.read_text().splitlines()))
    assert len(rows) == len(size_classes()) == 67
    wrong = [
        (row["class"], column)
        for row in rows
        for column, (version, pointers) in COLUMNS.items()
        if objects_per_span(int(row["class"]), pointers, version) != int(row[column])
    ]
    assert not wrong


def test_objects_without_pointers_did_not_change_in_1_22() -> None:
    for row in size_classes():
        old = objects_per_span(row.number, False, "1.21.13")
        assert objects_per_span(row.number, False, "1.22.10") == old


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
    assert class_of(8, True, "1.22.10") == 1


def test_the_largest_small_object() -> None:
    assert class_of(32768, False, "1.21.13") == 67
    assert class_of(32760, True, "1.22.10") == 67
    assert class_of(32761, False, "1.22.10") == LARGE
    assert class_of(32769, False, "1.21.13") == LARGE
    assert large_span_bytes(32769) == 40960


def test_tail_and_objects_fill_the_span() -> None:
    for row in size_classes():
        for version in ("1.21.13", "1.22.10", "1.26.6", None, "devel"):
            tail = span_tail_bytes(row.number, True, version)
            count = objects_per_span(row.number, True, version)
            assert tail + count * row.size_bytes == row.span_bytes
            assert 0 <= tail < row.span_bytes


def test_a_size_between_two_classes_is_no_class() -> None:
    assert of_size(100) is None
    assert of_size(40000) is None
