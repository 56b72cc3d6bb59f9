"""The goroutine profile shows leaked ticker loops as "sleeping"."""

from __future__ import annotations

from goom.case.claim import Figures, Judgement, Statement, does_not_hold, holds, holds_in_part
from goom.claims.bench.bench import Bench, Go, Row
from goom.claims.bench.claim import Claim
from goom.claims.bench.reading import every, number, text

_GOROUTINES = 20_000


def measure(bench: Bench) -> Figures:
    """What the goroutines wait for, as their dump says."""
    return bench.each(_measure)


def _measure(go: Go) -> Row:
    found = go.run("tickers", str(_GOROUTINES)).figures()
    states = found["states"]
    return {
        "state": max(states, key=lambda state: states[state]),
        "in_chan_receive": states.get("chan receive", 0),
        "in_sleep": states.get("sleep", 0),
    }


def judge(figures: Figures) -> Judgement:
    """As sleeping: holds. Visible under another name: in part."""
    if every(figures, lambda row: number(row, "in_sleep") >= _GOROUTINES * 0.9):
        return holds("they are in state sleep")
    if every(figures, lambda row: number(row, "in_chan_receive") >= _GOROUTINES * 0.9):
        state = text(next(iter(figures.values())), "state")
        return holds_in_part(f"the profile shows them all, in state {state!r}; sleep is time.Sleep")
    return does_not_hold("the profile does not show them")


CLAIM = Claim(
    Statement(
        id="C081",
        chapter="4.1",
        statement=(
            'The goroutine profile shows the leaked loops as 2,000 and more "sleeping" goroutines.'
        ),
        method=(
            "states in the dump (goroutine profile, debug=2) of 20,000 goroutines that range "
            "over ticker.C"
        ),
        rule="holds when 90 % are in state sleep; in part when they are there in another state",
        truth=(
            'A loop over ticker.C waits in "chan receive". From 1.26 on a goroutine that '
            'nothing can wake any more is marked "(leaked)" after the leak profile was taken.'
        ),
    ),
    measure,
    judge,
)
