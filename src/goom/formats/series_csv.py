"""The bundle's CSV series: a header of names, ``time_seconds`` first; an empty cell is unknown."""

from __future__ import annotations

import re
from collections.abc import Iterable
from math import nan
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from goom.case.errors import BadInput, TooLarge
from goom.case.series import Series

Floats = NDArray[np.float64]
Kind = TypeVar("Kind", bound=Series)

TIME = "time_seconds"
_MOST_COLUMNS = 1000
_MOST_CELLS = 1 << 26
_NAME = re.compile(r"[A-Za-z_]\w{0,200}", re.ASCII)
_HINT = "docs/bundle.md says what a series looks like."


def read(data: bytes, kind: type[Kind]) -> Kind:
    """One series as ``kind``, its rows in order of time."""
    return join([_table(data)], kind)


def read_parts(parts: Iterable[bytes], kind: type[Kind]) -> Kind:
    """A series that was written in parts; a part may have columns that others have not."""
    return join([_table(part) for part in parts], kind)


def write(series: Series) -> bytes:
    """The series as CSV; whole numbers without a point, so that reading gives the same back."""
    names = [TIME, *series.columns]
    columns = [series.time_seconds, *series.columns.values()]
    rows = zip(*(column.tolist() for column in columns), strict=True)
    lines = [",".join(names), *(",".join(map(cell, row)) for row in rows)]
    return ("\n".join(lines) + "\n").encode()


def cell(value: float) -> str:
    """One figure as it stands in the file."""
    if value != value:  # noqa: PLR0124 - nan
        return ""
    return str(int(value)) if abs(value) < 2**63 and value == int(value) else repr(value)


def join(tables: list[dict[str, Floats]], kind: type[Kind]) -> Kind:
    """Tables of one series, put together and in order of time; the first of equal times stays."""
    names = dict.fromkeys([TIME, *(name for table in tables for name in table)])
    whole = {name: _column(tables, name) for name in names}
    times, order = np.unique(whole.pop(TIME), return_index=True)
    return kind(times, {name: column[order] for name, column in whole.items()})


def _column(tables: list[dict[str, Floats]], name: str) -> Floats:
    parts = [table.get(name, np.full(len(table[TIME]), nan)) for table in tables]
    return np.concatenate([np.zeros(0), *parts])


def _table(data: bytes) -> dict[str, Floats]:
    header, _, body = data.replace(b"\r\n", b"\n").partition(b"\n")
    names = _names(header)
    # A writer that was killed leaves half a row: only lines that end count.
    lines = body[: body.rfind(b"\n") + 1].splitlines()
    if len(lines) * len(names) > _MOST_CELLS:
        raise TooLarge(f"a series of more than {_MOST_CELLS} cells.", _HINT)
    rows = [row for number, line in enumerate(lines, 2) if (row := _row(line, names, number))]
    figures = np.array(rows, np.float64).reshape(-1, len(names))
    figures = figures[np.isfinite(figures[:, 0])]
    return {name: figures[:, column].copy() for column, name in enumerate(names)}


def _names(header: bytes) -> list[str]:
    names = header.decode("utf-8", "replace").removeprefix("\ufeff").strip().split(",")
    if names[0] != TIME:
        raise BadInput(f"the series does not begin with a {TIME} column.", _HINT)
    if len(names) > _MOST_COLUMNS:
        raise TooLarge(f"a series of {len(names)} columns.", _HINT)
    wrong = [name for name in names if not _NAME.fullmatch(name)]
    if wrong or len(set(names)) < len(names):
        what = f"named {wrong[0][:40]!r}" if wrong else "named twice"
        raise BadInput(f"the series has a column {what}.", _HINT)
    return names


def _row(line: bytes, names: list[str], number: int) -> list[float]:
    if not line.strip():
        return []
    cells = line.split(b",")
    if len(cells) != len(names):
        raise BadInput(f"line {number} of the series has {len(cells)} cells, not {len(names)}.")
    try:
        row = [float(one) if one.strip() else nan for one in cells]
    except ValueError:
        raise BadInput(f"line {number} of the series holds something that is no number.") from None
    return [value if abs(value) != float("inf") else nan for value in row]
