"""41 bytes are served from class 5: 48 bytes, 7 of them wasted."""

from __future__ import annotations

from goom.case.claim import Figures, Judgement, Statement, does_not_hold, holds, holds_in_part
from goom.claims.bench.bench import Bench, Go, Row
from goom.claims.bench.claim import Claim
from goom.claims.bench.reading import every
from goom.claims.bench.size_class_table import class_of_size

_COUNT = 100_000


def measure(bench: Bench) -> Figures:
    """What 41 bytes cost, and the number of that class."""
    return bench.each(_measure)


def _measure(go: Go) -> Row:
    paid = go.run("objects", str(_COUNT), "41", "noscan").figures()["alloc_bytes"] / _COUNT
    return {
        "cost_of_41_bytes_bytes": round(paid, 3),
        "waste_bytes": round(paid - 41, 3),
        "class_number": class_of_size(go, round(paid)),
    }


def judge(figures: Figures) -> Judgement:
    """48 bytes and class 5."""
    if every(figures, lambda row: row["cost_of_41_bytes_bytes"] == 48 and row["class_number"] == 5):
        return holds("41 bytes cost 48, 7 of them waste; that is class 5")
    if every(figures, lambda row: row["cost_of_41_bytes_bytes"] == 48):
        return holds_in_part("41 bytes cost 48, but that class has another number")
    return does_not_hold("41 bytes do not cost 48")


CLAIM = Claim(
    Statement(
        id="C037",
        chapter="2.2",
        statement=(
            "A request of 41 bytes is served from class 5: a 48-byte slot, 7 bytes of it wasted."
        ),
        method="bytes per object (TotalAlloc) of 100,000 slices of 41 bytes; the table of classes",
        rule="holds when each costs 48 bytes and 48 is class 5",
        truth="Class 5 holds 48-byte objects in every version (sizeclasses.go).",
    ),
    measure,
    judge,
)
