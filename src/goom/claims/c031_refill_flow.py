"""A miss in mcache goes to allocSpan, then mcentral.fetch, then a per-P mcentral."""

from __future__ import annotations

from goom.case.claim import Figures, Judgement, Statement, does_not_hold, holds, holds_in_part
from goom.claims.bench.bench import Bench, Go, Row
from goom.claims.bench.claim import Claim
from goom.claims.bench.reading import every, none

_CHAIN = (
    ("runtime/malloc.go", "nextFree", ".refill("),
    ("runtime/mcache.go", "refill", ".cacheSpan("),
    ("runtime/mcentral.go", "cacheSpan", ".grow("),
    ("runtime/mcentral.go", "grow", "mheap_.alloc("),
    ("runtime/mheap.go", "alloc", ".allocSpan("),
)


def measure(bench: Bench) -> Figures:
    """Which function of the chain calls the next, and whether there is a fetch."""
    return bench.each(_measure)


def _measure(go: Go) -> Row:
    calls = {f"{name}_calls_{call.strip('.(')}": call in go.source.function(file, name)
             for file, name, call in _CHAIN}  # fmt: skip
    fetches = go.source.find(r"^func \(c \*mcentral\) fetch\(", "runtime")
    return {"functions_named_fetch": len(fetches), **calls}


def judge(figures: Figures) -> Judgement:
    """As the article draws it only with a function fetch below allocSpan."""
    real = every(figures, lambda row: all(row[name] for name in row if "_calls_" in name))
    fetch = not none(figures, lambda row: row["functions_named_fetch"] != 0)
    if fetch and not real:
        return holds("mcentral has a function fetch, below allocSpan")
    if fetch:
        return holds_in_part("mcentral has a function fetch, but allocSpan comes after mcentral")
    if real:
        return does_not_hold("nextFree, refill, cacheSpan, grow, alloc, allocSpan: mcentral first")
    return does_not_hold("mcentral has no function fetch")


CLAIM = Claim(
    Statement(
        id="C031",
        chapter="2.1",
        statement=(
            "On a miss, mcache calls mheap.allocSpan, which calls mcentral.fetch, in 1.22 of "
            "the own P."
        ),
        method="which function calls which, in malloc.go, mcache.go, mcentral.go and mheap.go",
        rule="holds when mcentral has a function fetch that is reached through allocSpan",
        truth=(
            "mcache.nextFree calls refill, that mcentral.cacheSpan (a swept span with room, "
            "else one to sweep), that grow when there is none, that mheap.alloc and allocSpan. "
            "mcentral comes before mheap, and there is no fetch."
        ),
    ),
    measure,
    judge,
)
