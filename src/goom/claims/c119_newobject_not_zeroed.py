"""Go's newobject is mallocgc(size, typ, false), as the fallback file has it."""

from __future__ import annotations

from goom.case.claim import Figures, Judgement, Statement, does_not_hold, holds, holds_in_part
from goom.claims.bench.bench import Bench, Go, Row
from goom.claims.bench.claim import Claim
from goom.claims.bench.reading import every, none, number, per_version

_DIRTY = "objects_not_zero_with_false"


def measure(bench: Bench) -> Figures:
    """What Go passes, and what comes out of room used before with either."""
    return bench.each(_measure)


def _measure(go: Go) -> Row:
    body = go.source.function("runtime/malloc.go", "newobject")
    return {
        "newobject_passes_true": ", true)" in body,
        "newobject_passes_false": ", false)" in body,
        _DIRTY: go.run("unzeroed", "false").figures()["not_zero"],
        "objects_not_zero_with_true": go.run("unzeroed", "true").figures()["not_zero"],
    }


def judge(figures: Figures) -> Judgement:
    """Not so when Go passes true; that it matters is measured."""
    dirty = per_version(figures, _DIRTY, "{:,.0f}")
    if every(figures, lambda row: bool(row["newobject_passes_false"])):
        return holds("newobject passes false")
    if none(figures, lambda row: bool(row["newobject_passes_false"])):
        harm = every(figures, lambda row: number(row, _DIRTY) > 0)
        return does_not_hold(
            "it passes true. With false, of 20,000 new objects in room used before"
            f" {dirty} came with what the dead had left in them"
            + ("" if harm else ", though not in every version")
        )
    return holds_in_part("some versions pass false")


CLAIM = Claim(
    Statement(
        id="C119",
        chapter="4.2",
        statement="By default newobject is mallocgc(uintptr(typ.size), typ, false).",
        method=(
            "the body of newobject (malloc.go); 20,000 objects of 64 bytes from mallocgc"
            " (linkname), with needzero false and true, where written ones had died"
        ),
        rule="holds when newobject passes false; does not hold when it passes true everywhere",
        truth=(
            "It is mallocgc(typ.Size_, typ, true): the last argument asks for zeroed memory. With"
            " false new(T) is not zero, which the language promises, and stale words pass for"
            " pointers."
        ),
        instead="Leave package runtime alone; what allocates too much is in the heap profile.",
    ),
    measure,
    judge,
)
