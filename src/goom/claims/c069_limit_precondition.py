"""Without GOMEMLIMIT there is no soft goal to compute."""

from __future__ import annotations

from goom.case.claim import Figures, Judgement, Statement, does_not_hold, holds, holds_in_part
from goom.claims.bench.bench import Bench, Go, Row
from goom.claims.bench.claim import Claim
from goom.claims.bench.pacing import goal_points, worst_error
from goom.claims.bench.reading import every, number


def measure(bench: Bench) -> Figures:
    """Goals without a limit, and with one that is far away."""
    return bench.each(_measure)


def _measure(go: Go) -> Row:
    unset, far = goal_points(go), goal_points(go, memory_limit="64GiB")
    return {
        "goals_compared": len(unset),
        "error_of_gogc_formula_unset_bytes": worst_error(unset, lambda at: at.by_gogc_bytes),
        "error_of_gogc_formula_at_64_gib_bytes": worst_error(far, lambda at: at.by_gogc_bytes),
    }


def judge(figures: Figures) -> Judgement:
    """A precondition when a limit, set far away, changes how goals are computed."""
    unset, far = (
        every(figures, lambda row, name=name: number(row, name) == 0)  # type: ignore[misc]
        for name in ("error_of_gogc_formula_unset_bytes", "error_of_gogc_formula_at_64_gib_bytes")
    )
    if unset and far:
        return does_not_hold("goals are computed alike, to the byte, without a limit and with one")
    if unset:
        return holds("a limit far away changes the goals")
    return holds_in_part("goals are not GOGC's even without a limit")


CLAIM = Claim(
    Statement(
        id="C069",
        chapter="3.2",
        statement="Setting GOMEMLIMIT is what makes the runtime compute its (soft) goal.",
        method=(
            "goals at five values of GOGC without a limit and with one of 64 GiB, against the "
            "formula of GOGC"
        ),
        rule=(
            "holds when a limit that is far away changes the goals; does not hold when both "
            "follow GOGC to the byte"
        ),
        truth=(
            "Both goals are computed always; the limit's is chosen when it is the smaller one "
            "(mgcpacer.go, heapGoalInternal)."
        ),
    ),
    measure,
    judge,
)
