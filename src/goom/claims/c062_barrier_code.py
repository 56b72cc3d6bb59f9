"""gcWriteBarrier in mbitmap.go marks the new object at once, recursively."""

from __future__ import annotations

from goom.case.claim import Figures, Judgement, Statement, does_not_hold, holds, holds_in_part
from goom.claims.bench.bench import Bench, Go, Row
from goom.claims.bench.claim import Claim
from goom.claims.bench.reading import every, none, number


def measure(bench: Bench) -> Figures:
    """Where the barrier is, what it calls, and how many pointers it gathers before it works."""
    return bench.each(_measure)


def _measure(go: Go) -> Row:
    flush = go.source.function("runtime/mwbbuf.go", "wbBufFlush1")
    return {
        "pointers_buffered": int(go.source.constant("wbBufEntries", "runtime/mwbbuf.go")),
        "in_mbitmap": bool(go.source.find(r"gcWriteBarrier", "runtime/mbitmap.go", code_only=True)),
        "in_assembly": bool(go.source.find(r"gcWriteBarrier", "runtime/asm_amd64.s")),
        "names_markobject": len(go.source.find(r"\bmarkobject\(", "runtime", code_only=True)),
        "flush_queues_objects": "putBatch(" in flush or "putObjBatch(" in flush,
        "flush_calls_itself": "wbBufFlush1(" in flush.partition("{")[2],
    }


def judge(figures: Figures) -> Judgement:
    """In mbitmap.go and marking at once: holds."""
    if every(figures, lambda row: bool(row["in_mbitmap"]) and number(row, "names_markobject") > 0):
        return holds("it is in mbitmap.go and marks at once")
    otherwise = every(
        figures,
        lambda row: (
            bool(row["in_assembly"] and row["flush_queues_objects"])
            and not row["flush_calls_itself"]
        ),
    )
    if otherwise and none(
        figures, lambda row: row["names_markobject"] != 0 or bool(row["in_mbitmap"])
    ):
        entries = max(number(row, "pointers_buffered") for row in figures.values())
        return does_not_hold(
            "it is assembly that puts the old and the new pointer into a buffer of the P; after"
            f" {entries:.0f} pointers that is emptied into the mark queue, without recursion"
        )
    return holds_in_part("some of the names are there")


CLAIM = Claim(
    Statement(
        id="C062",
        chapter="3.1",
        statement=(
            "gcWriteBarrier(ptr, newobj) in mbitmap.go checks isMarked and calls markobject "
            "recursively."
        ),
        method=(
            "gcWriteBarrier in mbitmap.go and asm_amd64.s, the name markobject, the body of "
            "wbBufFlush1 (mwbbuf.go)"
        ),
        rule=(
            "holds when it is in mbitmap.go and markobject exists; does not hold when it is "
            "assembly that fills a buffer"
        ),
        truth=(
            "gcWriteBarrier1 to 8 (asm_amd64.s) reserve room in p.wbBuf and return; wbBufFlush1 "
            "greys what is in it, an object at a time."
        ),
    ),
    measure,
    judge,
)
