"""heap_released under 30 % of heap_inuse means that memory is not given back."""

from __future__ import annotations

from goom.case.claim import Figures, Judgement, Statement, does_not_hold, holds, holds_in_part
from goom.case.units import percent_text
from goom.claims.bench.bench import Bench, Go, Row
from goom.claims.bench.claim import Claim
from goom.claims.bench.reading import every, number, numbers

_THRESHOLD = 0.3
_BUSY, _RETURNED = "released_over_inuse_while_busy_ratio", "returned_after_drop_fraction"


def measure(bench: Bench) -> Figures:
    """One process: its ratio while it works steadily, then how much it gives back when idle."""
    return bench.each(_measure)


def _measure(go: Go) -> Row:
    found = go.run("pacing", "drop", "32").figures()
    return {
        _BUSY: found["busy_released_ratio"],
        _RETURNED: found["returned_fraction"],
        "rss_before_bytes": found["rss_before_bytes"],
        "rss_after_bytes": found["rss_after_bytes"],
    }


def judge(figures: Figures) -> Judgement:
    """The sign is right when what shows it does not give back, and false when it does."""
    busy, returned = (max(numbers(figures, _BUSY).values()), numbers(figures, _RETURNED).values())
    said = (
        f"while busy the ratio was, in the middle, {busy:.2f} at most, and the same processes gave"
        f" {percent_text(min(returned))} or more back when they fell idle"
    )
    if every(figures, lambda row: _shows(row) and number(row, _RETURNED) >= 0.8):
        return does_not_hold(said)
    if every(figures, lambda row: _shows(row) and number(row, _RETURNED) < 0.5):
        return holds(said)
    return holds_in_part(said)


def _shows(row: Row) -> bool:
    return number(row, _BUSY) < _THRESHOLD


CLAIM = Claim(
    Statement(
        id="C012",
        chapter="1",
        statement="heap_released below 30 % of heap_inuse for long means that return is blocked.",
        method=(
            "a program works steadily with 32 MiB live, then drops them and only"
            " collects each second; released over in use while busy, then the share given back"
            " within 10 s"
        ),
        rule=(
            "does not hold when every version's median stays below 0.30 while busy and 80 % is"
            " given back later; holds when below 0.30 goes with less than half given back;"
            " otherwise in part"
        ),
        truth=(
            "A busy steady heap releases next to nothing and should not: the scavenger keeps 1.1"
            " times what the goal will need (mgcscavenge.go, gcPaceScavenger)."
        ),
        instead=(
            "Watch /memory/classes/heap/free:bytes, which is resident and unused, over hours."
        ),
    ),
    measure,
    judge,
)
