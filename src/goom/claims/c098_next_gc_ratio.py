"""NextGC / HeapAlloc shows pressure and foretells an OOM kill."""

from __future__ import annotations

from goom.case.claim import Figures, Judgement, Statement, does_not_hold, holds, holds_in_part
from goom.claims.bench.bench import Bench, Go, Row
from goom.claims.bench.claim import Claim
from goom.claims.bench.reading import every, number, per_version


def measure(bench: Bench) -> Figures:
    """The range of the ratio in a program whose load never changes."""
    return bench.each(_measure)


def _measure(go: Go) -> Row:
    found = go.run("largeobjects", "ratio").figures()
    return {
        "least_ratio": round(found["least_ratio"], 2),
        "most_ratio": round(found["most_ratio"], 2),
        "collections": found["collections"],
    }


def judge(figures: Figures) -> Judgement:
    """A sign if it stays put while nothing changes."""
    low, high = (per_version(figures, name) for name in ("least_ratio", "most_ratio"))
    said = f"under a load that never changes it walks from {high} down to {low} in every cycle"
    if every(figures, lambda row: number(row, "most_ratio") < 1.1 * number(row, "least_ratio")):
        return holds(f"under a load that never changes it stays between {low} and {high}")
    if every(figures, lambda row: number(row, "most_ratio") > 1.5 * number(row, "least_ratio")):
        return does_not_hold(said)
    return holds_in_part(said)


CLAIM = Claim(
    Statement(
        id="C098",
        chapter="4.3",
        statement=(
            "NextGC / HeapAlloc close to 1 means that the collector is under pressure and an "
            "OOM kill is near."
        ),
        method=(
            "least and greatest ratio over thousands of looks at a program that keeps 16 MiB "
            "and replaces it"
        ),
        rule=(
            "does not hold when the greatest is over 1.5 times the least while nothing changes; "
            "holds below 1.1 times"
        ),
        truth=("It falls from 1 + GOGC/100 to about 1 in every cycle: that is what a cycle is."),
        instead=(
            "Compare what survives (/gc/heap/live:bytes) and the goal with the limit of the "
            "container."
        ),
    ),
    measure,
    judge,
)
