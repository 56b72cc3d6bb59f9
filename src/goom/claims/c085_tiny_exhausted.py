"""Millions of 8-byte objects exhaust mcache.tiny and contend for mcentral's lock."""

from __future__ import annotations

from goom.case.claim import Figures, Judgement, Statement, does_not_hold, holds, holds_in_part
from goom.claims.bench.bench import Bench, Go, Row
from goom.claims.bench.claim import Claim
from goom.claims.bench.layout import layout
from goom.claims.bench.reading import every, number, per_version

_COUNT = 1_000_000
_LOCK = r"\block(WithRank)?\("


def measure(bench: Bench) -> Figures:
    """What a million 8-byte objects cost in spans, and the locks that fetching one takes."""
    return bench.each(_measure)


def _measure(go: Go) -> Row:
    found = go.run("objects", str(_COUNT), "8", "noscan").figures()
    blocks = found["mallocs"] - found["tiny_allocs"]
    span_slots = 8192 // 16
    return {
        "spans_per_thousand_objects": round(1000 * blocks / span_slots / _COUNT, 2),
        "combined_fraction": round(found["tiny_allocs"] / _COUNT, 3),
        "locks_taken_by_mcentral": len(
            go.source.find(_LOCK, "runtime/mcentral.go", code_only=True)
        ),
        "mutexes_of_mcentral": len(layout(go, "runtime.mcentral").fields_like("mutex")),
    }


def judge(figures: Figures) -> Judgement:
    """A span for every few objects, and a lock for each span."""
    often = every(figures, lambda row: number(row, "spans_per_thousand_objects") > 50)
    locked = every(figures, lambda row: number(row, "locks_taken_by_mcentral") > 0)
    if often and locked:
        return holds("a span is fetched for every few objects, under a lock")
    if often or locked:
        return holds_in_part("spans are fetched often" if often else "mcentral takes locks")
    spans = per_version(figures, "spans_per_thousand_objects")
    return does_not_hold(
        f"a thousand 8-byte objects take {spans} spans, half of them share a block with another,"
        " and mcentral takes no lock"
    )


CLAIM = Claim(
    Statement(
        id="C085",
        chapter="4.2",
        statement=(
            "Millions of 8-byte structs a second exhaust mcache.tiny, and mcentral's lock "
            "becomes contended."
        ),
        method=(
            "a million 8-byte objects without pointers: blocks of 16 bytes, spans of 8 KiB; "
            "locks in mcentral.go"
        ),
        rule=(
            "holds when more than 50 spans go into a thousand objects and mcentral takes locks; "
            "in part when one of these"
        ),
        truth=(
            "A tiny block is meant to be used up: two 8-byte objects share one, and a span "
            "holds about 500 blocks. Fetching the next span is lock-free (mcentral.go, "
            "mspanset.go). What many small objects do cost is CPU for allocating and marking: "
            "allocate fewer."
        ),
    ),
    measure,
    judge,
)
