"""How full the spans are, class by class, and what free pages are good for; from span maps."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
from numpy.typing import NDArray

from goom.case.span_occupancy import (
    ArenaUse,
    ClassOccupancy,
    HoleSizes,
    LargeObjects,
    PageUse,
    SpanOccupancies,
    SpanOccupancy,
)
from goom.case.xray_spans import (
    ARENA_BYTES,
    CACHED,
    PAGE_BYTES,
    UNSWEPT,
    CellRows,
    HoleRows,
    SpanGroups,
    SpanMap,
    SpanMaps,
)
from goom.rooms import signal

Ints = NDArray[np.int64]
Bits = NDArray[np.bool_]
_LARGE_CLASSES = 2
_SPARSE = 0.25


@signal
def span_occupancies(maps: SpanMaps) -> SpanOccupancies:
    """Every map, added up."""
    return SpanOccupancies(tuple(span_occupancy(one) for one in maps.all))


def span_occupancy(one: SpanMap) -> SpanOccupancy:
    """One map, added up."""
    groups = one.groups
    numbers = np.unique(groups.span_class[groups.span_class >= _LARGE_CLASSES])
    classes = [_class(_part(groups, groups.span_class == number)) for number in numbers]
    classes.sort(key=lambda row: (-row.pinned_bytes, -row.free_bytes, row.span_class))
    spans = int(groups.spans.sum())
    unswept = int(groups.spans[groups.state == UNSWEPT].sum())
    return SpanOccupancy(
        taken_at_seconds=one.taken_at_seconds,
        classes=tuple(classes),
        large=_large(_part(groups, groups.span_class < _LARGE_CLASSES)),
        pages=_pages(one),
        arenas=_arenas(one.cells, one.cell_pages * PAGE_BYTES),
        span_bytes=sum(row.span_bytes for row in classes),
        object_bytes=sum(row.object_bytes for row in classes),
        free_bytes=sum(row.free_bytes for row in classes),
        tail_bytes=sum(row.tail_bytes for row in classes),
        pinned_bytes=sum(row.pinned_bytes for row in classes),
        sparse_spans=sum(row.quarters[0] for row in classes),
        sparse_objects=sum(row.sparse_objects for row in classes),
        sparse_object_bytes=sum(row.sparse_object_bytes for row in classes),
        sparse_free_bytes=sum(row.sparse_free_bytes for row in classes),
        cached_free_bytes=int(one.procs.free_slot_bytes.sum()),
        objects_not_counted=int(one.procs.objects_not_counted.sum()),
        unswept_fraction=unswept / spans if spans else 0.0,
        drift_fraction=one.drift_fraction,
    )


def _part(groups: SpanGroups, rows: Bits) -> SpanGroups:
    return SpanGroups(**{one.name: getattr(groups, one.name)[rows] for one in fields(SpanGroups)})


def _class(of: SpanGroups) -> ClassOccupancy:
    fill = of.objects / of.slots
    quarter = np.where(of.objects == of.slots, 4, np.minimum((fill * 4).astype(np.int64), 3))
    sparse = fill < _SPARSE
    slots, objects, spans = (_sum(part * of.spans) for part in (of.slots, of.objects, 1))
    span_bytes = _sum(of.pages * of.spans) * PAGE_BYTES
    slot_bytes = int(of.slot_bytes[0])
    needed = -(-objects // max(int(of.slots.max()), 1))
    each = span_bytes // max(spans, 1)
    return ClassOccupancy(
        span_class=int(of.span_class[0]),
        slot_bytes=slot_bytes,
        has_pointers=int(of.span_class[0]) % 2 == 0,
        spans=spans,
        span_bytes=span_bytes,
        slots=slots,
        objects=objects,
        object_bytes=objects * slot_bytes,
        free_bytes=(slots - objects) * slot_bytes,
        tail_bytes=max(span_bytes - slots * slot_bytes, 0),
        pinned_bytes=max(spans - needed, 0) * each,
        unswept_spans=_sum(of.spans[of.state == UNSWEPT]),
        cached_spans=_sum(of.spans[of.state == CACHED]),
        quarters=tuple(int(n) for n in np.bincount(quarter, weights=of.spans, minlength=5)),
        sparse_objects=_sum((of.objects * of.spans)[sparse]),
        sparse_object_bytes=_sum((of.objects * of.spans)[sparse]) * slot_bytes,
        sparse_free_bytes=_sum(((of.slots - of.objects) * of.spans)[sparse]) * slot_bytes,
    )


def _large(of: SpanGroups) -> LargeObjects:
    span_bytes = _sum(of.pages * of.spans) * PAGE_BYTES
    object_bytes = _sum(of.object_bytes)
    return LargeObjects(
        count=_sum(of.spans),
        object_bytes=object_bytes,
        span_bytes=span_bytes,
        rounding_bytes=span_bytes - object_bytes,
        largest_bytes=int((of.object_bytes // of.spans).max()) if len(of) else 0,
    )


def _pages(one: SpanMap) -> PageUse:
    cells = one.cells
    free, released = _sum(cells.free_pages), _sum(cells.released_pages)
    stacks = _sum(one.stacks.pages)
    return PageUse(
        heap_bytes=len(cells) * one.cell_pages * PAGE_BYTES,
        in_use_bytes=_sum(cells.in_use_pages) * PAGE_BYTES,
        stack_bytes=stacks * PAGE_BYTES,
        work_bytes=one.work_pages * PAGE_BYTES,
        cached_bytes=_sum(cells.cached_pages) * PAGE_BYTES,
        padding_bytes=_sum(cells.padding_pages) * PAGE_BYTES,
        free_bytes=free * PAGE_BYTES,
        released_bytes=released * PAGE_BYTES,
        held_bytes=(free - released) * PAGE_BYTES,
        holes=_holes(one.holes),
        hole_count=_sum(one.holes.runs),
        largest_hole_bytes=int(one.holes.pages.max(initial=0)) * PAGE_BYTES,
    )


def _holes(holes: HoleRows) -> tuple[HoleSizes, ...]:
    """By powers of two."""
    known = holes.pages > 0
    power = np.frexp(holes.pages[known])[1] - 1
    free, released = ((part * holes.runs)[known] for part in (holes.pages, holes.released_pages))
    return tuple(
        HoleSizes(
            least_pages=1 << int(one),
            runs=_sum(holes.runs[known][power == one]),
            free_bytes=_sum(free[power == one]) * PAGE_BYTES,
            released_bytes=_sum(released[power == one]) * PAGE_BYTES,
        )
        for one in np.unique(power)
    )


def _arenas(cells: CellRows, cell_bytes: int) -> tuple[ArenaUse, ...]:
    """A hole is counted in the arena where it begins."""
    number = cells.address // ARENA_BYTES
    return tuple(_arena(cells, number == one, cell_bytes) for one in np.unique(number))


def _arena(cells: CellRows, rows: Bits, cell_bytes: int) -> ArenaUse:
    return ArenaUse(
        address=int(cells.address[rows][0]) // ARENA_BYTES * ARENA_BYTES,
        heap_bytes=int(rows.sum()) * cell_bytes,
        in_use_bytes=_sum(cells.in_use_pages[rows]) * PAGE_BYTES,
        object_bytes=_sum(cells.object_bytes[rows]),
        free_bytes=_sum(cells.free_pages[rows]) * PAGE_BYTES,
        released_bytes=_sum(cells.released_pages[rows]) * PAGE_BYTES,
        largest_hole_bytes=int(cells.largest_hole_pages[rows].max()) * PAGE_BYTES,
    )


def _sum(values: Ints) -> int:
    return int(values.sum())
