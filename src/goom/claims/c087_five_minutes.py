"""The interval between collections fell from five minutes to eight seconds."""

from __future__ import annotations

from goom.case.claim import Figures, Judgement, Statement, does_not_hold, holds, holds_in_part
from goom.claims.bench.bench import Bench
from goom.claims.bench.claim import Claim
from goom.claims.bench.idleness import WATCHED_SECONDS, intervals
from goom.claims.bench.reading import every, number, per_version


def measure(bench: Bench) -> Figures:
    """The longest time that an idle program goes without a collection."""
    return intervals(bench)


def judge(figures: Figures) -> Judgement:
    """Five minutes are possible when nothing collects an idle program before."""
    name = "longest_interval_seconds"
    if every(figures, lambda row: number(row, "collections") == 0):
        return holds(f"an idle program is not collected within {WATCHED_SECONDS} s")
    if every(figures, lambda row: number(row, name) < WATCHED_SECONDS):
        return does_not_hold(
            f"an idle program is collected after {per_version(figures, name, '{:.0f}')} s: no"
            " interval of five minutes can have come before"
        )
    return holds_in_part("some versions do not collect an idle program")


CLAIM = Claim(
    Statement(
        id="C087",
        chapter="4.2",
        statement="The interval between collections shrank from 5 minutes to 8 seconds.",
        method="gctrace of a program that collects once and then does nothing for 125 s",
        rule=(
            "holds when nothing is collected in that time; does not hold when every version "
            "collects"
        ),
        truth=(
            "A collection is forced two minutes after the last one (forcegcperiod, proc.go; "
            "gcTrigger.test, mgc.go), unless GOGC=off. Only a program that was never collected "
            "may go on without."
        ),
    ),
    measure,
    judge,
)
