"""Reads figures where a claim is judged: typed, by version, over all versions."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from goom.case.claim import Figures, Value
from goom.case.errors import GoomError

Row = Mapping[str, Value]


def number(row: Row, name: str) -> float:
    """The figure as a number; KeyError when it was not measured, TypeError when it is text,
    GoomError when it is none (nan): no rule may decide on that.
    """
    value = row[name]
    if value is None:
        raise KeyError(name)
    if isinstance(value, str):
        raise TypeError(f"{name} is text: {value!r}")
    if math.isnan(value):
        raise GoomError(f"{name} came out as nan: nothing was measured.")
    return float(value)


def text(row: Row, name: str) -> str:
    """The figure as text."""
    return str(row[name])


def numbers(figures: Figures, name: str) -> dict[str, float]:
    """The figure of every version (or pair of versions) that has it."""
    return {key: number(row, name) for key, row in figures.items() if row.get(name) is not None}


def release_row(figures: Figures, release: str) -> Row:
    """The figures of the version of a release ("1.22"); KeyError when it was not measured."""
    for key, row in figures.items():
        if key == release or key.startswith(f"{release}."):
            return row
    raise KeyError(release)


def every(figures: Figures, fits: Callable[[Row], bool]) -> bool:
    """Whether all versions fit; False when there is none."""
    return bool(figures) and all(fits(row) for row in figures.values())


def none(figures: Figures, fits: Callable[[Row], bool]) -> bool:
    """Whether no version fits; False when there is none."""
    return bool(figures) and not any(fits(row) for row in figures.values())


def plain(value: float) -> str:
    """``20,000``; ``2.05`` when it is not whole."""
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:g}"


def per_version(figures: Figures, name: str, form: str | Callable[[float], str] = plain) -> str:
    """``2.00 (1.21.13), 2.01 (1.22.10)``; one figure alone when it is the same everywhere."""
    told = form.format if isinstance(form, str) else form
    found = {key: told(value) for key, value in numbers(figures, name).items()}
    if len(set(found.values())) == 1:
        return next(iter(found.values()))
    return ", ".join(f"{value} ({key})" for key, value in found.items())
