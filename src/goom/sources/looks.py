"""Rows and series of one kind, from wherever they come, as one series in order of time."""

from __future__ import annotations

from collections.abc import Mapping
from math import isnan, nan
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from goom.case.series import Series
from goom.formats import series_csv

Floats = NDArray[np.float64]
Kind = TypeVar("Kind", bound=Series)
_SAME_LOOK_SECONDS = 1.0


class Looks:
    """Files of one moment (memory.stat, memory.current …) become one row."""

    def __init__(self) -> None:
        self._tables: list[dict[str, Floats]] = []
        self._rows: list[tuple[float, dict[str, float]]] = []

    def add_series(self, series: Series) -> None:
        """A part of a series."""
        self._tables.append({series_csv.TIME: series.time_seconds, **series.columns})

    def add_figures(self, at_seconds: float, figures: Mapping[str, float]) -> None:
        """What one file of one moment says; a moment that nobody knows counts as the epoch's."""
        if figures:
            self._rows.append((0.0 if isnan(at_seconds) else at_seconds, dict(figures)))

    def joined(self, kind: type[Kind]) -> Kind | None:
        """Everything as one series, None when there is nothing."""
        tables = [*self._tables, *self._row_tables()]
        if not any(len(table[series_csv.TIME]) for table in tables):
            return None
        return series_csv.join(tables, kind)

    def _row_tables(self) -> list[dict[str, Floats]]:
        rows: list[tuple[float, dict[str, float]]] = []
        for at_seconds, figures in sorted(self._rows, key=lambda row: row[0]):
            known = rows[-1] if rows else (nan, {})
            of_this_moment = at_seconds - known[0] <= _SAME_LOOK_SECONDS
            if of_this_moment and not known[1].keys() & figures.keys():
                known[1].update(figures)
            else:
                rows.append((at_seconds, figures))
        names = dict.fromkeys(name for _, figures in rows for name in figures)
        if not rows:
            return []
        table = {name: np.array([row.get(name, nan) for _, row in rows]) for name in names}
        return [{series_csv.TIME: np.array([at for at, _ in rows]), **table}]
