"""The option makes zero values appear without collections, so that graphs have no gaps."""

from __future__ import annotations

from goom.case.claim import Figures, Judgement, Statement, does_not_hold, holds, holds_in_part
from goom.claims.bench.bench import Bench, Go, Row
from goom.claims.bench.claim import Claim
from goom.claims.bench.debian import library_version, run
from goom.claims.bench.reading import every, number, per_version


def measure(bench: Bench) -> Figures:
    """The names that are exported before any collection and after one."""
    return bench.each(_measure)


def _measure(go: Go) -> Row:
    found = run(go, "collector", "quiet").figures()
    before, after = set(found["before"]), set(found["after"])
    return {
        "names_before_any_collection": len(before),
        "names_missing_before": len(after - before),
        "client_library": library_version(),
    }


def judge(figures: Figures) -> Judgement:
    """Gaps without the option are what it would have to close."""
    missing = per_version(figures, "names_missing_before")
    if every(figures, lambda row: row["names_missing_before"] == 0):
        names = per_version(figures, "names_before_any_collection")
        return does_not_hold(f"all {names} names are exported before the first collection as well")
    if every(figures, lambda row: number(row, "names_missing_before") > 0):
        return holds(f"{missing} names appear only after a collection")
    return holds_in_part(f"{missing} names appear only after a collection")


CLAIM = Claim(
    Statement(
        id="C107",
        chapter="4.4",
        statement=(
            "ReportUnmodified reports zeroes when no collection happens, which spares graphs gaps."
        ),
        method=(
            "names that the default registry gathers before any collection (GOGC off) and after one"
        ),
        rule="does not hold when all names are there before the first collection",
        truth=(
            "Gauges, counters and the summary are exported at every scrape, whether they "
            "changed or not."
        ),
    ),
    measure,
    judge,
)
