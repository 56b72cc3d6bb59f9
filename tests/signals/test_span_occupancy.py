"""Span maps, added up."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from goom.case.xray_spans import PAGE_BYTES, UNSWEPT, HoleRows, SpanMaps
from goom.signals.span_occupancy import span_occupancies, span_occupancy
from tests.span_maps import span_map


def test_bytes_of_small_spans_are_objects_and_free_slots_and_ends() -> None:
    one = span_occupancy(span_map([(8, 10, 30), (9, 4, 128), (70, 3, 1)]))
    assert one.span_bytes == one.object_bytes + one.free_bytes + one.tail_bytes
    assert one.object_bytes == sum(row.object_bytes for row in one.classes)


def test_what_would_be_free_side_by_side_is_pinned() -> None:
    (row,) = span_occupancy(span_map([(13, 10, 13)])).classes  # 130 objects, 128 to a span
    assert row.pinned_bytes == 8 * PAGE_BYTES
    (full,) = span_occupancy(span_map([(13, 10, 128)])).classes
    assert full.pinned_bytes == 0
    assert full.quarters == (0, 0, 0, 0, 10)


def test_spans_are_sorted_into_quarters_and_the_last_step_is_full() -> None:
    rows = [(13, 1, 31), (13, 2, 32), (13, 3, 64), (13, 4, 96), (13, 5, 127), (13, 6, 128)]
    (row,) = span_occupancy(span_map(rows)).classes
    assert row.quarters == (1, 2, 3, 9, 6)
    assert row.sparse_objects == 31
    assert row.sparse_free_bytes == 97 * 64


def test_holes_are_counted_by_powers_of_two() -> None:
    one = span_map([], free_pages=100)
    pages = np.array([1, 2, 3, 4, 7, 8])
    holes = HoleRows(pages=pages, released_pages=pages // 2, runs=np.array([5, 1, 1, 1, 1, 1]))
    found = span_occupancy(replace(one, holes=holes)).pages
    assert [(row.least_pages, row.runs) for row in found.holes] == [(1, 5), (2, 2), (4, 2), (8, 1)]
    assert sum(row.free_bytes for row in found.holes) == 29 * PAGE_BYTES
    assert found.largest_hole_bytes == 8 * PAGE_BYTES
    assert found.hole_count == 10


def test_spans_that_are_not_swept_are_counted_as_such() -> None:
    one = span_map([(9, 10, 13), (11, 10, 13)])
    states = np.array([UNSWEPT, 0])
    found = span_occupancy(replace(one, groups=replace(one.groups, state=states)))
    assert found.unswept_fraction == 0.5


def test_what_lasts_is_the_least_of_the_last_third() -> None:
    counts = [100, 100, 100, 100, 20, 60]
    maps = tuple(
        span_map([(9, n, 1)], released_pages=999, at_seconds=float(at))
        for at, n in enumerate(counts)
    )
    found = span_occupancies(SpanMaps(maps))
    assert found.lasting().taken_at_seconds == 4.0
    assert found.last.taken_at_seconds == 5.0
