"""Making or growing a small slice in a loop is a typical waste."""

from __future__ import annotations

from goom.case.claim import Figures, Judgement, Statement, does_not_hold, holds, holds_in_part
from goom.claims.bench.bench import Bench, Go, Row
from goom.claims.bench.claim import Claim
from goom.claims.bench.ratios import ratio_of
from goom.claims.bench.reading import every, none, number, per_version

_ROUNDS = 20_000
_DEARER = 1.5


def measure(bench: Bench) -> Figures:
    """Fill a buffer of 1 KiB over and over: made anew, grown anew, or made once."""
    return bench.each(_measure)


def _measure(go: Go) -> Row:
    found = go.run_again("copies", "loops", str(_ROUNDS)).figures()
    once = tuple(found["made_once"]["seconds"])
    row: dict[str, float] = {}
    for way in ("made_in_loop", "grown_in_loop"):
        ratio = ratio_of(tuple(found[way]["seconds"]), once)
        row[f"{way}_objects_a_round"] = round(found[way]["objects"] / _ROUNDS, 2)
        row[f"{way}_time_ratio"] = ratio.median
        row[f"{way}_time_low_ratio"] = ratio.low
    return {**row, "made_once_objects_a_round": round(found["made_once"]["objects"] / _ROUNDS, 2)}


def judge(figures: Figures) -> Judgement:
    """Costly means objects in every round, and half as much time again at least."""
    said = (
        f"growing costs {per_version(figures, 'grown_in_loop_objects_a_round')} objects a round and"
        f" {per_version(figures, 'grown_in_loop_time_ratio', '{:.1f}')} times the time; making"
        f" {per_version(figures, 'made_in_loop_objects_a_round')} and"
        f" {per_version(figures, 'made_in_loop_time_ratio', '{:.1f}')}"
    )
    if every(figures, lambda row: _costly(row, "made_in_loop") and _costly(row, "grown_in_loop")):
        return holds(said)
    if none(figures, lambda row: _costly(row, "made_in_loop") or _costly(row, "grown_in_loop")):
        return does_not_hold(said)
    return holds_in_part(said)


def _costly(row: Row, way: str) -> bool:
    allocates = number(row, f"{way}_objects_a_round") >= 0.9
    return allocates and number(row, f"{way}_time_low_ratio") >= _DEARER


CLAIM = Claim(
    Statement(
        id="C007",
        chapter="1",
        statement="Making or growing small slices over and over in a loop is a typical high cost.",
        method=(
            "20,000 rounds that fill 1 KiB in 16 appends: from nil, with make in the loop, and in a"
            " buffer made before it; objects, and time in turns"
        ),
        rule=(
            "holds when making and growing each cost an object a round and, in three quarters of"
            " the turns, 1.5 times the time; does not hold when neither does"
        ),
        truth=(
            "Each round pays growslice and mallocgc (slice.go) and sooner or later a collection,"
            " when the slice escapes. One that does not escape stays on the stack; since 1.25 the"
            " compiler keeps more small ones there."
        ),
    ),
    measure,
    judge,
    alone=True,
)
