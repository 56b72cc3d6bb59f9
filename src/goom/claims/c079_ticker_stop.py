"""A goroutine that ranges over a ticker ends when the ticker is stopped."""

from __future__ import annotations

from goom.case.claim import Figures, Judgement, Statement, does_not_hold, holds, holds_in_part
from goom.claims.bench.bench import Bench, Go, Row
from goom.claims.bench.claim import Claim
from goom.claims.bench.reading import every, number, per_version

_GOROUTINES = 20_000


def measure(bench: Bench) -> Figures:
    """How many of the goroutines are left once all tickers are stopped."""
    return bench.each(_measure)


def _measure(go: Go) -> Row:
    found = go.run("tickers", str(_GOROUTINES)).figures()
    return {
        "goroutines_after_stop": found["goroutines_after_stop"],
        "leaked_goroutines": found["leaked_goroutines"],
        "reported_as_leaked_before_stop": _known(found["reported_before_stop"]),
        "reported_as_leaked_after_stop": _known(found["reported_after_stop"]),
    }


def _known(count: int) -> int | None:
    return None if count < 0 else count


def judge(figures: Figures) -> Judgement:
    """Gone after Stop: holds. All still there: it does not."""
    left = per_version(figures, "goroutines_after_stop", "{:,.0f}")
    said = f"of {_GOROUTINES:,} goroutines {left} are left after Stop"
    if every(figures, lambda row: number(row, "goroutines_after_stop") <= _GOROUTINES / 100):
        return holds(said)
    if every(figures, lambda row: number(row, "goroutines_after_stop") >= _GOROUTINES * 0.99):
        return does_not_hold(said)
    return holds_in_part(said)


CLAIM = Claim(
    Statement(
        id="C079",
        chapter="4.1",
        statement=(
            'A goroutine in "for range ticker.C" leaks until ticker.Stop(), which lets it exit.'
        ),
        method=(
            "20,000 such goroutines; how many are left after every ticker was stopped; Go's own "
            "goroutine leak profile from 1.26 on"
        ),
        rule="holds when at most 1 % are left; does not hold when at least 99 % are",
        truth=(
            "Stop does not close the channel, so the range never ends (time/tick.go). The "
            "ticker owns no goroutine; since 1.23 one that nothing refers to is collected even "
            "without Stop. Only after Stop does Go's leak profile report these goroutines."
        ),
        instead=(
            "End the goroutine itself: select on a done channel or a context beside ticker.C, "
            "and stop the ticker with defer."
        ),
    ),
    measure,
    judge,
)
