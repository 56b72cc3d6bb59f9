"""GOGC is no longer enforced; it only sets a first slope."""

from __future__ import annotations

from goom.case.claim import Figures, Judgement, Statement, does_not_hold, holds, holds_in_part
from goom.case.units import percent_text
from goom.claims.bench.bench import Bench, Go, Row
from goom.claims.bench.claim import Claim
from goom.claims.bench.pacing import goal_points
from goom.claims.bench.reading import number

_GOGC = (25, 50, 100, 200, 400)


def measure(bench: Bench) -> Figures:
    """How far each goal is from the marked heap, stacks and globals counted, over GOGC."""
    return bench.each(_measure)


def _measure(go: Go) -> Row:
    return {
        f"goal_at_{point.gc_percent}_ratio": round(
            (point.heap_goal_bytes - point.heap_marked_bytes) / point.scanned_bytes, 4
        )
        for point in goal_points(go)
    }


def judge(figures: Figures) -> Judgement:
    """Enforced when the room to grow is GOGC/100 at every setting."""
    worst = max(
        abs(number(row, f"goal_at_{gogc}_ratio") / (gogc / 100) - 1)
        for row in figures.values()
        for gogc in _GOGC
    )
    said = (
        "from 25 to 400 the room to grow is GOGC/100 of what was marked, within"
        f" {percent_text(worst)}"
    )
    if worst < 0.001:
        return does_not_hold(said)
    return holds_in_part(said) if worst < 0.05 else holds(said)


CLAIM = Claim(
    Statement(
        id="C070",
        chapter="3.2",
        statement=(
            "GOGC is no longer binding in 1.22; it is only the initial slope of the soft goal."
        ),
        method=(
            "(goal - heapMarked) / (heapMarked + stacks + globals) at GOGC 25, 50, 100, 200, 400"
        ),
        rule=(
            "does not hold when the ratio is GOGC/100 within 0.1 % at all five; in part within 5 %"
        ),
        truth=(
            "GOGC decides the goal of every cycle unless the memory limit allows less "
            "(mgcpacer.go, commit)."
        ),
    ),
    measure,
    judge,
)
