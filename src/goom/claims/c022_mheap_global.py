"""mheap is global: all pages, large objects, reuse of spans."""

from __future__ import annotations

from goom.case.claim import Figures, Judgement, Statement, does_not_hold, holds, holds_in_part
from goom.case.units import bytes_text
from goom.claims.bench.bench import Bench, Go, Row
from goom.claims.bench.claim import Claim
from goom.claims.bench.layout import layout
from goom.claims.bench.reading import every, number, numbers


def measure(bench: Bench) -> Figures:
    """One variable mheap_, large objects straight from it, and freed spans that come back."""
    return bench.each(_measure)


def _measure(go: Go) -> Row:
    large = go.source.function("runtime/mcache.go", "allocLarge")
    churned = go.run("heapfacts", "churn").figures()
    return {
        "variables_mheap": len(go.source.find(r"^var mheap_ mheap\b", "runtime")),
        "has_page_allocator": "pages" in layout(go, "runtime.mheap").fields,
        "large_objects_ask_mheap": "mheap_.alloc(" in large,
        "allocated_bytes": churned["allocated_bytes"],
        "heap_sys_growth_bytes": churned["heap_sys_growth_bytes"],
    }


def judge(figures: Figures) -> Judgement:
    """One mheap with the page allocator, and what is freed is used again."""
    one = every(
        figures,
        lambda row: (
            row["variables_mheap"] == 1
            and bool(row["has_page_allocator"] and row["large_objects_ask_mheap"])
        ),
    )
    reused = every(
        figures,
        lambda row: number(row, "heap_sys_growth_bytes") < number(row, "allocated_bytes") / 2,
    )
    growth = max(numbers(figures, "heap_sys_growth_bytes").values())
    if one and reused:
        return holds(
            f"one mheap_; 625 MiB of 64 KiB objects went through {bytes_text(growth)} of new heap"
        )
    return holds_in_part("freed spans are not used again") if one else does_not_hold("no one mheap")


CLAIM = Claim(
    Statement(
        id="C022",
        chapter="2.1",
        statement="mheap is the one global heap: all pages, large objects, and the reuse of spans.",
        method=(
            "the variable mheap_ and its fields; 10,000 objects of 64 KiB, each dropped at once, "
            "and how HeapSys grows"
        ),
        rule=(
            "holds when there is one mheap_ with the page allocator, large objects come from "
            "it, and dropped ones cost less than half of their bytes in new heap"
        ),
        truth=(
            "mheap_ is one variable; its page allocator is a radix tree over all pages "
            "(mpagealloc.go), and spans that sweeping frees go back to it."
        ),
    ),
    measure,
    judge,
)
