"""A high assist ratio points to leaks by weak references or finalizers."""

from __future__ import annotations

import numpy as np

from goom.case.claim import Figures, Judgement, Statement, does_not_hold, holds, holds_in_part
from goom.claims.bench.bench import Bench, Go, Row
from goom.claims.bench.claim import Claim
from goom.claims.bench.reading import every, number, per_version
from goom.claims.bench.running import Setting

_RUN = ("50", "1.5", "0")


def measure(bench: Bench) -> Figures:
    """The mean assist ratio at GOGC 50 and 400, and with 100,000 finalizers at 50."""
    return bench.each(_measure)


def _measure(go: Go) -> Row:
    tight, wide = _ratio(go, "50"), _ratio(go, "400")
    finalizers = _ratio(go, "50", "finalizers", "100000")
    return {
        "assist_at_gogc_50_ratio": round(tight, 3),
        "assist_at_gogc_400_ratio": round(wide, 3),
        "assist_at_gogc_50_with_finalizers_ratio": round(finalizers, 3),
        "gogc_effect_ratio": round(tight / wide, 2),
        "finalizer_effect_ratio": round(finalizers / tight, 2),
    }


def _ratio(go: Go, gogc: str, *more: str) -> float:
    environment = (("GODEBUG", "gctrace=1,gcpacertrace=1"), ("GOGC", gogc), ("GOMAXPROCS", "2"))
    trace = go.run("assisting", *_RUN, *more, setting=Setting(environment=environment)).trace()
    return float(np.median(trace.pacer.assist_ratio))


def judge(figures: Figures) -> Judgement:
    """What moves the ratio more: finalizers, or the room that GOGC leaves."""
    gogc, finalizers = "gogc_effect_ratio", "finalizer_effect_ratio"
    effects = (
        f"GOGC 50 against 400 makes it {per_version(figures, gogc, '{:.1f}')} times as high,"
        f" 100,000 finalizers {per_version(figures, finalizers, '{:.2f}')} times"
    )
    if every(figures, lambda row: number(row, finalizers) > 1.5 * number(row, gogc)):
        return holds(effects)
    if every(figures, lambda row: number(row, finalizers) > 1.5):
        return holds_in_part(effects)
    return does_not_hold(effects)


CLAIM = Claim(
    Statement(
        id="C076",
        chapter="3.3",
        statement="A high assist ratio is a sign of weak references or finalizers that leak.",
        method=(
            'the median of "assist ratio" (gcpacertrace) of one program at GOGC=50 and 400, and '
            "with 100,000 objects kept with finalizers"
        ),
        rule=(
            "holds when finalizers raise the ratio 1.5 times as much as GOGC does; in part when "
            "they raise it by half at least"
        ),
        truth=(
            "The ratio is the scan work that is left over the bytes left to the goal "
            "(mgcpacer.go, revise). A small heap limit, a low GOGC, a large scannable heap or a "
            "late trigger raise it."
        ),
    ),
    measure,
    judge,
)
