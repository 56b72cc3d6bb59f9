"""The leak adds 128 MB to Sys per hour."""

from __future__ import annotations

from goom.case.claim import Figures, Judgement, Statement, cannot_measure
from goom.claims.bench.bench import Bench, Go, Row
from goom.claims.bench.claim import Claim
from goom.claims.bench.reading import per_version

_GOROUTINES = 20_000


def measure(bench: Bench) -> Figures:
    """What one leaked goroutine adds to Sys; how many an hour is the program's affair."""
    return bench.each(_measure)


def _measure(go: Go) -> Row:
    found = go.run("tickers", str(_GOROUTINES)).figures()
    each = found["sys_growth_bytes"] / found["leaked_goroutines"]
    return {
        "sys_per_leaked_goroutine_bytes": round(each),
        "leaks_an_hour_for_128_mb": round(128e6 / each),
    }


def judge(figures: Figures) -> Judgement:
    """The rate is the program's."""
    leaks = per_version(figures, "leaks_an_hour_for_128_mb", "{:,.0f}")
    return cannot_measure(
        f"the program is not given; it would have to leak {leaks} goroutines an hour"
    )


CLAIM = Claim(
    Statement(
        id="C084",
        chapter="4.1",
        statement="Sys grows by 128 MB an hour.",
        method="Sys per leaked goroutine, and the leaks per hour that 128 MB would take",
        rule="cannot be measured: the rate belongs to a program that is not given",
        truth=(
            "Sys grows in steps, and by about 3 kB a goroutine that holds next to nothing. The "
            "slope of /sched/goroutines:goroutines is the sign to watch."
        ),
    ),
    measure,
    judge,
)
