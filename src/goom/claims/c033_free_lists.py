"""Each size class has a free list."""

from __future__ import annotations

from goom.case.claim import Figures, Judgement, Statement, does_not_hold, holds, holds_in_part
from goom.claims.bench.bench import Bench, Go, Row
from goom.claims.bench.claim import Claim
from goom.claims.bench.layout import layout
from goom.claims.bench.reading import every, none, number


def measure(bench: Bench) -> Figures:
    """What finds the next free object: bits in mspan, or a list."""
    return bench.each(_measure)


def _measure(go: Go) -> Row:
    fields = layout(go, "runtime.mspan").fields
    fast = go.source.function("runtime/malloc.go", "nextFreeFast")
    return {
        "bit_fields_of_mspan": sum(
            name in fields for name in ("allocBits", "allocCache", "freeindex")
        ),
        "next_free_reads_bits": "allocCache" in fast and "freeindex" in fast,
        "next_free_follows_a_list": "next"
        in fast.partition("{")[2].lower().replace("nextfree", ""),
        "lists_of_mcache": len(layout(go, "runtime.mcache").fields_like("reusable")),
    }


def judge(figures: Figures) -> Judgement:
    """A list when nextFreeFast follows one; bits when it counts them."""
    if every(figures, lambda row: bool(row["next_free_follows_a_list"])):
        return holds("nextFreeFast follows a list")
    if every(figures, lambda row: bool(row["next_free_reads_bits"])) and none(
        figures, lambda row: number(row, "bit_fields_of_mspan") != 3
    ):
        return does_not_hold("nextFreeFast finds the next zero bit of allocCache from freeindex on")
    return holds_in_part("neither bits nor a list alone")


CLAIM = Claim(
    Statement(
        id="C033",
        chapter="2.2",
        statement="Every size class maintains its own free list.",
        method="the fields of mspan and the body of nextFreeFast",
        rule=(
            "holds when nextFreeFast follows a list; does not hold when it reads freeindex and "
            "allocCache"
        ),
        truth=(
            "A span finds its next free object in a bitmap: allocCache is 64 bits of the "
            "complement of allocBits, and freeindex how far it was read (malloc.go, "
            "nextFreeFast). Since 1.27 mcache has lists of objects for an experiment that is "
            "off (runtimefreegc)."
        ),
    ),
    measure,
    judge,
)
