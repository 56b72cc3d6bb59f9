"""An mspan describes one page of 8 KiB."""

from __future__ import annotations

from goom.case.claim import Figures, Judgement, Statement, does_not_hold, holds, holds_in_part
from goom.claims.bench.bench import Bench, Go, Row
from goom.claims.bench.claim import Claim
from goom.claims.bench.layout import layout
from goom.claims.bench.reading import every, number, per_version
from goom.claims.bench.size_class_table import classes

_PAGE_BYTES = 8192


def measure(bench: Bench) -> Figures:
    """Pages per span from the table of classes, and the fields of mspan."""
    return bench.each(_measure)


def _measure(go: Go) -> Row:
    spans = [span for _, span in classes(go).values()]
    fields = layout(go, "runtime.mspan").fields
    return {
        "classes": len(spans),
        "classes_of_one_page": sum(span == _PAGE_BYTES for span in spans),
        "most_pages_of_a_class": max(spans, default=0) // _PAGE_BYTES,
        "has_npages": "npages" in fields,
        "has_alloc_bits": "allocBits" in fields,
    }


def judge(figures: Figures) -> Judgement:
    """All spans one page: holds. Spans of several pages with allocBits: in part."""
    if not every(figures, lambda row: bool(row["has_alloc_bits"])):
        return does_not_hold("mspan has no allocBits")
    if every(figures, lambda row: row["classes_of_one_page"] == row["classes"]):
        return holds("the spans of all classes are one page")
    if every(figures, lambda row: number(row, "most_pages_of_a_class") > 1):
        of_one = per_version(figures, "classes_of_one_page")
        most = per_version(figures, "most_pages_of_a_class")
        known = per_version(figures, "classes")
        return holds_in_part(
            f"{of_one} of {known} classes have spans of one page, others up to {most}"
        )
    return does_not_hold("no class has a span of one page")


CLAIM = Claim(
    Statement(
        id="C021",
        chapter="2.1",
        statement="An mspan is the metadata of one 8 KB page, by size class, with allocBits.",
        method="the runtime's table of size classes; fields of mspan from debug information",
        rule="holds when every class has spans of one page; in part when some have more pages",
        truth=(
            "A span is 1 to 10 pages of 8 KiB for size classes and any number of pages for a "
            "large object; mspan.npages says how many. It has allocBits and a size class "
            "(mheap.go, sizeclasses.go)."
        ),
    ),
    measure,
    judge,
)
