"""The pages of a heap as rows of characters, by address."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from goom.case.xray_spans import PAGE_BYTES, SpanMap

LEGEND = (
    "spans that objects fill to █ 3/4 or more, ▓ 1/2, ▒ 1/4, ░ less; s stacks; free pages "
    "- held, . given back; : free pages with a span between them"
)
_LABEL, _MOST_ROWS = 16, 12
_SHADES = "░▒▓█"
_FILLS = (0.25, 0.5, 0.75)
Ints = NDArray[np.int64]


def strip(told: SpanMap, room: int) -> tuple[list[tuple[str, str]], int]:
    """Rows, each with the address where it begins, and the bytes of a character.

    A character says what most of its pages are. Addresses that the heap has not grown to are left
    out: a row begins anew after them.
    """
    cells = told.cells
    if not len(cells) or room <= _LABEL:
        return [], 0
    columns = room - _LABEL
    at_once = max(-(-len(cells) // (columns * _MOST_ROWS)), 1)
    cell_bytes = told.cell_pages * PAGE_BYTES
    breaks = np.flatnonzero(np.diff(cells.address) != cell_bytes) + 1
    rows: list[tuple[str, str]] = []
    for start, end in zip([0, *breaks.tolist()], [*breaks.tolist(), len(cells)], strict=True):
        marks = _marks(told, np.arange(start, end, at_once), end)
        for at in range(0, len(marks), columns):
            address = int(cells.address[start + at * at_once])
            rows.append((f"{address:#x}", marks[at : at + columns]))
    if len(rows) > 2 * _MOST_ROWS:
        more = len(rows) - 2 * _MOST_ROWS
        rows = [*rows[: 2 * _MOST_ROWS], ("", f"and {more:,} more such rows")]
    return rows, at_once * cell_bytes


def _marks(told: SpanMap, starts: Ints, end: int) -> str:
    """One character for each of the groups of cells that begin at ``starts``."""
    cells = told.cells

    def grouped(column: Ints) -> Ints:
        return np.asarray(np.add.reduceat(column[:end], starts))

    in_use = grouped(cells.in_use_pages + cells.cached_pages)
    released = grouped(cells.released_pages + cells.padding_pages)
    held = grouped(cells.free_pages) - grouped(cells.released_pages)
    stacks = grouped(cells.manual_pages)
    kinds = np.argmax(np.stack([in_use, stacks, held, released]), axis=0)
    kinds[(kinds >= 2) & (in_use + stacks > 0)] = 4
    fill = grouped(cells.object_bytes) / np.maximum(in_use * PAGE_BYTES, 1)
    shade = np.searchsorted(_FILLS, fill, side="right")
    return "".join(
        _SHADES[int(dark)] if kind == 0 else " s-.:"[int(kind)]
        for kind, dark in zip(kinds, shade, strict=True)
    )
