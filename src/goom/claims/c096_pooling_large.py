"""Reusing large buffers by a pool avoids collections."""

from __future__ import annotations

from goom.case.claim import Figures, Judgement, Statement, does_not_hold, holds, holds_in_part
from goom.claims.bench.bench import Bench, Go, Row
from goom.claims.bench.claim import Claim
from goom.claims.bench.reading import every, number, per_version

_ROUNDS = "20000"


def measure(bench: Bench) -> Figures:
    """Collections in 20,000 rounds with a new buffer each, and with a pooled one."""
    return bench.each(_measure)


def _measure(go: Go) -> Row:
    fresh = go.run("bigpools", "fresh", _ROUNDS).figures()
    pooled = go.run("bigpools", "pooled", _ROUNDS).figures()
    return {
        "collections_fresh": fresh["collections"],
        "collections_pooled": pooled["collections"],
        "allocated_fresh_bytes": fresh["allocated_bytes"],
        "allocated_pooled_bytes": pooled["allocated_bytes"],
    }


def judge(figures: Figures) -> Judgement:
    """A tenth of the collections or less: holds."""
    fresh, pooled = (
        per_version(figures, name) for name in ("collections_fresh", "collections_pooled")
    )
    said = f"{fresh} collections with new buffers, {pooled} with pooled ones"
    if every(figures, lambda row: number(row, "collections_pooled")
             <= number(row, "collections_fresh") / 10):  # fmt: skip
        return holds(said)
    if every(figures, lambda row: number(row, "collections_pooled")
             < number(row, "collections_fresh")):  # fmt: skip
        return holds_in_part(said)
    return does_not_hold(said)


CLAIM = Claim(
    Statement(
        id="C096",
        chapter="4.3",
        statement="A pool of large buffers lowers allocation and the work of the collector.",
        method=(
            "collections in 20,000 rounds with a buffer of 64 KiB, new each time or from a "
            "sync.Pool"
        ),
        rule="holds when pooling leaves at most a tenth of the collections; in part when fewer",
        truth=(
            "Yes, where buffers are of one size and short-lived. Put pointers into the pool, "
            "and do not put back what has grown far beyond the usual size."
        ),
    ),
    measure,
    judge,
)
