"""Go 1.22 introduced a soft heap goal beyond GOGC."""

from __future__ import annotations

from goom.case.claim import Figures, Judgement, Statement, does_not_hold, holds, holds_in_part
from goom.claims.bench.bench import Bench, Go, Row
from goom.claims.bench.claim import Claim
from goom.claims.bench.pacing import goal_points, worst_error
from goom.claims.bench.reading import number

_WORDS = r"(?i)soft_?(heap)?_?goal"


def measure(bench: Bench) -> Figures:
    """The word in the source, and whether each goal is what GOGC alone makes it."""
    _, newer, older = bench.pair("1.22", "1.21")
    return {go.version: _measure(go) for go in (older, newer)}


def _measure(go: Go) -> Row:
    points = goal_points(go)
    return {
        "names_in_source": len(go.source.find(_WORDS, "runtime")),
        "goals_compared": len(points),
        "error_of_gogc_formula_bytes": worst_error(points, lambda point: point.by_gogc_bytes),
    }


def judge(figures: Figures) -> Judgement:
    """In 1.22 and not in 1.21, by name and by goals that GOGC does not explain."""
    older, newer = figures.values()
    named = number(newer, "names_in_source") > number(older, "names_in_source")
    unexplained = number(newer, "error_of_gogc_formula_bytes") > 0
    if named and unexplained:
        return holds("1.22 has the name, and goals that GOGC does not explain")
    if named or unexplained:
        return holds_in_part("the name is there" if named else "GOGC does not explain all goals")
    compared = number(newer, "goals_compared")
    return does_not_hold(
        f"no such name in either; GOGC explains {compared:.0f} of {compared:.0f} goals to the byte"
    )


CLAIM = Claim(
    Statement(
        id="C065",
        chapter="3.2",
        statement='Go 1.22 introduces a "soft heap goal" that moves beyond GOGC.',
        method=(
            "the name in the source; ten goals (/gc/heap/goal:bytes) against heapMarked + "
            "(heapMarked + stacks + globals) x GOGC/100"
        ),
        rule=(
            "holds when 1.22 has the name and goals differ from the formula; in part when one "
            "of these"
        ),
        truth=(
            "The goal is the smaller of what GOGC and what the memory limit allow, in every "
            "version since 1.19 (mgcpacer.go, heapGoalInternal)."
        ),
    ),
    measure,
    judge,
)
