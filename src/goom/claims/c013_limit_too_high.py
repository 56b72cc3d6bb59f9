"""A SetMemoryLimit that is too high keeps memory from being given back."""

from __future__ import annotations

from goom.case.claim import Figures, Judgement, Statement, does_not_hold, holds, holds_in_part
from goom.case.units import percent_text
from goom.claims.bench.bench import Bench, Go, Row
from goom.claims.bench.claim import Claim
from goom.claims.bench.reading import every, number, numbers
from goom.claims.bench.running import Setting

_HIGH = Setting(environment=(("GOMEMLIMIT", "64GiB"),))
_WITH, _WITHOUT = "returned_with_limit_of_64_gib_fraction", "returned_without_limit_fraction"


def measure(bench: Bench) -> Figures:
    """How much of a dropped heap is given back with a limit far too high, and with none."""
    return bench.each(_measure)


def _measure(go: Go) -> Row:
    high = go.run("pacing", "drop", "32", setting=_HIGH).figures()
    none = go.run("pacing", "drop", "32").figures()
    return {_WITH: high["returned_fraction"], _WITHOUT: none["returned_fraction"]}


def judge(figures: Figures) -> Judgement:
    """The limit is to blame when memory stays with it and goes without it."""
    least = {name: min(numbers(figures, name).values()) for name in (_WITH, _WITHOUT)}
    said = (
        f"idle, {percent_text(least[_WITH])} or more was given back with GOMEMLIMIT=64GiB and"
        f" {percent_text(least[_WITHOUT])} or more without a limit"
    )
    if every(figures, lambda row: number(row, _WITH) >= 0.8):
        return does_not_hold(said)
    if every(figures, lambda row: number(row, _WITH) < 0.5 and number(row, _WITHOUT) >= 0.8):
        return holds(said)
    return holds_in_part(said)


CLAIM = Claim(
    Statement(
        id="C013",
        chapter="1",
        statement="Memory is not given back because debug.SetMemoryLimit was set too high.",
        method=(
            "a program drops 32 MiB and from then on only collects each second, with"
            " GOMEMLIMIT=64GiB and without a limit"
        ),
        rule=(
            "does not hold when with the limit 80 % is given back within 10 s in every version;"
            " holds when less than half is, and 80 % without; otherwise in part"
        ),
        truth=(
            "A limit that is too high is as good as none: it adds to what GOGC makes the scavenger"
            " give back, and only from 95 % of the limit on (mgcscavenge.go, gcPaceScavenger)."
        ),
    ),
    measure,
    judge,
)
