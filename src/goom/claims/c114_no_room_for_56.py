"""The free slots of 48-byte objects are of no use to an object of 56 bytes."""

from __future__ import annotations

from goom.case.claim import Figures, Judgement, Statement, does_not_hold, holds, holds_in_part
from goom.case.units import percent_text
from goom.claims.bench.bench import Bench, Go, Row
from goom.claims.bench.claim import Claim
from goom.claims.bench.reading import every, none, number, per_version

_SAME, _OTHER = "new_spans_for_48_bytes_fraction", "new_spans_for_56_bytes_fraction"


def measure(bench: Bench) -> Figures:
    """Spans of 48-byte slots, nine of ten of them free, are offered both sizes."""
    return bench.each(lambda go: {_SAME: _growth(go, 48), _OTHER: _growth(go, 56)})


def _growth(go: Go, size: int) -> float:
    """What of the new objects' bytes went into new spans."""
    found = go.run("reuse", "slots", str(size)).figures()
    return float(found["growth_bytes"] / (found["objects"] * size))


def judge(figures: Figures) -> Judgement:
    """Free slots that take the one size and not the other."""
    said = (
        f"180,000 objects of 56 bytes took {per_version(figures, _OTHER, percent_text)} of their"
        f" bytes in new spans, as many of 48 bytes {per_version(figures, _SAME, percent_text)}"
    )
    if every(figures, _kept_apart):
        return holds(said)
    return does_not_hold(said) if none(figures, _kept_apart) else holds_in_part(said)


def _kept_apart(row: Row) -> bool:
    return number(row, _OTHER) >= 0.9 and number(row, _SAME) <= 0.1


CLAIM = Claim(
    Statement(
        id="C114",
        chapter="2.2",
        statement=(
            "A slab of 48-byte slots cannot serve a request of 56 bytes: size classes bring"
            " external fragmentation."
        ),
        method=(
            "200,000 objects of 48 bytes, nine of ten dropped and collected; what the spans in use"
            " grow by under as many new objects of 48 and of 56 bytes"
        ),
        rule=(
            "holds when, in every version, 56-byte objects take 90 % of their bytes in new spans"
            " and 48-byte objects 10 % at most; does not hold when in none; otherwise in part"
        ),
        truth=(
            "A span serves one size class; 56 bytes are of the class of 64. Only a span that is"
            " empty goes back to mheap and may serve another class (mgcsweep.go,"
            " sweepLocked.sweep)."
        ),
    ),
    measure,
    judge,
)
