"""The tiny allocator splits 8 to 256 bytes into 12 classes."""

from __future__ import annotations

from goom.case.claim import Figures, Judgement, Statement, does_not_hold, holds, holds_in_part
from goom.case.units import percent_text
from goom.claims.bench.bench import Bench, Go, Row
from goom.claims.bench.claim import Claim
from goom.claims.bench.reading import every, number
from goom.claims.bench.size_class_table import classes

_COUNT = 100_000
_SIZES = (1, 4, 8, 12, 16, 24, 64, 256)


def measure(bench: Bench) -> Figures:
    """The share of objects of each size that the runtime counts as tiny, and the classes."""
    return bench.each(_measure)


def _measure(go: Go) -> Row:
    figures = {
        size: go.run("objects", str(_COUNT), str(size), "noscan").figures() for size in _SIZES
    }
    return {
        "classes_up_to_256": sum(size <= 256 for size, _ in classes(go).values()),
        **{
            f"tiny_of_{size}_bytes_fraction": round(found["tiny_allocs"] / _COUNT, 3)
            for size, found in figures.items()
        },
        **{
            f"cost_of_{size}_bytes_bytes": round(found["alloc_bytes"] / _COUNT, 2)
            for size, found in figures.items()
        },
    }


def judge(figures: Figures) -> Judgement:
    """Tiny up to 256 bytes, in 12 classes: holds. One of the two: in part."""
    reaches = every(figures, lambda row: number(row, "tiny_of_256_bytes_fraction") > 0)
    twelve = every(figures, lambda row: row["classes_up_to_256"] == 12)
    if reaches and twelve:
        return holds("objects of 256 bytes are combined, in 12 classes")
    if reaches or twelve:
        return holds_in_part("either the reach or the number of classes is so")
    row = next(iter(figures.values()))
    shares = ", ".join(
        f"{size} B {percent_text(number(row, f'tiny_of_{size}_bytes_fraction'))}"
        for size in _SIZES[:5]
    )
    return does_not_hold(
        f"combined with another object in one block: {shares}, larger none;"
        f" {row['classes_up_to_256']} classes reach to 256 bytes"
    )


CLAIM = Claim(
    Statement(
        id="C032",
        chapter="2.2",
        statement="The tiny allocator divides 8 to 256 bytes into 12 size classes.",
        method=(
            "100,000 objects without pointers of each of eight sizes; "
            "/gc/heap/tiny/allocs:objects; the table of classes"
        ),
        rule=(
            "holds when objects of 256 bytes count as tiny and 12 classes reach to 256 bytes; "
            "in part when one of these"
        ),
        truth=(
            "The tiny allocator combines objects without pointers of under 16 bytes in blocks "
            "of 16 (malloc.go). It has nothing to do with size classes, of which there are 67, "
            "18 of them up to 256 bytes."
        ),
    ),
    measure,
    judge,
)
