"""What a span holds, against what real Go was measured to do, era by era."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from goom.runtime.allocator.spans import objects_per_span, span_layout, span_tail_bytes
from goom.runtime.size_classes import LARGE, size_classes

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


@pytest.mark.parametrize("version", ["1.19", "1.21.13", "1.22.10", "1.25.5", "1.26.6", None])
@pytest.mark.parametrize("has_pointers", [False, True])
def test_slots_bits_and_tail_fill_the_span(version: str | None, has_pointers: bool) -> None:
    for row in size_classes():
        layout = span_layout(row.number, has_pointers, version)
        bits = layout.heap_bits_bytes + layout.mark_bits_bytes
        slots = layout.objects * layout.slot_bytes
        assert slots + bits + layout.tail_bytes == row.span_bytes
        assert 0 <= layout.tail_bytes < layout.slot_bytes
        assert span_tail_bytes(row.number, has_pointers, version) == row.span_bytes - slots


def test_a_large_object_has_a_span_of_its_own() -> None:
    assert objects_per_span(LARGE, True) == 1
    assert span_tail_bytes(LARGE, True) == 0
    with pytest.raises(ValueError, match="as long as the object needs"):
        span_layout(LARGE, True)
