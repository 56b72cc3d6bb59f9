"""A pool's New may return unsafe.Slice[byte](nil, 64*1024)."""

from __future__ import annotations

from goom.case.claim import Figures, Judgement, Statement, does_not_hold, holds, holds_in_part
from goom.claims.bench.bench import Bench, Go, Row
from goom.claims.bench.claim import Claim
from goom.claims.bench.reading import every, text


def measure(bench: Bench) -> Figures:
    """Whether it builds as written, and what the form that builds does."""
    return bench.each(_measure)


def _measure(go: Go) -> Row:
    written = go.compiles("unsafe_slice")
    mended = go.run("bigpools", "nilslice")
    return {
        "builds_as_written": written.built,
        "go_says": written.message.strip().splitlines()[-1].rpartition(": ")[2]
        if written.message
        else "",
        "mended_form_ends_with_status": mended.status,
        "mended_form_says": (mended.stderr.splitlines() or [""])[0],
    }


def judge(figures: Figures) -> Judgement:
    """It builds and runs: holds. The mended form runs: in part."""
    if every(figures, lambda row: bool(row["builds_as_written"])):
        return holds("it builds")
    if every(figures, lambda row: row["mended_form_ends_with_status"] == 0):
        return holds_in_part("not as written, but unsafe.Slice((*byte)(nil), n) runs")
    row = next(iter(figures.values()))
    return does_not_hold(
        f"it does not build ({text(row, 'go_says')}); with (*byte)(nil) it builds and dies"
        f" ({text(row, 'mended_form_says')})"
    )


CLAIM = Claim(
    Statement(
        id="C094",
        chapter="4.3",
        statement=(
            "sync.Pool with New: unsafe.Slice[byte](nil, 64*1024) pre-allocates 64 KB buffers."
        ),
        method="go build of that line; a run of the nearest form that builds",
        rule=(
            "holds when it builds; in part when the nearest form runs; does not hold when that "
            "dies too"
        ),
        truth=(
            "unsafe.Slice is a function without type parameters, and panics for a nil pointer "
            "with a length (unsafe.go). It never allocates."
        ),
        instead=(
            "New: func() any { b := make([]byte, 64<<10); return &b }, and put pointers to "
            "slices into the pool."
        ),
    ),
    measure,
    judge,
)
