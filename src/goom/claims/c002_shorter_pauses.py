"""The median pause falls by about 40 % in Go 1.22."""

from __future__ import annotations

from statistics import quantiles

from goom.case.claim import Figures, Judgement, Statement, does_not_hold, holds, holds_in_part
from goom.claims.bench.bench import Bench, Go
from goom.claims.bench.claim import Claim
from goom.claims.bench.ratios import ratio_of, take_turns
from goom.claims.bench.reading import number

_ROUNDS = 21
_QUIET = "pause_of_quiet_rounds_ratio"


def measure(bench: Bench) -> Figures:
    """Medians of the pauses of the same program, in turns."""
    key, newer, older = bench.pair("1.22", "1.21")
    taken = take_turns(
        {"newer": lambda: _pause_seconds(newer), "older": lambda: _pause_seconds(older)}, _ROUNDS
    )
    return {
        key: {
            _QUIET: _quiet(taken["newer"]) / _quiet(taken["older"]),
            **ratio_of(taken["newer"], taken["older"]).figures("pause_median"),
        }
    }


def _quiet(seconds: tuple[float, ...]) -> float:
    """Of the quieter rounds: what others do on the machine only makes a pause longer."""
    return quantiles(seconds, n=4)[0]


def _pause_seconds(go: Go) -> float:
    found = go.run_again("pacing", "steady", "8", "400", "1").figures()
    return float(found["pause_median_seconds"])


def judge(figures: Figures) -> Judgement:
    """A fall by 40 % is a ratio of 0.6; a quarter is half way to seeing it.

    The rounds side by side must show it as well: a quarter of either's may have been its luck.
    """
    (row,) = figures.values()
    quiet, ratio = number(row, _QUIET), number(row, "pause_median_ratio")
    low, high = (number(row, f"pause_median_{end}_ratio") for end in ("low", "high"))
    said = (
        f"the median pause of 1.22 was {quiet:.2f} of that of 1.21 in the quieter rounds"
        f" (round by round {ratio:.2f}, middle half of {number(row, 'rounds'):.0f} rounds"
        f" {low:.2f} to {high:.2f})"
    )
    if quiet <= 0.65 and ratio <= 0.75:
        return holds(said)
    return does_not_hold(said) if max(quiet, ratio) > 0.75 else holds_in_part(said)


CLAIM = Claim(
    Statement(
        id="C002",
        chapter="1",
        statement="The median pause of a collection fell by about 40 % in Go 1.22.",
        method=(
            "medians of MemStats.PauseNs of a program that makes garbage beside 8 MiB, 1.22 and"
            " 1.21 in turns, 21 rounds; the lower quartile of each version's medians"
        ),
        rule=(
            "holds when the ratio of the lower quartiles is at most 0.65, and the median of the"
            " ratios at most 0.75; does not hold when either is above 0.75; otherwise in part"
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
