"""Address ranges with an owner each: what a process has mapped while it was looked at."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass(slots=True, eq=False)
class Ranges:
    """Ranges that do not overlap; what is mapped over another takes its place (MAP_FIXED)."""

    _starts: list[int] = field(default_factory=list)  # rising
    _ends: list[int] = field(default_factory=list)
    _owners: list[int] = field(default_factory=list)

    def put(self, start: int, end: int, owner: int) -> None:
        """Map [start, end)."""
        if start >= end:
            return
        self.cut(start, end)
        row = bisect_left(self._starts, start)
        self._insert(row, start, end, owner)

    def cut(self, start: int, end: int) -> list[tuple[int, int]]:
        """Unmap [start, end): (owner, bytes) of what was there."""
        if start >= end:
            return []
        gone: list[tuple[int, int]] = []
        row = max(bisect_right(self._starts, start) - 1, 0)
        while row < len(self._starts) and self._starts[row] < end:
            low, high, owner = self._starts[row], self._ends[row], self._owners[row]
            if high <= start:
                row += 1
                continue
            gone.append((owner, min(high, end) - max(low, start)))
            self._remove(row)
            if low < start:
                self._insert(row, low, start, owner)
                row += 1
            if high > end:
                self._insert(row, end, high, owner)
                row += 1
        return gone

    def __iter__(self) -> Iterator[tuple[int, int, int]]:
        """(start, end, owner), in order of address."""
        return zip(self._starts, self._ends, self._owners, strict=True)

    def _insert(self, row: int, start: int, end: int, owner: int) -> None:
        self._starts.insert(row, start)
        self._ends.insert(row, end)
        self._owners.insert(row, owner)

    def _remove(self, row: int) -> None:
        del self._starts[row], self._ends[row], self._owners[row]
