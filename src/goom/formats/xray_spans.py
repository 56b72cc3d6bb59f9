"""A span map as JSON (``goom.xray_spans/1``): what a bundle keeps of X-ray's look at the spans.

Tables are columns of whole numbers, one list each, under the names of ``case/xray_spans.py``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from math import isfinite
from typing import Any, TypeVar

import msgspec
import numpy as np
from numpy.typing import NDArray

from goom.case.errors import BadInput
from goom.case.xray import Torn
from goom.case.xray_spans import (
    CACHED,
    PAGE_BYTES,
    CellRows,
    CentralRows,
    HoleRows,
    ProcRows,
    SpanCounters,
    SpanGroups,
    SpanMap,
    StackRows,
)

SCHEMA = "goom.xray_spans/1"
SPAN_CLASSES = 136
_MOST_ROWS = 1 << 20
_CELL_PAGES = tuple(1 << power for power in range(10))
_USES = ("in_use", "manual", "cached", "padding", "free")
_MOST = 1 << 53  # of any figure
_MOST_SUM = float(1 << 62)  # of a column
_MOST_PAGES = 1 << 40  # all together, 8 PiB: so that no sum of bytes overflows
_TABLES: Mapping[str, type] = {
    "groups": SpanGroups,
    "cells": CellRows,
    "holes": HoleRows,
    "stacks": StackRows,
    "procs": ProcRows,
    "central": CentralRows,
}
Columns = dict[str, list[int]]
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Torn:
    rule: str
    difference: int
    affects: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Document:
    schema: str
    taken_at_seconds: float
    go_version: str
    groups: Columns
    cells: Columns
    holes: Columns
    stacks: Columns
    procs: Columns
    central: Columns
    counters: SpanCounters
    work_pages: int
    cell_pages: int
    took_seconds: float = 0.0
    attempts: int = 1
    torn: tuple[_Torn, ...] = ()


def to_json(one: SpanMap) -> bytes:
    """The map as a document; ``parse`` reads it back."""
    document: dict[str, Any] = {"schema": SCHEMA}
    for field in fields(SpanMap):
        value = getattr(one, field.name)
        document[field.name] = _columns(value) if field.name in _TABLES else value
    return msgspec.json.encode(document)


def _columns(table: Any) -> Columns:
    return {field.name: getattr(table, field.name).tolist() for field in fields(table)}


def parse(data: bytes) -> SpanMap:
    """One map; BadInput when it is none, or its figures cannot be."""
    try:
        read = msgspec.json.decode(data, type=_Document)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadInput(f"it is no span map: {error}.") from None
    if read.schema != SCHEMA:
        raise BadInput("it is a span map of another format than goom reads.")
    figures = [getattr(read.counters, one.name) for one in fields(SpanCounters)]
    times = _is_time(read.taken_at_seconds) and _is_time(read.took_seconds)
    figures += [
        read.work_pages,
        read.cell_pages,
        read.attempts,
        *(abs(one.difference) for one in read.torn),
    ]
    if not all(0 <= one <= _MOST for one in figures) or not times:
        raise BadInput("it is a span map with figures that cannot be.")
    found = SpanMap(
        taken_at_seconds=read.taken_at_seconds,
        took_seconds=read.took_seconds,
        attempts=read.attempts,
        go_version=read.go_version,
        groups=_table(SpanGroups, read.groups),
        cell_pages=read.cell_pages,
        cells=_table(CellRows, read.cells),
        holes=_table(HoleRows, read.holes),
        stacks=_table(StackRows, read.stacks),
        procs=_table(ProcRows, read.procs),
        central=_table(CentralRows, read.central),
        counters=read.counters,
        work_pages=read.work_pages,
        torn=tuple(
            Torn(rule=one.rule, affects=one.affects, difference=one.difference) for one in read.torn
        ),
    )
    _check(found)
    return found


def _is_time(seconds: float) -> bool:
    return isfinite(seconds) and 0 <= seconds < _MOST


def _table(kind: type[T], columns: Columns) -> T:
    names = [field.name for field in fields(kind)]  # type: ignore[arg-type]  # all are dataclasses
    missing = [name for name in names if name not in columns]
    lengths = {len(columns[name]) for name in names if name in columns}
    if missing or len(lengths) > 1 or max(lengths) > _MOST_ROWS:
        raise BadInput("it is a span map whose columns do not fit together.")
    try:
        rows = {name: np.array(columns[name], np.int64) for name in names}
    except OverflowError:
        raise BadInput("it is a span map with figures that cannot be.") from None
    if any(one.min(initial=0) < 0 or _sum(one) > _MOST_SUM for one in rows.values()):
        raise BadInput("it is a span map with figures that cannot be.")
    return kind(**rows)


def _check(one: SpanMap) -> None:
    """Figures that go together; what is derived of them then neither overflows nor divides by 0."""
    groups, cells, holes = one.groups, one.cells, one.holes
    spans = groups.spans.astype(float)
    largest = groups.pages.astype(float) * PAGE_BYTES
    uses = [getattr(cells, f"{use}_pages") for use in _USES]
    free = _sum(cells.free_pages)
    well = (
        (groups.span_class < SPAN_CLASSES).all(),
        (groups.state <= CACHED).all(),
        (groups.objects <= groups.slots).all(),
        all((part > 0).all() for part in (groups.spans, groups.slots, groups.pages)),
        (groups.slot_bytes > 0).all(),
        (groups.slots * groups.slot_bytes.astype(float) <= largest).all(),
        (groups.object_bytes <= largest * spans).all(),
        _sum(groups.pages * spans) <= _MOST_PAGES,
        one.cell_pages in _CELL_PAGES,
        max(int(part.max(initial=0)) for part in uses) <= one.cell_pages,
        (cells.released_pages <= cells.free_pages).all(),
        (holes.released_pages <= holes.pages).all(),
        _sum(holes.pages * holes.runs.astype(float)) <= min(free, _MOST_PAGES),
        (one.stacks.used <= one.stacks.slots).all(),
        _sum(one.stacks.pages) <= _MOST_PAGES,
        len(one.central.partial_swept) == SPAN_CLASSES,
    )
    if not all(well):
        raise BadInput("it is a span map whose figures contradict each other.")


def _sum(values: NDArray[Any]) -> float:
    return float(values.astype(float).sum())
