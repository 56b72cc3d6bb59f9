"""A 24-byte allocation is served by size class 3."""

from __future__ import annotations

from goom.case.claim import Figures, Judgement, Statement, does_not_hold, holds
from goom.claims.bench.bench import Bench, Go, Row
from goom.claims.bench.claim import Claim
from goom.claims.bench.reading import every, number

_COUNT = 100_000
_NUMBER_OF_CLASS = r"^//\s+(\d+)\s+24\s"  # the comment that heads the runtime's table


def measure(bench: Bench) -> Figures:
    """Allocate, and look the class of 24 bytes up in the table of that version."""
    return bench.each(_measure)


def _measure(go: Go) -> Row:
    found = go.run("objects", str(_COUNT), "24", "noscan").figures()
    row = go.source.first(_NUMBER_OF_CLASS, "runtime", "internal/runtime/gc")
    return {
        "objects_of_24_bytes": found["mallocs_by_size"].get("24", 0),
        "bytes_per_object_bytes": found["alloc_bytes"] / _COUNT,
        "class_of_24_bytes": int(row.text.split()[1]) if row else None,
    }


def judge(figures: Figures) -> Judgement:
    """Every version counts all of them at 24 bytes, and its table calls that class 3."""
    if every(
        figures,
        lambda row: number(row, "objects_of_24_bytes") >= _COUNT and row["class_of_24_bytes"] == 3,
    ):
        return holds("100,000 requests of 24 bytes became 100,000 objects of class 3")
    return does_not_hold("requests of 24 bytes went elsewhere")


CLAIM = Claim(
    Statement(
        id="C030",
        chapter="2.1",
        statement="A 24-byte allocation is served from size class 3.",
        method="100,000 slices of 24 bytes; MemStats.BySize and the runtime's own table of classes",
        rule="holds when every version counts them all as 24-byte objects and numbers that class 3",
        truth=(
            "Class 3 holds 24-byte objects in every version (sizeclasses.go). Spans are kept apart"
            " for objects with and without pointers: span class 3<<1, or that plus 1 (noscan)."
        ),
    ),
    measure,
    judge,
)
