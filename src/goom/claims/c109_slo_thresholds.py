"""A P99 pause over 15 ms should scale out, a GC share over 0.35 marks a pod as sensitive."""

from __future__ import annotations

import numpy as np

from goom.case.claim import Figures, Judgement, Statement, cannot_measure
from goom.case.units import seconds_text
from goom.claims.bench.bench import Bench, Go, Row
from goom.claims.bench.claim import Claim
from goom.claims.bench.reading import per_version
from goom.claims.bench.running import Setting

_TRACED = Setting(environment=(("GODEBUG", "gctrace=1,gcpacertrace=1"),))


def measure(bench: Bench) -> Figures:
    """The pauses of a program that does nothing but allocate, for scale."""
    return bench.each(_measure)


def _measure(go: Go) -> Row:
    cycles = go.run("assisting", "50", "2", "0", setting=_TRACED).trace().cycles
    pauses = cycles.sweep_termination_seconds + cycles.mark_termination_seconds
    return {"pause_median_seconds": float(np.median(pauses)), "cycles": len(cycles)}


def judge(figures: Figures) -> Judgement:
    """A threshold is a choice, not a statement about Go."""
    median = per_version(figures, "pause_median_seconds", seconds_text)
    return cannot_measure(
        f"thresholds are a choice; a program that does nothing but allocate pauses {median} in the"
        " median"
    )


CLAIM = Claim(
    Statement(
        id="C109",
        chapter="4.4",
        statement=(
            "Alarm thresholds: P99 pause over 15 ms scales out, GC CPU over 0.35 marks the pod."
        ),
        method="pauses of a busy program, for scale",
        rule="cannot be measured: thresholds without a stated goal are a choice",
        truth=(
            "Pauses of milliseconds mostly mean that the process did not get CPU. More pods do not "
            "shorten pauses."
        ),
        instead="Look at container_cpu_cfs_throttled_periods_total before you scale out.",
    ),
    measure,
    judge,
)
