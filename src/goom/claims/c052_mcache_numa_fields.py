"""mcache has fields pageCache and numaNode, and refill takes pages from them."""

from __future__ import annotations

from goom.case.claim import Figures, Judgement, Statement, does_not_hold, holds, holds_in_part
from goom.claims.bench.bench import Bench, Go, Row
from goom.claims.bench.claim import Claim
from goom.claims.bench.layout import layout
from goom.claims.bench.reading import every, none, number


def measure(bench: Bench) -> Figures:
    """The fields of mcache, and what refill reads."""
    return bench.each(_measure)


def _measure(go: Go) -> Row:
    mcache = layout(go, "runtime.mcache")
    refill = go.source.function("runtime/mcache.go", "refill")
    return {
        "fields_of_mcache": len(mcache.fields),
        "fields_numa": len(mcache.fields_like("numa")),
        "fields_page_cache": len(mcache.fields_like("pagecache")),
        "refill_reads_them": "numaNode" in refill or "pageCache" in refill,
        "refill_found": bool(refill),
    }


def judge(figures: Figures) -> Judgement:
    """Both fields and the code: holds."""
    fields = ("fields_numa", "fields_page_cache")
    if every(figures, lambda row: all(number(row, name) > 0 for name in fields)
             and bool(row["refill_reads_them"])):  # fmt: skip
        return holds("mcache has both fields, and refill reads them")
    if none(figures, lambda row: any(number(row, name) > 0 for name in fields)
            or not row["refill_found"]):  # fmt: skip
        return does_not_hold("mcache has neither field; the page cache belongs to P (p.pcache)")
    return holds_in_part("one of the fields is there")


CLAIM = Claim(
    Statement(
        id="C052",
        chapter="2.4",
        statement="In 1.22 mcache.refill pops from c.pageCache by c.numaNode.",
        method="fields of mcache from debug information; the body of refill in mcache.go",
        rule="holds when mcache has both fields and refill reads them; in part when one is there",
        truth=(
            "refill puts the full span back and sets c.alloc[spc] to one from mcentral "
            "(mcache.go). Pages are the business of mheap."
        ),
    ),
    measure,
    judge,
)
