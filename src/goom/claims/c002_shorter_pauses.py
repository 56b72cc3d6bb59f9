"""The median pause falls by about 40 % in Go 1.22."""

from __future__ import annotations

from goom.case.claim import Figures, Judgement, Statement, does_not_hold, holds, holds_in_part
from goom.claims.bench.bench import Bench, Go
from goom.claims.bench.claim import Claim
from goom.claims.bench.ratios import ratio_of, take_turns
from goom.claims.bench.reading import number

_ROUNDS = 21


def measure(bench: Bench) -> Figures:
    """Medians of the pauses of the same program, in turns."""
    key, newer, older = bench.pair("1.22", "1.21")
    taken = take_turns(
        {"newer": lambda: _pause_seconds(newer), "older": lambda: _pause_seconds(older)}, _ROUNDS
    )
    return {key: ratio_of(taken["newer"], taken["older"]).figures("pause_median")}


def _pause_seconds(go: Go) -> float:
    found = go.run_again("pacing", "steady", "8", "400", "1").figures()
    return float(found["pause_median_seconds"])


def judge(figures: Figures) -> Judgement:
    """A fall by 40 % is a ratio of 0.6; a quarter is half way to seeing it."""
    (row,) = figures.values()
    ratio, high = number(row, "pause_median_ratio"), number(row, "pause_median_high_ratio")
    low = number(row, "pause_median_low_ratio")
    said = (
        f"the median pause of 1.22 was {ratio:.2f} of that of 1.21 (middle half of"
        f" {number(row, 'rounds'):.0f} rounds {low:.2f} to {high:.2f})"
    )
    if ratio <= 0.65 and high <= 0.75:
        return holds(said)
    return does_not_hold(said) if ratio > 0.75 else holds_in_part(said)


CLAIM = Claim(
    Statement(
        id="C002",
        chapter="1",
        statement="The median pause of a collection fell by about 40 % in Go 1.22.",
        method=(
            "MemStats.PauseNs of a program that makes garbage beside 8 MiB, 1.22 and 1.21 in turns"
        ),
        rule=(
            "holds when the median of the ratios is at most 0.65 and the middle half at most 0.75;"
            " does not hold when the median is above 0.75; otherwise in part"
        ),
        truth=(
            "The 40 % is from the notes of Go 1.21, about an application's tail latency and not"
            " pauses. The notes of 1.22 promise the runtime 1 to 3 % of CPU and 1 % of memory."
        ),
    ),
    measure,
    judge,
    alone=True,
)
