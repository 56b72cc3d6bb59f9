"""Latency rises when sysmon detects that sweeping is blocked."""

from __future__ import annotations

from goom.case.claim import Figures, Judgement, Statement, does_not_hold, holds, holds_in_part
from goom.claims.bench.bench import Bench, Go, Row
from goom.claims.bench.claim import Claim
from goom.claims.bench.reading import every, none

_ITS_OWN = ("retake(", "forcegc", "scavenger.wake(")


def measure(bench: Bench) -> Figures:
    """What sysmon and what it calls name, comments left out."""
    return bench.each(_measure)


def _measure(go: Go) -> Row:
    code = "\n".join(
        line.partition("//")[0]
        for name in ("sysmon", "retake")
        for line in go.source.function("runtime/proc.go", name).splitlines()
    )
    return {
        "names_sweeping": "sweep" in code.lower(),
        "its_own_tasks_found": sum(task in code for task in _ITS_OWN),
    }


def judge(figures: Figures) -> Judgement:
    """A watchdog of sweeping would have to name it. What it does watch must be there to be read."""
    if every(figures, lambda row: bool(row["names_sweeping"])):
        return holds("sysmon watches sweeping")
    silent = none(figures, lambda row: bool(row["names_sweeping"]))
    if silent and every(figures, lambda row: row["its_own_tasks_found"] == len(_ITS_OWN)):
        return does_not_hold(
            "sysmon has no word of sweeping: it takes Ps back from long calls, forces a collection"
            " after two minutes and wakes the scavenger"
        )
    return holds_in_part("some versions watch it")


CLAIM = Claim(
    Statement(
        id="C116",
        chapter="3.3",
        statement="Latency spikes when sysmon detects that sweeping is blocked.",
        method="sysmon and retake (proc.go), comments left out",
        rule=(
            "holds when sysmon names sweeping in every version; does not hold when in none, and"
            " its own tasks are found there; otherwise in part"
        ),
        truth=(
            "Nobody watches for blocked sweeping. A background goroutine sweeps (mgcsweep.go,"
            " bgsweep), allocation pays for its share, and the next cycle sweeps the rest first."
        ),
    ),
    measure,
    judge,
)
