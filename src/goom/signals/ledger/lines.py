"""The ledger's lines: whole bytes, and details that add up to their line."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from math import isnan

from goom.case.ledger import LedgerLine

LABELS = {
    "heap_live": "live heap",
    "heap_garbage": "garbage",
    "span_waste": "span waste",
    "heap_free": "free, not released",
    "stacks": "stacks",
    "heap_unsplit": "Go, not told apart",
    "runtime_metadata": "runtime metadata",
    "outside_go": "outside Go",
    "other_processes": "other processes",
    "files_mapped": "mapped files",
    "page_cache": "page cache",
    "kernel": "kernel",
    "unexplained": "unexplained",
}


@dataclass(frozen=True, slots=True)
class Part:
    """A detail before rounding."""

    label: str
    bytes: float
    error_bytes: float = 0.0
    source: str = ""


@dataclass(frozen=True, slots=True)
class Whole:
    """A line before rounding; ``rest`` names what its parts leave over."""

    key: str
    bytes: float
    source: str = ""
    parts: Iterable[Part] = ()
    error_bytes: float = 0.0
    rest: str = ""


def line(whole: Whole) -> LedgerLine:
    """A line of whole bytes with details that sum to it."""
    key, size = whole.key, _rounded(whole.bytes)
    detail = [
        LedgerLine(key, one.label, _rounded(one.bytes), _rounded(one.error_bytes), (), one.source)
        for one in whole.parts
        if _rounded(one.bytes)
    ]
    over = size - sum(one.bytes for one in detail)
    if detail and over:
        if whole.rest and abs(over) > len(detail):
            detail.append(LedgerLine(key, whole.rest, over))
        else:  # rounding, or parts that fill the line by definition
            detail[0] = replace(detail[0], bytes=detail[0].bytes + over)
    error = _rounded(whole.error_bytes)
    return LedgerLine(key, LABELS[key], size, error, tuple(detail), whole.source)


def remainder(charge_bytes: int, lines: Iterable[LedgerLine], parts: Iterable[Part]) -> LedgerLine:
    """The line that makes the sum exact, whatever its sign."""
    over = charge_bytes - sum(one.bytes for one in lines)
    rest = "no counter accounts for it"
    return line(Whole("unexplained", over, "charge - all lines", parts, rest=rest))


def _rounded(size: float) -> int:
    return 0 if isnan(size) else round(size)
