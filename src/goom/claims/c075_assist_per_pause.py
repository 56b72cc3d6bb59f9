"""More than 5 ms of assist per pause is an alarm."""

from __future__ import annotations

import numpy as np

from goom.case.claim import Figures, Judgement, Statement, does_not_hold, holds, holds_in_part
from goom.case.units import percent_text, seconds_text
from goom.claims.bench.bench import Bench, CannotMeasureError, Go, Row
from goom.claims.bench.claim import Claim
from goom.claims.bench.reading import every, number, per_version
from goom.claims.bench.running import Setting

_TRACED = Setting(environment=(("GODEBUG", "gctrace=1,gcpacertrace=1"),))
_SAID_SECONDS = 0.005
_ENOUGH_CYCLES, _MOST_RUNS = 12, 5  # a busy machine sees few of them in one run
_SOME = 0.1
_SHORTER = "pause_under_half_of_assist_fraction"


def measure(bench: Bench) -> Figures:
    """Assist time and stop-the-world time of the same cycles."""
    return bench.each(_measure)


def _measure(go: Go) -> Row:
    pauses = assists = np.zeros(0)
    for again in range(_MOST_RUNS):
        run = go.run_again if again else go.run
        cycles = run("assisting", "50", "2", "0", setting=_TRACED).trace().cycles
        stopped = cycles.sweep_termination_seconds + cycles.mark_termination_seconds
        pauses = np.append(pauses, stopped)
        assists = np.append(assists, cycles.assist_cpu_seconds)
        loud = assists > _SAID_SECONDS
        if loud.sum() >= _ENOUGH_CYCLES:
            break
    if not loud.any():
        raise CannotMeasureError("no cycle had 5 ms of assists here")
    return {
        "cycles": len(pauses),
        "cycles_over_5_ms_of_assist": int(loud.sum()),
        "pause_of_those_median_seconds": float(np.median(pauses[loud])),
        "assist_of_those_median_seconds": float(np.median(assists[loud])),
        _SHORTER: float(np.mean(pauses[loud] < assists[loud] / 2)),
    }


def judge(figures: Figures) -> Judgement:
    """Assist as part of the pause: no pause would be shorter than its cycle's assists."""
    said = (
        f"in {per_version(figures, _SHORTER, percent_text)} of the cycles with over 5 ms of assists"
        " the world stood still for less than half as long as the assists took; in the median for"
        f" {per_version(figures, 'pause_of_those_median_seconds', seconds_text)}"
    )
    if every(figures, lambda row: number(row, _SHORTER) >= _SOME):
        return does_not_hold(said)
    return holds(said) if every(figures, lambda row: row[_SHORTER] == 0) else holds_in_part(said)


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
            "does not hold when in a tenth of the cycles with over 5 ms of assists, in every "
            "version, the pauses are less than half as long (others on the machine only make a "
            "pause longer); holds when in none; otherwise in part"
        ),
        truth=(
            "gctrace prints the sum of assists of all goroutines over a whole cycle; the world "
            "runs meanwhile (mgc.go). What one request lost is in an execution trace."
        ),
    ),
    measure,
    judge,
)
