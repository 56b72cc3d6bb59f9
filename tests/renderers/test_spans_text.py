"""The span map on a screen: what it says, that it fits, and that the map is to scale."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from goom.case.units import MIB
from goom.case.xray import Torn
from goom.case.xray_spans import CHUNK_PAGES, PAGE_BYTES, SpanMap
from goom.renderers.spans_strip import strip
from goom.renderers.spans_text import one_line, render
from goom.signals.span_occupancy import span_occupancy
from tests.span_maps import span_map

SPARSE = span_map([(13, 1200, 3), (9, 40, 256), (40, 9, 0)], free_pages=3000, released_pages=1000)


def drawn(one: SpanMap, width: int = 80) -> str:
    return render(one, span_occupancy(one), "shop, pid 1", width=width)


def test_it_names_the_class_that_pins_memory_first() -> None:
    rows = drawn(SPARSE).splitlines()
    first = rows[next(i for i, row in enumerate(rows) if "slots of" in row) + 1].split()
    # 3,600 of 153,600 slots of 64 bytes; 1,200 spans of 8 KiB, of which 29 would do
    assert first == ["64*", "1,200", "9.4", "2%", "9.1", "1,200", "0", "0", "0", "0"]


@pytest.mark.parametrize("width", [60, 80, 120])
@pytest.mark.parametrize("one", [SPARSE, span_map([])])
def test_it_fits(one: SpanMap, width: int) -> None:
    assert max(map(len, drawn(one, width).splitlines())) < width
    assert len(one_line(span_occupancy(one), width)) < width


def test_a_map_that_moved_says_by_how_much() -> None:
    torn = (Torn(rule="free pages = heapFree", affects=("holes",), difference=3),)
    assert "by 24.0 KiB" in drawn(replace(SPARSE, torn=torn))
    assert "Torn" not in drawn(replace(SPARSE, torn=torn))
    worse = (replace(torn[0], difference=2000),)
    assert "Torn" in drawn(replace(SPARSE, torn=worse))


def test_escape_codes_in_names_do_not_reach_the_terminal() -> None:
    assert "\x1b" not in drawn(replace(SPARSE, go_version="\x1b[2J1.22"))


def test_a_character_is_what_most_of_its_pages_are() -> None:
    one = span_map([(8, 2 * CHUNK_PAGES, 64), (8, CHUNK_PAGES, 1)], free_pages=2 * CHUNK_PAGES)
    ((label, row),), cell_bytes = strip(one, 79)
    assert (label, cell_bytes) == ("0xc000000000", CHUNK_PAGES * PAGE_BYTES)
    assert row[-2:] == "--"
    assert len(row) == 5


def test_rows_begin_anew_where_the_heap_does() -> None:
    one = span_map([(8, 3 * CHUNK_PAGES, 128)])
    apart = one.cells.address + np.array([0, 0, 64 * MIB])
    rows, _ = strip(replace(one, cells=replace(one.cells, address=apart)), 79)
    assert [(label, len(row)) for label, row in rows] == [("0xc000000000", 2), ("0xc004800000", 1)]


def test_a_huge_heap_is_a_bounded_picture() -> None:
    rows, cell_bytes = strip(span_map([(8, 4_000_000, 100)]), 79)
    assert len(rows) <= 12
    assert cell_bytes * len("".join(row for _, row in rows)) >= 4_000_000 * PAGE_BYTES
