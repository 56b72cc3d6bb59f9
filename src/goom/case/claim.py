"""A statement about Go, what was measured of it, and what follows by its rule."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

HOLDS = "holds"
IN_PART = "holds in part"
DOES_NOT_HOLD = "does not hold"
CANNOT_MEASURE = "cannot be measured here"
TRUTHS = (HOLDS, IN_PART, DOES_NOT_HOLD, CANNOT_MEASURE)

Value = bool | int | float | str | None
Figures = Mapping[str, Mapping[str, Value]]
"""Version of Go, or "1.22.10/1.21.13" for what compares two, to figures by name.

A name ends in its unit (``_bytes``, ``_seconds``, ``_ratio``, ``_fraction``, ``_count``); a flag, a
count of a thing named in the plural, or text has none.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One technical statement of the article, and how it is settled. Prose in plain sentences.

    ``method`` says what is run or read, ``rule`` what verdict follows from which figures,
    ``truth`` what is so instead and where the runtime says it (file and function),
    ``instead`` what to do where following the statement does harm ("" when it does none).
    """

    id: str  # "C001"
    chapter: str  # of the article: "2.1"
    statement: str
    method: str
    rule: str
    truth: str
    instead: str = ""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What follows: one of TRUTHS, and the sentence with the figures that say so."""

    truth: str
    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerEntry:
    """A statement with its figures and verdict; ``seconds`` is what measuring took."""

    statement: Statement
    figures: Figures
    judgement: Judgement
    seconds: float = 0.0


def holds(because: str) -> Judgement:
    """It is so."""
    return Judgement(HOLDS, because)


def holds_in_part(because: str) -> Judgement:
    """Some of it is so; ``because`` says which part."""
    return Judgement(IN_PART, because)


def does_not_hold(because: str) -> Judgement:
    """It is not so."""
    return Judgement(DOES_NOT_HOLD, because)


def cannot_measure(because: str) -> Judgement:
    """Nothing that can be run here settles it; ``because`` says what is missing."""
    return Judgement(CANNOT_MEASURE, because)
