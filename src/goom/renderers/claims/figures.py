"""Figures of a claim as text: the unit that a name ends in is written with the value."""

from __future__ import annotations

import re
from collections.abc import Mapping

from goom.case.claim import Figures, Value
from goom.case.names import harmless
from goom.case.units import MIB, bytes_text, percent_text, seconds_text

_UNIT = re.compile(r"^(.*[a-z])_(bytes|seconds|fraction|count)$")  # not "objects_of_24_bytes"
_MANY = 100
_WHOLE_FROM_BYTES = 10 * MIB


def label(name: str) -> str:
    """``peak_rss_bytes`` as "peak rss": the value says the unit."""
    found = _UNIT.match(name)
    return harmless((found[1] if found else name).replace("_", " "))


def value_text(name: str, value: Value) -> str:
    """The figure with its unit; "-" for what was not measured."""
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return harmless(value)
    found = _UNIT.match(name)
    return _number(found[2] if found else "", value)


def _number(unit: str, value: float) -> str:
    if unit == "bytes":
        return bytes_text(value) if abs(value) >= _WHOLE_FROM_BYTES else f"{_plain(value)} B"
    if unit == "seconds":
        return seconds_text(value)
    if unit == "fraction":
        return percent_text(value)
    return _plain(value)


def _plain(value: float) -> str:
    if float(value).is_integer():
        return f"{int(value):,}"
    if abs(value) >= _MANY:
        return f"{value:,.0f}"
    return f"{value:.2f}" if abs(value) >= 1 else f"{value:.3g}"


def names_of(figures: Figures) -> tuple[str, ...]:
    """Every figure's name, in the order in which they were measured."""
    return tuple(dict.fromkeys(name for row in figures.values() for name in row))


def same_everywhere(found: Mapping[str, str]) -> bool:
    """Whether several versions have it, and all the same: it needs to be said only once."""
    return len(found) > 1 and len(set(found.values())) == 1


def texts(figures: Figures, name: str) -> dict[str, str]:
    """One figure as text, for each version or pair of versions that has it."""
    return {key: value_text(name, row[name]) for key, row in figures.items() if name in row}
