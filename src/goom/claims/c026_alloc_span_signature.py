"""allocSpan takes a span and needzero, and clears it."""

from __future__ import annotations

from goom.case.claim import Figures, Judgement, Statement, does_not_hold, holds, holds_in_part
from goom.claims.bench.bench import Bench, Go, Row
from goom.claims.bench.claim import Claim
from goom.claims.bench.reading import every, none, text


def measure(bench: Bench) -> Figures:
    """The head of allocSpan and what its body calls."""
    return bench.each(_measure)


def _measure(go: Go) -> Row:
    whole = go.source.function("runtime/mheap.go", "allocSpan")
    return {
        "head": whole.partition(" {")[0],
        "calls_memclr": "memclr" in whole,
    }


def judge(figures: Figures) -> Judgement:
    """The parameters that the article prints, and a memclr in the body."""

    def as_printed(head: str) -> bool:
        return "vsize" in head and "needzero bool" in head

    if every(figures, lambda row: as_printed(text(row, "head")) and bool(row["calls_memclr"])):
        return holds("allocSpan has these parameters and clears the span")
    if none(figures, lambda row: as_printed(text(row, "head")) or bool(row["calls_memclr"])):
        head = text(next(iter(figures.values())), "head")
        return does_not_hold(f"it is {head.removeprefix('func ')}, and it clears nothing")
    return holds_in_part("either the parameters or the clearing are so")


CLAIM = Claim(
    Statement(
        id="C026",
        chapter="2.1",
        statement=(
            "allocSpan(vsize, s *mspan, needzero bool) clears the span with memclrNoHeapPointers."
        ),
        method="the text of (*mheap).allocSpan in mheap.go",
        rule=(
            "holds when it has these parameters and calls a memclr function; in part when one "
            "of the two"
        ),
        truth=(
            "allocSpan takes a number of pages, a type and a span class and returns the span. "
            "It only notes in span.needzero whether the memory is dirty; mallocgc clears, and "
            "only when needed (mheap.go, malloc.go)."
        ),
    ),
    measure,
    judge,
)
