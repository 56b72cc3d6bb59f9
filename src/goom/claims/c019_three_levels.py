"""Small objects come from mcache, spans and mheap: three levels."""

from __future__ import annotations

import re

from goom.case.claim import Figures, Judgement, Statement, does_not_hold, holds, holds_in_part
from goom.claims.bench.bench import Bench, Go, Row
from goom.claims.bench.claim import Claim
from goom.claims.bench.layout import layout
from goom.claims.bench.reading import every, none


def measure(bench: Bench) -> Figures:
    """Who asks whom for a span, in the source and the types of that version."""
    return bench.each(_measure)


def _measure(go: Go) -> Row:
    refill = go.source.function("runtime/mcache.go", "refill")
    grow = go.source.function("runtime/mcentral.go", "grow")
    return {
        "slots_of_mcache": layout(go, "runtime.mcache").fields.get("alloc", ""),
        "mcentrals_of_mheap": _array_of(layout(go, "runtime.mheap").fields["central"], "mcentral"),
        "refill_asks_mcentral": ".cacheSpan()" in refill,
        "refill_asks_mheap": "mheap_.alloc(" in refill,
        "mcentral_asks_mheap": "mheap_.alloc(" in grow,
    }


def _array_of(kind: str, name: str) -> str:
    """``136 runtime.mcentral`` of an array of structs that hold one each."""
    found = re.match(rf"\[(\d+)\].*\b(runtime\.{name})\b", kind)
    return f"{found[1]} {found[2]}" if found else kind


def judge(figures: Figures) -> Judgement:
    """Three levels when mcache asks mheap itself; in part when mcentral stands between."""
    if every(figures, lambda row: bool(row["refill_asks_mheap"])):
        return holds("mcache.refill asks mheap itself")
    if every(figures, lambda row: bool(row["mcentral_asks_mheap"] and row["refill_asks_mcentral"])):
        return holds_in_part(
            "mcache.refill asks an mcentral, and only that asks mheap: a level is left out"
        )
    if none(figures, lambda row: bool(row["slots_of_mcache"])):
        return does_not_hold("there is no mcache")
    return does_not_hold("the levels are others")


CLAIM = Claim(
    Statement(
        id="C019",
        chapter="2.1",
        statement="The allocator has three levels: mcache, mspan, mheap.",
        method=(
            "types from the debug information of a built program; the bodies of mcache.refill "
            "and mcentral.grow"
        ),
        rule=(
            "holds when mcache.refill takes spans from mheap; in part when an mcentral stands "
            "between them"
        ),
        truth=(
            "The levels are mcache (one per P), mcentral (one per span class) and mheap with "
            "its page allocator and a page cache per P. An mspan is what is handed from one to "
            "the next (malloc.go, the comment at the top)."
        ),
    ),
    measure,
    judge,
)
