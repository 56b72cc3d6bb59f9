"""What spans in use waste, by size class: tails and heap bits for certain, free slots as likely.

The whole is exact: HeapInuse - HeapAlloc. MemStats counts objects by class and not spans, so of
each class only the least number of spans is known, and with it what their tails and heap bits
take. The rest are free slots. A slot is free because its object was freed (or never handed out
yet), so they are shared out by the bytes that each class ever freed; that is an estimate.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from goom.runtime.allocator.spans import objects_per_span, span_tail_bytes
from goom.runtime.size_classes import of_size

Counts = Mapping[int, tuple[int, int]]


@dataclass(frozen=True, slots=True)
class ClassWaste:
    """The waste of one class in bytes; ``free_slot_bytes`` is an estimate."""

    size_bytes: int
    tail_bytes: float
    free_slot_bytes: float


def waste_by_class(waste_bytes: float, by_size: Counts, version: str | None) -> list[ClassWaste]:
    """Share the whole waste out, largest first; sums to ``waste_bytes`` when any class is known."""
    tails = {size: _tail(size, counts, version) for size, counts in by_size.items()}
    certain = sum(tails.values())
    shrink = min(1.0, waste_bytes / certain) if certain > 0 else 0.0
    slots = max(0.0, waste_bytes - certain)
    freed = {size: float(size * frees) for size, (_, frees) in by_size.items()}
    all_freed = sum(freed.values())
    shares = [
        ClassWaste(
            size, tails[size] * shrink, slots * freed[size] / all_freed if all_freed > 0 else 0.0
        )
        for size in by_size
    ]
    return sorted(shares, key=lambda one: -(one.tail_bytes + one.free_slot_bytes))


def _tail(size: int, counts: tuple[int, int], version: str | None) -> float:
    row = of_size(size)
    mallocs, frees = counts
    if row is None or mallocs <= frees:
        return 0.0
    # Whether objects have pointers is not in MemStats: the class that keeps less is taken.
    spans = -(-(mallocs - frees) // objects_per_span(row.number, False, version))
    return float(spans * span_tail_bytes(row.number, False, version))
