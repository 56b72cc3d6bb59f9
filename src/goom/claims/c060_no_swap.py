"""Swap should be off, because unaligned pages break mappings when they are swapped."""

from __future__ import annotations

from goom.case.claim import Figures, Judgement, Statement, does_not_hold, holds, holds_in_part
from goom.claims.bench.bench import Bench, Go, Row
from goom.claims.bench.claim import Claim
from goom.claims.bench.reading import every, number


def measure(bench: Bench) -> Figures:
    """Whether pages can be unaligned, and how much of the heap one collection touches."""
    return bench.each(_measure)


def _measure(go: Go) -> Row:
    touched = go.run("mappings", "collected").figures()
    growth = touched["referenced_after_bytes"] - touched["referenced_before_bytes"]
    return {
        "misaligned_addresses": go.run("mappings", "aligned").figures()["misaligned"],
        "heap_touched_by_one_collection_fraction": round(growth / touched["heap_bytes"], 2),
    }


def judge(figures: Figures) -> Judgement:
    """The advice is right when a collection touches the heap; the reason, if pages misalign."""
    reason = not every(figures, lambda row: row["misaligned_addresses"] == 0)
    name = "heap_touched_by_one_collection_fraction"
    advice = every(figures, lambda row: number(row, name) > 0.5)
    if reason and advice:
        return holds("pages can be misaligned, and a collection would bring them all back")
    if advice:
        return holds_in_part(
            "no page is ever misaligned; but each collection touches every page of a heap of"
            " pointers, swapped or not, so swap does turn collections into disk reads"
        )
    return does_not_hold("no page is misaligned, and a collection leaves most of the heap alone")


CLAIM = Claim(
    Statement(
        id="C060",
        chapter="2.5",
        statement="memory.swappiness=0: swapped unaligned pages would break mappings.",
        method=(
            "addresses of 2,000 mappings; pages of a list of 500,000 objects that one "
            "runtime.GC touches (clear_refs, smaps)"
        ),
        rule=(
            "in part when no page is misaligned but a collection touches more than half of the "
            "heap; holds when both are so"
        ),
        truth=(
            "Swap breaks nothing. It makes marking wait for the disk, since marking reads every "
            "object with pointers."
        ),
    ),
    measure,
    judge,
)
