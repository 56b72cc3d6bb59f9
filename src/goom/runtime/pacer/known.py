"""Columns in which some figures are not known (nan), and what was known last."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def last_known(column: Floats) -> Floats:
    """Each figure, or the last one before it that is known; nan before the first."""
    if not len(column):
        return column
    rows = np.maximum.accumulate(np.where(np.isnan(column), -1, np.arange(len(column))))
    return np.where(rows >= 0, column[np.maximum(rows, 0)], np.nan)


def rolling(reduce: Callable[..., Any], column: Floats, most: int) -> Floats:
    """At each row ``reduce`` of the last figures known there, at most ``most``; nan before any.

    ``reduce`` is np.max, np.min or np.median.
    """
    rows = np.flatnonzero(~np.isnan(column))
    reduced = np.full(len(column), np.nan)
    figures = column[rows]
    for short in range(1, min(most, len(rows) + 1)):
        reduced[rows[short - 1]] = reduce(figures[:short])
    if len(rows) >= most:
        windows = np.lib.stride_tricks.sliding_window_view(figures, most)
        reduced[rows[most - 1 :]] = reduce(windows, axis=1)
    return last_known(reduced)
