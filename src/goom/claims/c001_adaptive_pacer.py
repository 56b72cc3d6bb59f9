"""Go 1.22 brought an adaptive pacer that starts concurrent marking earlier."""

from __future__ import annotations

from goom.case.claim import Figures, Judgement, Statement, does_not_hold, holds, holds_in_part
from goom.claims.bench.bench import Bench, Go, Row
from goom.claims.bench.claim import Claim
from goom.claims.bench.pacing import goal_points
from goom.claims.bench.reading import number, release_row, text
from goom.claims.bench.running import Setting

_TRACED = Setting(environment=(("GODEBUG", "gctrace=1"),))
_SETTLING_CYCLES = 2
_EARLIER_FRACTION = 0.15
_GOAL = "goal_at_gogc_100_ratio"


def measure(bench: Bench) -> Figures:
    """Where goal and start of marking are, and whether the pacer learns from the cycles before."""
    bench.pair("1.22", "1.21")  # a claim about that step needs both
    return bench.each(_measure)


def _measure(go: Go) -> Row:
    at_100 = next(point for point in goal_points(go) if point.gc_percent == 100)
    learns = go.source.first(r"^\s*consMark\s+float64", "runtime")
    return {
        _GOAL: at_100.heap_goal_bytes / at_100.heap_marked_bytes,
        "marking_starts_at_fraction": _start_of_marking(go),
        "bounds_of_the_start": " to ".join(
            f"{go.source.constant(name, 'runtime/mgcpacer.go')}/64"
            for name in ("minTriggerRatioNum", "maxTriggerRatioNum")
        ),
        "adapts_to_allocation": learns is not None,
        "adapts_where": learns.place if learns else None,
    }


def _start_of_marking(go: Go) -> float:
    """How far the heap is from what was marked (0) to the goal (1) when marking begins."""
    import numpy as np  # a tenth of a second that `goom claims --help` does not need

    cycles = go.run("pacing", "steady", "64", "1000", "1", setting=_TRACED).trace().cycles
    marked = cycles.heap_marked_bytes[_SETTLING_CYCLES:-1]
    start = cycles.heap_start_bytes[_SETTLING_CYCLES + 1 :]
    goal = cycles.goal_bytes[_SETTLING_CYCLES + 1 :]
    return float(np.median((start - marked) / (goal - marked)))


def judge(figures: Figures) -> Judgement:
    """Both halves count: new in 1.22 and adaptive, and an earlier start than in 1.21."""
    new, old = release_row(figures, "1.22"), release_row(figures, "1.21")
    came = bool(new["adapts_to_allocation"]) and not old["adapts_to_allocation"]
    starts = [number(row, "marking_starts_at_fraction") for row in (old, new)]
    bounds = [text(row, "bounds_of_the_start") for row in (old, new)]
    lower_goal = number(new, _GOAL) < 0.95 * number(old, _GOAL)
    earlier = starts[1] < starts[0] - _EARLIER_FRACTION or bounds[0] != bounds[1] or lower_goal
    said = (
        f"marking began at {starts[0]:.2f} of the way to the goal in 1.21 and {starts[1]:.2f} in"
        f" 1.22, bounds {bounds[0]} and {bounds[1]}; cons/mark "
        + ("came with 1.22" if came else "was there before 1.22")
    )
    if came and earlier:
        return holds(said)
    return holds_in_part(said) if came or earlier else does_not_hold(said)


CLAIM = Claim(
    Statement(
        id="C001",
        chapter="1",
        statement=(
            "Go 1.22 introduced an adaptive pacer that starts concurrent marking more aggressively."
        ),
        method=(
            "gctrace of a steady program: heap when marking begins, between marked heap and goal;"
            " goal over marked heap; the trigger's bounds and the cons/mark ratio in the source"
        ),
        rule=(
            "adaptive counts when 1.22 has a cons/mark ratio and 1.21 has none; earlier counts when"
            " 1.22 begins 0.15 of the way sooner, or its bounds differ, or its goal is 5 % lower;"
            " holds with both, in part with one"
        ),
        truth=(
            "Nothing in the pacing changed from 1.21 to 1.22. The pacer has adapted since 1.5, was"
            " redesigned in 1.18, and takes the largest of the last cons/mark values since 1.21."
            " Marking begins between 45/64 and 61/64 of the way to the goal in every version"
            " (mgcpacer.go, gcControllerState.trigger)."
        ),
    ),
    measure,
    judge,
)
