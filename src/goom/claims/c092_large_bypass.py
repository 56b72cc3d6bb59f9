"""Large objects bypass mcache and mcentral."""

from __future__ import annotations

from goom.case.claim import Figures, Judgement, Statement, does_not_hold, holds, holds_in_part
from goom.claims.bench.bench import Bench, Go, Row
from goom.claims.bench.claim import Claim
from goom.claims.bench.reading import every, number, per_version

_SIZE, _PAGES_BYTES = 65537, 9 * 8192


def measure(bench: Bench) -> Figures:
    """What such an object costs, and what allocLarge calls."""
    return bench.each(_measure)


def _measure(go: Go) -> Row:
    large = go.source.function("runtime/mcache.go", "allocLarge")
    return {
        "cost_of_65537_bytes": go.run("largeobjects", "cost", str(_SIZE)).figures()["cost_bytes"],
        "asks_mheap": "mheap_.alloc(" in large,
        "asks_mcentral": "cacheSpan(" in large or ".refill(" in large,
    }


def judge(figures: Figures) -> Judgement:
    """A span of whole pages of its own, from mheap."""
    whole = every(figures, lambda row: abs(number(row, "cost_of_65537_bytes") - _PAGES_BYTES) < 512)
    direct = every(figures, lambda row: bool(row["asks_mheap"]) and not row["asks_mcentral"])
    cost = per_version(figures, "cost_of_65537_bytes")
    if whole and direct:
        return holds(f"allocLarge asks mheap; 65,537 bytes cost {cost}: nine whole pages")
    if direct or whole:
        return holds_in_part(f"65,537 bytes cost {cost}")
    return does_not_hold("large objects go the way of small ones")


CLAIM = Claim(
    Statement(
        id="C092",
        chapter="4.3",
        statement="Large objects bypass mcache and mcentral and get pages of their own.",
        method="the body of mcache.allocLarge; bytes (TotalAlloc) per object of 65,537 bytes",
        rule="holds when allocLarge asks mheap alone and the cost is that of whole pages",
        truth=(
            "mcache.allocLarge calls mheap.alloc for a span of its own, rounded up to pages of "
            "8 KiB (mcache.go)."
        ),
    ),
    measure,
    judge,
)
