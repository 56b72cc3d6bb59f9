"""Memory that needs no clearing is not cleared, new in Go 1.22."""

from __future__ import annotations

from goom.case.claim import Figures, Judgement, Statement, does_not_hold, holds, holds_in_part
from goom.case.units import bytes_text
from goom.claims.bench.bench import Bench, Go, Row
from goom.claims.bench.claim import Claim
from goom.claims.bench.layout import layout
from goom.claims.bench.reading import every, number, numbers

_ALLOCATED_BYTES = 64 << 20


def measure(bench: Bench) -> Figures:
    """How much becomes resident when fresh memory is allocated, and whether reused memory is 0."""
    bench.pair("1.22", "1.21")  # a claim about that step needs both
    return bench.each(_measure)


def _measure(go: Go) -> Row:
    return {
        "release": f"{go.release[0]}.{go.release[1]:02d}",
        "has_needzero": "needzero" in layout(go, "runtime.mspan").fields,
        "resident_growth_bytes": go.run("heapfacts", "fresh").figures()["resident_growth_bytes"],
        "reused_bytes_not_zero": go.run("heapfacts", "reused").figures()["bytes_not_zero"],
    }


def judge(figures: Figures) -> Judgement:
    """Fresh memory untouched: the clearing is skipped. New in 1.22 only if 1.21 does clear it."""
    skipping = {
        str(row["release"])
        for row in figures.values()
        if number(row, "resident_growth_bytes") < _ALLOCATED_BYTES / 10
    }
    clean = every(figures, lambda row: row["reused_bytes_not_zero"] == 0)
    if not clean or "1.22" not in skipping:
        return does_not_hold("fresh memory is cleared, or reused memory is not")
    grown = bytes_text(max(numbers(figures, "resident_growth_bytes").values()))
    said = f"64 MiB that nobody wrote to made {grown} resident at most"
    if "1.21" in skipping:
        return holds_in_part(f"{said}: skipped, but in 1.21 as well")
    return holds(f"{said}: skipped since 1.22")


CLAIM = Claim(
    Statement(
        id="C027",
        chapter="2.1",
        statement=(
            "A span that needs no zeroing is not cleared, which 1.22 introduced and which "
            "speeds up reuse."
        ),
        method=(
            "resident memory after allocating 64 MiB that is never written; whether memory used "
            "before comes back as zeroes"
        ),
        rule=(
            "holds when 1.22 leaves fresh memory untouched and 1.21 does not; in part when both do"
        ),
        truth=(
            "mspan.needzero is old. It spares memory that came fresh from the operating system, "
            "not memory that was used before: that is cleared. New is only 1.26, which counts "
            "fully scavenged spans as zero too (mheap.go, allocNeedsZero)."
        ),
    ),
    measure,
    judge,
)
