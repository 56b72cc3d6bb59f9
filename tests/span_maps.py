"""Span maps for tests, made of a few words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

import numpy as np

from goom.case.xray_spans import (
    CHUNK_PAGES,
    PAGE_BYTES,
    SWEPT,
    CellRows,
    CentralRows,
    HoleRows,
    ProcRows,
    SpanCounters,
    SpanGroups,
    SpanMap,
    StackRows,
)
from goom.runtime.allocator.span_classes import span_classes

Rows = Sequence[tuple[int, int, int]]


def span_map(
    rows: Rows, *, free_pages: int = 0, released_pages: int = 0, at_seconds: float = 1e9
) -> SpanMap:
    """Spans of ``(span class, how many, objects in each)``, and one hole of free pages."""
    table = span_classes("1.22")
    span_class, spans, objects = (np.array(list(part), np.int64) for part in _columns(rows))
    pages = table.pages[span_class]
    groups = SpanGroups(
        span_class=span_class,
        state=np.full(len(span_class), SWEPT),
        pages=pages,
        slots=table.slots[span_class],
        slot_bytes=table.slot_bytes[span_class],
        objects=objects,
        spans=spans,
        object_bytes=objects * table.slot_bytes[span_class] * spans,
    )
    in_use = int((pages * spans).sum())
    chunks = max(-(-(in_use + free_pages) // CHUNK_PAGES), 1)
    return SpanMap(
        taken_at_seconds=at_seconds,
        took_seconds=0.01,
        attempts=1,
        go_version="1.22.10",
        groups=groups,
        cell_pages=CHUNK_PAGES,
        cells=_chunks(chunks, in_use, released_pages, int(groups.object_bytes.sum())),
        holes=HoleRows(**_table(pages=[free_pages], released_pages=[released_pages], runs=[1])),
        stacks=StackRows(**_table(stack_bytes=[2048], spans=[1], pages=[4], slots=[16], used=[9])),
        procs=ProcRows(**{field.name: np.zeros(2, np.int64) for field in fields(ProcRows)}),
        central=CentralRows(**{one.name: np.zeros(136, np.int64) for one in fields(CentralRows)}),
        counters=SpanCounters(
            heap_in_use_bytes=in_use * PAGE_BYTES,
            heap_free_bytes=(free_pages - released_pages) * PAGE_BYTES,
            heap_released_bytes=released_pages * PAGE_BYTES,
            stack_bytes=4 * PAGE_BYTES,
            work_bytes=0,
        ),
        work_pages=0,
    )


def _columns(rows: Rows) -> list[Sequence[int]]:
    return [list(part) for part in zip(*rows, strict=True)] or [[], [], []]


def _table(**columns: list[int]) -> dict[str, Any]:
    return {name: np.array(values, np.int64) for name, values in columns.items()}


def _chunks(count: int, in_use: int, released: int, object_bytes: int) -> CellRows:
    """What is in use fills the first chunks."""
    used = np.clip(in_use - np.arange(count) * CHUNK_PAGES, 0, CHUNK_PAGES)
    free = CHUNK_PAGES - used
    gone = np.minimum(np.clip(released - (np.cumsum(free) - free), 0, None), free)
    share = used / max(in_use, 1)
    zero = np.zeros(count, np.int64)
    return CellRows(
        address=0xC000000000 + np.arange(count) * (4 << 20),
        in_use_pages=used,
        manual_pages=zero,
        cached_pages=zero,
        padding_pages=zero,
        free_pages=free,
        released_pages=gone,
        largest_hole_pages=free,
        object_bytes=(share * object_bytes).astype(np.int64),
    )
