"""SetGCPercent(10) makes the first collections rarer."""

from __future__ import annotations

from statistics import median

from goom.case.claim import Figures, Judgement, Statement, does_not_hold, holds, holds_in_part
from goom.claims.bench.bench import Bench, Go, Row
from goom.claims.bench.claim import Claim
from goom.claims.bench.ratios import ratio_of, take_turns
from goom.claims.bench.reading import every, number, per_version

_LIVE_MIB = "96"
_ROUNDS = 5


def measure(bench: Bench) -> Figures:
    """The same start-up with GOGC 10 and 100, in turns."""
    return bench.each(_measure)


def _measure(go: Go) -> Row:
    cycles: dict[str, list[float]] = {"10": [], "100": []}

    def seconds(gogc: str) -> float:
        found = go.run_again("pacing", "startup", _LIVE_MIB, gogc, "1").figures()
        cycles[gogc].append(found["cycles"])
        return float(found["seconds"])

    taken = take_turns({"10": lambda: seconds("10"), "100": lambda: seconds("100")}, _ROUNDS)
    return {
        "collections_ratio": median(cycles["10"]) / median(cycles["100"]),
        "collections_with_10": median(cycles["10"]),
        "collections_with_100": median(cycles["100"]),
        **ratio_of(taken["10"], taken["100"]).figures("time"),
    }


def judge(figures: Figures) -> Judgement:
    """Rarer is fewer collections."""
    said = (
        f"GOGC=10 ran {per_version(figures, 'collections_ratio', '{:.1f}')} times the collections"
        f" of GOGC=100 and took {per_version(figures, 'time_ratio', '{:.1f}')} times as long"
    )
    if every(figures, lambda row: number(row, "collections_ratio") <= 0.9):
        return holds(said)
    if every(figures, lambda row: number(row, "collections_ratio") > 1.1):
        return does_not_hold(said)
    return holds_in_part(said)


CLAIM = Claim(
    Statement(
        id="C014",
        chapter="1",
        statement=(
            "Against a kill right at the start, debug.SetGCPercent(10) lowers how often the first"
            " collections run."
        ),
        method=(
            "a start-up that builds 96 MiB and as much garbage, with SetGCPercent(10) and (100)"
            " in turns; collections and time"
        ),
        rule=(
            "holds when it runs at most 0.9 times the collections in every version; does not hold"
            " when over 1.1 times; otherwise in part"
        ),
        truth=(
            "It is the other way round. The goal becomes marked × 1.10 and its minimum 400 KiB"
            " instead of 4 MiB (mgcpacer.go, setGCPercent and commit), so several times as many"
            " collections run, and the start takes longer. What is live stays live."
        ),
        instead=(
            "Set GOMEMLIMIT to 90 % of the container's limit: collections stay rare until memory is"
            " short. If the live data alone does not fit, raise the limit or load less."
        ),
    ),
    measure,
    judge,
    alone=True,
)
