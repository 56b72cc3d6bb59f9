"""More than 5 ms of assist per pause is an alarm."""

from __future__ import annotations

import numpy as np

from goom.case.claim import (
    Figures,
    Judgement,
    Statement,
    cannot_measure,
    does_not_hold,
    holds,
    holds_in_part,
)
from goom.claims.bench.bench import Bench, Go, Row
from goom.claims.bench.claim import Claim
from goom.claims.bench.reading import number, per_version
from goom.claims.bench.running import Setting

_TRACED = Setting(environment=(("GODEBUG", "gctrace=1,gcpacertrace=1"),))
_SAID_SECONDS = 0.005


def measure(bench: Bench) -> Figures:
    """Assist time and stop-the-world time of the same cycles."""
    return bench.each(_measure)


def _measure(go: Go) -> Row:
    cycles = go.run("assisting", "50", "2", "0", setting=_TRACED).trace().cycles
    pauses = cycles.sweep_termination_seconds + cycles.mark_termination_seconds
    loud = cycles.assist_cpu_seconds > _SAID_SECONDS
    return {
        "cycles": len(cycles),
        "cycles_over_5_ms_of_assist": int(loud.sum()),
        "pause_of_those_median_seconds": float(np.median(pauses[loud])) if loud.any() else None,
        "assist_of_those_median_seconds": (
            float(np.median(cycles.assist_cpu_seconds[loud])) if loud.any() else None
        ),
    }


def judge(figures: Figures) -> Judgement:
    """Assist as part of the pause: the pause would be as long as the assist."""
    loud = [row for row in figures.values() if row["pause_of_those_median_seconds"] is not None]
    if not loud:
        return cannot_measure("no cycle had 5 ms of assists here")
    ratios = [number(row, "pause_of_those_median_seconds")
              / number(row, "assist_of_those_median_seconds") for row in loud]  # fmt: skip
    pauses = per_version(figures, "pause_of_those_median_seconds", "{:.2g}")
    if max(ratios) < 0.5:
        return does_not_hold(
            f"assists are not in the pause: cycles with over 5 ms of assists stopped the world for"
            f" {pauses} s in the median"
        )
    return holds_in_part("pauses grow with assists") if max(ratios) < 1 else holds("they do")


CLAIM = Claim(
    Statement(
        id="C075",
        chapter="3.3",
        statement="Mark assist time of more than 5 ms per pause is unhealthy.",
        method=(
            "gctrace of a busy program: assist time (summed over all goroutines) and both "
            "pauses of each cycle"
        ),
        rule=(
            "does not hold when pauses of cycles with over 5 ms of assists are less than half "
            "as long as the assists"
        ),
        truth=(
            "gctrace prints the sum of assists of all goroutines over a whole cycle; the world "
            "runs meanwhile (mgc.go). What one request lost is in an execution trace."
        ),
    ),
    measure,
    judge,
)
