"""The tiny allocator removes internal fragmentation."""

from __future__ import annotations

from goom.case.claim import Figures, Judgement, Statement, does_not_hold, holds, holds_in_part
from goom.case.units import percent_text
from goom.claims.bench.bench import Bench, Go, Row
from goom.claims.bench.claim import Claim
from goom.claims.bench.reading import number

_COUNT = 100_000
_SIZES = (5, 9, 17, 33, 65, 129, 257)


def measure(bench: Bench) -> Figures:
    """The share of what is paid for that nobody asked for, by size."""
    return bench.each(_measure)


def _measure(go: Go) -> Row:
    figures = {}
    for size in _SIZES:
        paid = go.run("objects", str(_COUNT), str(size), "noscan").figures()["alloc_bytes"]
        figures[f"waste_of_{size}_bytes_fraction"] = round(1 - size * _COUNT / paid, 3)
    return figures


def judge(figures: Figures) -> Judgement:
    """Under 1 % everywhere: removed. Under 1 % below 16 bytes alone: in part."""
    tiny, small = _worst(figures, range(16)), _worst(figures, range(16, 1024))
    said = f"up to {percent_text(tiny)} is wasted under 16 bytes, up to {percent_text(small)} above"
    if max(tiny, small) < 0.01:
        return holds(said)
    return holds_in_part(said) if tiny < 0.01 else does_not_hold(said)


def _worst(figures: Figures, sizes: range) -> float:
    return max(
        number(row, f"waste_of_{size}_bytes_fraction")
        for row in figures.values()
        for size in _SIZES
        if size in sizes
    )


CLAIM = Claim(
    Statement(
        id="C034",
        chapter="2.2",
        statement="The tiny allocator eliminates internal fragmentation.",
        method=(
            "bytes per object (TotalAlloc) of 100,000 objects of each of seven sizes without "
            "pointers"
        ),
        rule=(
            "holds when less than 1 % is wasted at every size; in part when that is so under 16 "
            "bytes"
        ),
        truth=(
            "A request is rounded up to its class: 9 bytes have a 16-byte block to themselves,"
            " and above that up to a third is waste. One live byte in a tiny block keeps"
            " the whole block (malloc.go, mallocgc; msize.go)."
        ),
    ),
    measure,
    judge,
)
