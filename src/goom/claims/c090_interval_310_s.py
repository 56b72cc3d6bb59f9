"""The swapped allocator collects every 310 s instead of every 8.2 s."""

from __future__ import annotations

from goom.case.claim import Figures, Judgement, Statement, does_not_hold, holds, holds_in_part
from goom.claims.bench.bench import Bench
from goom.claims.bench.claim import Claim
from goom.claims.bench.idleness import WATCHED_SECONDS, intervals
from goom.claims.bench.reading import every, number, per_version


def measure(bench: Bench) -> Figures:
    """The longest time that a program can go without a collection while GOGC is on."""
    return intervals(bench)


def judge(figures: Figures) -> Judgement:
    """310 s are possible when nothing forces a collection before."""
    name = "longest_interval_seconds"
    if every(figures, lambda row: number(row, "collections") == 0):
        return holds(f"no collection within {WATCHED_SECONDS} s is possible")
    if every(figures, lambda row: number(row, name) < WATCHED_SECONDS):
        return does_not_hold(
            f"even an idle program is collected after {per_version(figures, name, '{:.0f}')} s, so"
            " 310 s cannot be; and the allocator that is said to do it does not build (C089)"
        )
    return holds_in_part("some versions do not collect an idle program")


CLAIM = Claim(
    Statement(
        id="C090",
        chapter="4.2",
        statement=(
            "With the swapped allocator the interval rises from 8.2 to 310 s, lock waits fall "
            "from 14,700 to 890 ns."
        ),
        method="gctrace of a program that collects once and then does nothing for 125 s",
        rule=(
            "holds when nothing is collected in that time; does not hold when every version "
            "collects"
        ),
        truth=(
            "With GOGC on, no interval is longer than about two minutes (forcegcperiod, proc.go)."
        ),
    ),
    measure,
    judge,
)
