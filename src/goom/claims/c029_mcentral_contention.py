"""Contention on mcentral falls to zero in Go 1.22."""

from __future__ import annotations

from goom.case.claim import Figures, Judgement, Statement, does_not_hold, holds, holds_in_part
from goom.claims.bench.bench import Bench, Go, Row
from goom.claims.bench.claim import Claim
from goom.claims.bench.layout import layout
from goom.claims.bench.reading import number

_LOCK = r"\block(WithRank)?\("


def measure(bench: Bench) -> Figures:
    """The locks that mcentral takes by itself in 1.21 and 1.22."""
    _, newer, older = bench.pair("1.22", "1.21")
    return {go.version: _measure(go) for go in (older, newer)}


def _measure(go: Go) -> Row:
    return {
        "locks_taken_by_mcentral": len(
            go.source.find(_LOCK, "runtime/mcentral.go", code_only=True)
        ),
        "mutexes_of_mcentral": len(layout(go, "runtime.mcentral").fields_like("mutex")),
        "locks_taken_by_span_sets": len(
            go.source.find(_LOCK, "runtime/mspanset.go", code_only=True)
        ),
    }


def judge(figures: Figures) -> Judgement:
    """It fell when 1.21 took locks that 1.22 takes no more."""
    older, newer = figures.values()
    before, after = (number(row, "locks_taken_by_mcentral") for row in (older, newer))
    if before > 0 and after == 0:
        return holds(f"mcentral.go takes {before:.0f} locks in 1.21 and none in 1.22")
    if before > after:
        return holds_in_part(f"mcentral.go takes {before:.0f} locks in 1.21, {after:.0f} in 1.22")
    spine = number(newer, "locks_taken_by_span_sets")
    return does_not_hold(
        f"mcentral.go takes {before:.0f} locks in 1.21 and {after:.0f} in 1.22: there was none to"
        f" lose; what remains is {spine:.0f} in the span sets, when their spine grows, in both"
    )


CLAIM = Claim(
    Statement(
        id="C029",
        chapter="2.1",
        statement="Lock contention on mcentral, strong under load in 1.21, is gone in 1.22.",
        method=(
            "mutex fields of mcentral and calls of lock in mcentral.go and mspanset.go, 1.21 "
            "and 1.22"
        ),
        rule=(
            "holds when 1.21 takes locks in mcentral and 1.22 takes none; in part when it takes "
            "fewer"
        ),
        truth=(
            "mcentral has been lock-free since 1.15. Contention that exists is on mheap_.lock, "
            "for spans of 16 pages and more and when page caches are refilled (mheap.go); 1.22 "
            "can show it in the mutex profile."
        ),
    ),
    measure,
    judge,
)
