"""Summing the lengths and growing once avoids growing again."""

from __future__ import annotations

from goom.case.claim import Figures, Judgement, Statement, does_not_hold, holds, holds_in_part
from goom.claims.bench.bench import Bench, Go, Row
from goom.claims.bench.claim import Claim
from goom.claims.bench.reading import every, none, number, per_version

_PIECES = 10_000


def measure(bench: Bench) -> Figures:
    """Allocations of a Builder that was grown first, and of one grown when it is full already."""
    return bench.each(_measure)


def _measure(go: Go) -> Row:
    found = go.run("copies", "builder", str(_PIECES)).figures()
    return {
        "allocations_grown_first": found["grown"]["objects"],
        "allocations_not_grown": found["unprepared"]["objects"],
        "allocations_as_printed": found["grown_when_full"]["objects"],
        "text_as_printed_ratio": found["grown_when_full_length"]["bytes"] / (10 * _PIECES),
    }


def judge(figures: Figures) -> Judgement:
    """One allocation is the least there can be."""
    said = (
        f"100 KB took {per_version(figures, 'allocations_grown_first')} allocation when grown first"
        f" and {per_version(figures, 'allocations_not_grown')} when not"
    )
    if every(figures, lambda row: number(row, "allocations_grown_first") == 1):
        return holds(said)
    better = none(
        figures,
        lambda row: number(row, "allocations_grown_first") >= number(row, "allocations_not_grown"),
    )
    return holds_in_part(said) if better else does_not_hold(said)


CLAIM = Claim(
    Statement(
        id="C018",
        chapter="1",
        statement="Summing the lengths beforehand and calling Grow once avoids growing again.",
        method="allocations of a strings.Builder that gets 100 KB in pieces of 10 bytes",
        rule="holds when there is exactly one in every version, in part when fewer than without",
        truth=(
            "Grow makes room once (strings/builder.go). The article's two listings share one"
            " Builder: run as printed, the second writes behind the first and the text comes out"
            " twice."
        ),
    ),
    measure,
    judge,
)
