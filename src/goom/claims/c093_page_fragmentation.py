"""Long churn of large objects fragments pages: HeapAlloc grows while HeapObjects swings."""

from __future__ import annotations

from goom.case.claim import Figures, Judgement, Statement, does_not_hold, holds, holds_in_part
from goom.case.units import bytes_text, percent_text
from goom.claims.bench.bench import Bench, Go, Row
from goom.claims.bench.claim import Claim
from goom.claims.bench.reading import every, number, numbers, per_version


def measure(bench: Bench) -> Figures:
    """256 large objects replaced at random 20,000 times: heap early and late, pages between."""
    return bench.each(_measure)


def _measure(go: Go) -> Row:
    found = go.run("largeobjects", "churn").figures()
    early, late = found["heap_alloc_early_bytes"], found["heap_alloc_late_bytes"]
    asked = found["heap_idle_late_bytes"] / 2
    return {
        "heap_alloc_late_to_early_ratio": round(late / early, 3),
        "heap_idle_bytes": found["heap_idle_late_bytes"],
        "growth_for_half_of_idle_fraction": round(
            found["growth_for_half_of_idle_bytes"] / asked, 2
        ),
        "heap_sys_late_bytes": found["heap_sys_late_bytes"],
    }


def judge(figures: Figures) -> Judgement:
    """Free pages in pieces, with the sign that is named: holds. Without it: in part."""
    name = "growth_for_half_of_idle_fraction"
    pieces = every(figures, lambda row: number(row, name) > 0.5)
    sign = every(figures, lambda row: number(row, "heap_alloc_late_to_early_ratio") > 1.2)
    idle = bytes_text(min(numbers(figures, "heap_idle_bytes").values()))
    growth = per_version(figures, "heap_alloc_late_to_early_ratio", "{:.2f}")
    said = (
        f"with {idle} or more of free pages the heap grew by"
        f" {per_version(figures, name, percent_text)} of a request for half of them, and"
        f" HeapAlloc is {growth} of what it was"
    )
    if pieces and sign:
        return holds(said)
    return holds_in_part(f"{said}: not by that sign") if pieces else does_not_hold(said)


CLAIM = Claim(
    Statement(
        id="C093",
        chapter="4.3",
        statement=(
            "Long churn of large objects makes page-level fragmentation; its sign is HeapAlloc "
            "growing while HeapObjects swings."
        ),
        method=(
            "256 objects of 33 to 290 KB replaced at random 20,000 times, collected after every "
            "64; HeapAlloc after 4,000 and at the end, then one request for half of the free "
            "pages: does the heap grow?"
        ),
        rule=(
            "fragmented when the heap grows by over half of that request; holds with that and "
            "HeapAlloc 1.2 times what it was; in part without that sign"
        ),
        truth=(
            "Free runs of pages that are too short for the next object stay free: HeapIdle - "
            "HeapReleased, or /memory/classes/heap/free:bytes. That is not waste: smaller "
            "objects use them. HeapAlloc counts objects and knows nothing of pages; when it grows, "
            "objects stay."
        ),
    ),
    measure,
    judge,
)
