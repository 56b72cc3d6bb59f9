"""The article's chapters, named by what they speak of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby

from goom.case.claim import LedgerEntry

_TITLES = {
    "1": "Tuning at a glance",
    "2.1": "The levels of the allocator",
    "2.2": "The tiny allocator and size classes",
    "2.3": "Goroutine stacks",
    "2.4": "Pages and NUMA",
    "2.5": "Memory from the kernel",
    "3.1": "The write barrier",
    "3.2": "The heap goal",
    "3.3": "What to watch",
    "4.1": "A goroutine leak",
    "4.2": "Very many small objects",
    "4.3": "Large objects",
    "4.4": "Prometheus",
    "5": "Beside Go",
}


def title(chapter: str) -> str:
    """``2.1  The levels of the allocator``."""
    return f"{chapter}  {_TITLES[chapter]}" if chapter in _TITLES else chapter


def by_chapter(entries: Iterable[LedgerEntry]) -> Iterator[tuple[str, list[LedgerEntry]]]:
    """Chapters in their order, each with its entries by number."""

    def place(entry: LedgerEntry) -> tuple[list[int], str]:
        return [int(part) for part in entry.statement.chapter.split(".")], entry.statement.id

    ordered = sorted(entries, key=place)
    for chapter, found in groupby(ordered, key=lambda entry: entry.statement.chapter):
        yield chapter, list(found)
