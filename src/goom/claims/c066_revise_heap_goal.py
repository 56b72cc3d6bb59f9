"""reviseHeapGoal lowers the goal by a decayFactor from five seconds of growth."""

from __future__ import annotations

from goom.case.claim import Figures, Judgement, Statement, does_not_hold, holds, holds_in_part
from goom.claims.bench.bench import Bench, Go, Row
from goom.claims.bench.claim import Claim
from goom.claims.bench.reading import every, none, number


def measure(bench: Bench) -> Figures:
    """Both names in the source, and what the real revise sets."""
    return bench.each(_measure)


def _measure(go: Go) -> Row:
    revise = go.source.function("runtime/mgcpacer.go", "revise")
    return {
        "names_revise_heap_goal": len(go.source.find(r"(?i)\breviseHeapGoal\b", "runtime")),
        "names_decay_factor": len(go.source.find(r"(?i)\bdecayFactor\b", "runtime")),
        "revise_sets_assist_ratio": "assistWorkPerByte.Store" in revise,
        "revise_sets_goal": "c.gcPercentHeapGoal.Store" in revise,
    }


def judge(figures: Figures) -> Judgement:
    """Both names: holds."""
    names = ("names_revise_heap_goal", "names_decay_factor")
    if every(figures, lambda row: all(number(row, name) > 0 for name in names)):
        return holds("both are in the runtime")
    if none(figures, lambda row: any(number(row, name) > 0 for name in names)):
        sets = every(figures, lambda row: bool(row["revise_sets_assist_ratio"])
                     and not row["revise_sets_goal"])  # fmt: skip
        real = "; revise() sets the assist ratio and no goal" if sets else ""
        return does_not_hold(f"neither name is in the runtime of any version{real}")
    return holds_in_part("one of the names is there")


CLAIM = Claim(
    Statement(
        id="C066",
        chapter="3.2",
        statement=(
            "gcControllerState.reviseHeapGoal shrinks the goal by a decayFactor from the growth "
            "of 5 s."
        ),
        method="both names in the source; what gcControllerState.revise stores",
        rule="holds when both names are in the runtime; in part when one is",
        truth=(
            "revise() runs while marking and sets how much scan work an allocation pays for "
            "(assistWorkPerByte). Goals are set once a cycle, in commit() (mgcpacer.go)."
        ),
    ),
    measure,
    judge,
)
