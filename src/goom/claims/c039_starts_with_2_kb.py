"""A goroutine starts with a stack of 2 KB."""

from __future__ import annotations

from goom.case.claim import Figures, Judgement, Statement, does_not_hold, holds, holds_in_part
from goom.claims.bench.bench import Bench, Go, Row
from goom.claims.bench.claim import Claim
from goom.claims.bench.reading import every, number, per_version

_SAID_BYTES = 2048


def measure(bench: Bench) -> Figures:
    """The stack of a new goroutine, and of one that reuses a dead goroutine after a collection."""
    return bench.each(_measure)


def _measure(go: Go) -> Row:
    seen = go.run("stackwatch", "start").figures()
    names = ("new_bytes", "adapted_bytes", "reused_bytes", "later_new_bytes")
    return {name: seen[name] for name in names}


def judge(figures: Figures) -> Judgement:
    """New ones and reused ones alike: holds. Only new ones: in part."""
    new = every(
        figures,
        lambda row: number(row, "new_bytes") == number(row, "later_new_bytes") == _SAID_BYTES,
    )
    reused = every(figures, lambda row: number(row, "reused_bytes") == _SAID_BYTES)
    if new and reused:
        return holds("new goroutines and those that reuse a dead one start with 2,048 bytes")
    if new:
        return holds_in_part(
            "a new one starts with 2,048 bytes; after a collection that saw 200 deep ones, one "
            f"that reuses a dead goroutine with {per_version(figures, 'reused_bytes', '{:,.0f}')}"
        )
    return does_not_hold(f"a new one has {per_version(figures, 'new_bytes', '{:,.0f}')} bytes")


CLAIM = Claim(
    Statement(
        id="C039",
        chapter="2.3",
        statement="A goroutine starts with a stack of 2 KB.",
        method=(
            "the bounds in the goroutine's own g: of a new goroutine, of one that reuses a dead "
            "one after a collection scanned 200 deep ones, and of one when no dead one is left"
        ),
        rule="holds when all three are 2,048 bytes; in part when only those of new goroutines are",
        truth=(
            "fixedStack is 2048 on Linux (stack.go), and a new g always gets it (proc.go, "
            "newproc1). A reused g gets startingStackSize: the mean of what the last collection "
            "scanned, plus the guard, as a power of two (stack.go, gcComputeStartingStackSize; "
            "proc.go, gfget)."
        ),
    ),
    measure,
    judge,
)
