"""A strings.Builder that was not grown copies its bytes dozens of times."""

from __future__ import annotations

from goom.case.claim import Figures, Judgement, Statement, does_not_hold, holds, holds_in_part
from goom.claims.bench.bench import Bench, Go, Row
from goom.claims.bench.claim import Claim
from goom.claims.bench.reading import number, per_version

_PIECES = {"1_kb": 100, "100_kb": 10_000, "10_mb": 1_000_000}
_DOZENS = 20


def measure(bench: Bench) -> Figures:
    """Join pieces of 10 bytes to results of three sizes."""
    return bench.each(_measure)


def _measure(go: Go) -> Row:
    row: dict[str, float] = {}
    for name, pieces in _PIECES.items():
        made = go.run("copies", "builder", str(pieces)).figures()["unprepared"]
        row[f"allocations_for_{name}"] = made["objects"]
        row[f"allocated_over_result_{name}_ratio"] = made["bytes"] / (10 * pieces)
    return row


def judge(figures: Figures) -> Judgement:
    """Dozens are two at least; every allocation but the first copies what was there."""
    counts = {
        name: [number(row, f"allocations_for_{name}") for row in figures.values()]
        for name in _PIECES
    }
    said = "allocations: " + ", ".join(
        f"{per_version(figures, f'allocations_for_{name}')} for {name.replace('_', ' ').upper()}"
        for name in _PIECES
    )
    dozens = [min(found) >= _DOZENS for found in counts.values()]
    if all(dozens):
        return holds(said)
    return holds_in_part(said) if any(dozens) else does_not_hold(said)


CLAIM = Claim(
    Statement(
        id="C008",
        chapter="1",
        statement="A strings.Builder that is not grown first copies its bytes dozens of times.",
        method="allocations of a Builder that gets pieces of 10 bytes, to 1 KB, 100 KB and 10 MB",
        rule="holds when 20 or more at all three sizes, in part at some, otherwise does not hold",
        truth=(
            "The count grows with the logarithm of the size: capacity doubles while it is small and"
            " grows by a quarter later (slice.go, growslice). In all a few times the result is"
            " allocated."
        ),
    ),
    measure,
    judge,
)
