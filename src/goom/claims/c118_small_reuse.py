"""Small objects cannot use a span again."""

from __future__ import annotations

from goom.case.claim import Figures, Judgement, Statement, does_not_hold, holds, holds_in_part
from goom.case.units import bytes_text, percent_text
from goom.claims.bench.bench import Bench, Go, Row
from goom.claims.bench.claim import Claim
from goom.claims.bench.reading import every, none, number, numbers, per_version

_SHARE = "heap_growth_to_allocated_fraction"


def measure(bench: Bench) -> Figures:
    """How far the heap grows under small objects that are dropped at once."""
    return bench.each(_measure)


def _measure(go: Go) -> Row:
    found = go.run("reuse", "small").figures()
    return {
        "allocated_bytes": found["allocated_bytes"],
        "heap_sys_growth_bytes": found["heap_sys_growth_bytes"],
        "collections": found["collections"],
        _SHARE: found["heap_sys_growth_bytes"] / found["allocated_bytes"],
    }


def judge(figures: Figures) -> Judgement:
    """Without reuse the heap would grow by all that was allocated."""
    allocated = bytes_text(max(numbers(figures, "allocated_bytes").values()))
    said = (
        f"20 million 8-byte objects, {allocated}, made the heap grow by"
        f" {per_version(figures, _SHARE, percent_text)} of that"
    )
    if every(figures, lambda row: number(row, _SHARE) >= 0.9):
        return holds(said)
    used_again = none(figures, lambda row: number(row, _SHARE) >= 0.5)
    return does_not_hold(said) if used_again else holds_in_part(said)


CLAIM = Claim(
    Statement(
        id="C118",
        chapter="4.2",
        statement="Small objects cannot use a span again, so mcentral is asked over and over.",
        method="20 million structs of 8 bytes, each dropped at once; growth of HeapSys",
        rule=(
            "holds when the heap grows by 90 % of what was allocated in every version; does not"
            " hold when by less than half in every version; otherwise in part"
        ),
        truth=(
            "Sweeping makes the slots of dead objects free again, and mcentral hands spans with"
            " free slots out first (mgcsweep.go; mcentral.go, cacheSpan)."
        ),
    ),
    measure,
    judge,
)
