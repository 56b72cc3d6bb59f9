"""The ledger's lines: whole bytes, and details that add up to their line."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import isnan

from goom.case.ledger import LedgerLine

LABELS = {
    "heap_live": "live heap",
    "heap_garbage": "garbage",
    "span_waste": "span waste",
    "heap_free": "free, not released",
    "stacks": "stacks",
    "runtime_metadata": "runtime metadata",
    "outside_go": "outside Go",
    "files_mapped": "binary and mapped files",
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


def line(
    key: str,
    size: float,
    source: str = "",
    parts: Iterable[Part] = (),
    error_bytes: float = 0.0,
    rest: str = "",
) -> LedgerLine:
    """A line of whole bytes; what its details leave over becomes a detail named ``rest``."""
    whole = _whole(size)
    detail = [
        LedgerLine(key, one.label, _whole(one.bytes), _whole(one.error_bytes), (), one.source)
        for one in parts
        if _whole(one.bytes)
    ]
    over = whole - sum(one.bytes for one in detail)
    if detail and over:
        if rest and abs(over) > len(detail):
            detail.append(LedgerLine(key, rest, over))
        else:  # rounding, or parts that fill the line by definition
            detail[0] = _with_bytes(detail[0], detail[0].bytes + over)
    return LedgerLine(key, LABELS[key], whole, _whole(error_bytes), tuple(detail), source)


def remainder(charge_bytes: int, lines: Iterable[LedgerLine], parts: Iterable[Part]) -> LedgerLine:
    """The line that makes the sum exact, whatever its sign."""
    over = charge_bytes - sum(one.bytes for one in lines)
    return line("unexplained", over, "charge - all lines", parts, rest="no counter accounts for it")


def _whole(size: float) -> int:
    return 0 if isnan(size) else round(size)


def _with_bytes(one: LedgerLine, size: int) -> LedgerLine:
    return LedgerLine(one.key, one.label, size, one.error_bytes, one.detail, one.source)
