"""unsafe.Slice spares the allocation of a slice header."""

from __future__ import annotations

from goom.case.claim import Figures, Judgement, Statement, does_not_hold, holds, holds_in_part
from goom.claims.bench.bench import Bench, Go, Row
from goom.claims.bench.claim import Claim
from goom.claims.bench.reading import every, none, number, per_version

_MADE, _SLICED = "allocations_of_make", "allocations_of_unsafe_slice"


def measure(bench: Bench) -> Figures:
    """Objects that each way to a buffer of 64 KiB allocates."""
    return bench.each(_measure)


def _measure(go: Go) -> Row:
    found = go.run("payloads", "header").figures()
    return {_MADE: found["made"], _SLICED: found["sliced"]}


def judge(figures: Figures) -> Judgement:
    """Spared is what make allocates more."""
    said = (
        f"make allocates {per_version(figures, _MADE)} object and unsafe.Slice over a new array"
        f" {per_version(figures, _SLICED)}"
    )
    if every(figures, _spares):
        return holds(said)
    return does_not_hold(said) if none(figures, _spares) else holds_in_part(said)


def _spares(row: Row) -> bool:
    return number(row, _SLICED) < number(row, _MADE)


CLAIM = Claim(
    Statement(
        id="C121",
        chapter="4.3",
        statement="unsafe.Slice avoids the allocation of a slice header.",
        method=(
            "objects allocated (testing.AllocsPerRun) by make of 64 KiB that escape, and by"
            " unsafe.Slice over a new array of that size"
        ),
        rule=(
            "holds when unsafe.Slice allocates less in every version; does not hold when in none;"
            " otherwise in part"
        ),
        truth=(
            "A header is three words where the variable is, on the stack or in a struct; make"
            " allocates the array alone. A header is allocated only where a slice is put into an"
            " interface, as Pool.Put(buf) does (C120)."
        ),
    ),
    measure,
    judge,
)
