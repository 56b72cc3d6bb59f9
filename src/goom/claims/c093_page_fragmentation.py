"""Long churn of large objects fragments pages: HeapAlloc grows while HeapObjects swings."""

from __future__ import annotations

from goom.case.claim import Figures, Judgement, Statement, does_not_hold, holds, holds_in_part
from goom.claims.bench.bench import Bench, Go, Row
from goom.claims.bench.claim import Claim
from goom.claims.bench.reading import every, number, per_version


def measure(bench: Bench) -> Figures:
    """256 large objects replaced at random 20,000 times: heap early and late, pages between."""
    return bench.each(_measure)


def _measure(go: Go) -> Row:
    found = go.run("largeobjects", "churn").figures()
    early, late = found["heap_alloc_early_bytes"], found["heap_alloc_late_bytes"]
    return {
        "heap_alloc_late_to_early_ratio": round(late / early, 3),
        "free_pages_to_heap_alloc_ratio": round(found["free_pages_late_bytes"] / late, 2),
        "heap_sys_late_bytes": found["heap_sys_late_bytes"],
    }


def judge(figures: Figures) -> Judgement:
    """Free pages remain, with the sign that is named: holds. Without it: in part."""
    holes = every(figures, lambda row: number(row, "free_pages_to_heap_alloc_ratio") > 0.1)
    sign = every(figures, lambda row: number(row, "heap_alloc_late_to_early_ratio") > 1.2)
    free = per_version(figures, "free_pages_to_heap_alloc_ratio", "{:.1f}")
    growth = per_version(figures, "heap_alloc_late_to_early_ratio", "{:.2f}")
    said = f"free pages are {free} times what is in use, and HeapAlloc is {growth} of what it was"
    if holes and sign:
        return holds(said)
    return holds_in_part(f"{said}: not by that sign") if holes else does_not_hold(said)


CLAIM = Claim(
    Statement(
        id="C093",
        chapter="4.3",
        statement=(
            "Long churn of large objects makes page-level fragmentation; its sign is HeapAlloc "
            "growing while HeapObjects swings."
        ),
        method=(
            "256 objects of 33 to 290 KB replaced at random 20,000 times; HeapAlloc after 4,000 "
            "and at the end, free pages at the end"
        ),
        rule=(
            "holds when free pages remain and HeapAlloc grew; in part when pages remain without "
            "that sign"
        ),
        truth=(
            "Free runs of pages that are too short for the next object stay free: HeapIdle - "
            "HeapReleased, or /memory/classes/heap/free:bytes. Part of it is only room up to "
            "the goal. HeapAlloc counts objects and knows nothing of pages; when it grows, "
            "objects stay."
        ),
    ),
    measure,
    judge,
)
