"""The goal is heapLive + heapLive*GOGC/100."""

from __future__ import annotations

from goom.case.claim import Figures, Judgement, Statement, does_not_hold, holds, holds_in_part
from goom.case.units import percent_text
from goom.claims.bench.bench import Bench, Go, Row
from goom.claims.bench.claim import Claim
from goom.claims.bench.pacing import goal_points, worst_error
from goom.claims.bench.reading import every, number, per_version

_CLOSE = 0.03


def measure(bench: Bench) -> Figures:
    """The article's formula and the runtime's, with few stacks and with many."""
    return bench.each(_measure)


def _measure(go: Go) -> Row:
    few, many = goal_points(go), goal_points(go, goroutines=1000)
    simple = [
        max(abs(point.simple_bytes / point.heap_goal_bytes - 1) for point in points)
        for points in (few, many)
    ]
    return {
        "error_with_few_stacks_fraction": round(simple[0], 4),
        "error_with_1000_deep_stacks_fraction": round(simple[1], 4),
        "error_of_runtime_formula_bytes": worst_error(
            (*few, *many), lambda point: point.by_gogc_bytes
        ),
    }


def judge(figures: Figures) -> Judgement:
    """Within 3 % with few stacks and with many: holds. With few alone: in part."""
    names = ("error_with_few_stacks_fraction", "error_with_1000_deep_stacks_fraction")
    few, many = (every(figures, lambda row, name=name: number(row, name) <= _CLOSE)  # type: ignore[misc]
                 for name in names)  # fmt: skip
    errors = [per_version(figures, name, percent_text) for name in names]
    if few and many:
        return holds(f"the goal is that within {percent_text(_CLOSE)}")
    if few:
        return holds_in_part(
            f"close with few stacks (off by {errors[0]}); with 1,000 deep ones off by {errors[1]}:"
            " stacks and globals count"
        )
    return does_not_hold(f"off by {errors[0]} even with few stacks")


CLAIM = Claim(
    Statement(
        id="C067",
        chapter="3.2",
        statement="The goal is heapLive + heapLive x GOGC/100.",
        method=(
            "goals at GOGC 25 to 400 with few stacks and with 1,000 deep ones, against that "
            "formula with heapMarked for heapLive"
        ),
        rule="holds within 3 % in both; in part when only with few stacks",
        truth=(
            "heapMarked + (heapMarked + stacks + globals) x GOGC/100, at least 4 MiB x "
            "GOGC/100; stacks and globals count since 1.18 (mgcpacer.go, commit). heapLive "
            "itself moves with every allocation and is not in the formula."
        ),
    ),
    measure,
    judge,
)
