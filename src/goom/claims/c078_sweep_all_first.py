"""Sweep termination waits until every span is swept."""

from __future__ import annotations

from goom.case.claim import Figures, Judgement, Statement, does_not_hold, holds, holds_in_part
from goom.claims.bench.bench import Bench, Go, Row
from goom.claims.bench.claim import Claim
from goom.claims.bench.reading import every


def measure(bench: Bench) -> Figures:
    """The loop in gcStart, and what finishes the sweep once the world is stopped."""
    return bench.each(_measure)


def _measure(go: Go) -> Row:
    start = go.source.function("runtime/mgc.go", "gcStart")
    before_stop, _, stopped = start.partition("stopTheWorldWithSema")
    finish = go.source.function("runtime/mgcsweep.go", "finishsweep_m")
    return {
        "sweeps_until_nothing_is_left": "sweepone() != ^uintptr(0)" in before_stop,
        "finishes_when_stopped": "finishsweep_m()" in stopped,
        "finish_sweeps_all": "for sweepone() != ^uintptr(0)" in finish,
    }


def judge(figures: Figures) -> Judgement:
    """Both steps: every span is swept before marking begins."""
    steps = ("sweeps_until_nothing_is_left", "finishes_when_stopped", "finish_sweeps_all")
    if every(figures, lambda row: all(bool(row[name]) for name in steps)):
        return holds("gcStart sweeps until nothing is left, and finishsweep_m makes sure of it")
    if every(figures, lambda row: any(bool(row[name]) for name in steps)):
        return holds_in_part("some of the sweeping is finished first")
    return does_not_hold("a cycle can begin with spans that are not swept")


CLAIM = Claim(
    Statement(
        id="C078",
        chapter="3.3",
        statement="Sweep termination waits for all spans to be swept.",
        method="the bodies of gcStart (mgc.go) and finishsweep_m (mgcsweep.go)",
        rule=(
            "holds when gcStart sweeps until nothing is left and finishsweep_m does the same "
            "once the world is stopped"
        ),
        truth=(
            "Sweeping is paid for by allocation (deductSweepCredit), so that nothing is left in "
            "a steady program when the next cycle begins; what is left is swept before the "
            "world is stopped (mgc.go, gcStart)."
        ),
    ),
    measure,
    judge,
)
