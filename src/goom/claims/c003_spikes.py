"""Go 1.22 is more sensitive to sudden spikes of memory."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count

from goom.case.claim import Figures, Judgement, Statement, does_not_hold, holds, holds_in_part
from goom.claims.bench.bench import Bench, Go
from goom.claims.bench.claim import Claim
from goom.claims.bench.ratios import ratio_of, take_turns
from goom.claims.bench.reading import number

_ROUNDS = 18
_BASE_MIB = 32
_RISES_MIB = (60, 80, 100, 120, 140, 160)  # so that no rise ends at one phase of a cycle alone


def measure(bench: Bench) -> Figures:
    """The most memory in use while a live set of 32 MiB grows as fast as it can, in turns."""
    key, newer, older = bench.pair("1.22", "1.21")
    taken = take_turns({"newer": _peaks(newer), "older": _peaks(older)}, _ROUNDS)
    return {key: ratio_of(taken["newer"], taken["older"]).figures("peak")}


def _peaks(go: Go) -> Callable[[], float]:
    rounds = count()

    def peak_over_live() -> float:
        rise = _RISES_MIB[next(rounds) % len(_RISES_MIB)]
        found = go.run_again("pacing", "spike", str(_BASE_MIB), str(rise)).figures()
        return float(found["most_under_limit_bytes"]) / ((_BASE_MIB + rise) << 20)

    return peak_over_live


def judge(figures: Figures) -> Judgement:
    """More sensitive is a peak a tenth higher; a twentieth is within what phases do."""
    (row,) = figures.values()
    ratio, low = number(row, "peak_ratio"), number(row, "peak_low_ratio")
    said = (
        f"the same spike reached {ratio:.2f} times the peak in 1.22 that it reached in 1.21"
        f" (middle half {low:.2f} to {number(row, 'peak_high_ratio'):.2f})"
    )
    if ratio >= 1.1 and low >= 1.05:
        return holds(said)
    return does_not_hold(said) if ratio < 1.05 else holds_in_part(said)


CLAIM = Claim(
    Statement(
        id="C003",
        chapter="1",
        statement="Go 1.22 is more sensitive to sudden spikes of memory.",
        method=(
            "32 MiB live and settled, then 60 to 160 MiB more as fast as possible; the most that"
            " is mapped and not released, 1.22 and 1.21 in turns"
        ),
        rule=(
            "holds when the median ratio of the peaks is at least 1.10 and the middle half at least"
            " 1.05; does not hold when the median is below 1.05; otherwise in part"
        ),
        truth=(
            "The pacer's code is the same in both. In any version a spike can carry the heap over"
            " its goal within a cycle, up to (1 + GOGC/100) times the goal before assists are held"
            " to a hard goal (mgcpacer.go, revise)."
        ),
    ),
    measure,
    judge,
    alone=True,
)
