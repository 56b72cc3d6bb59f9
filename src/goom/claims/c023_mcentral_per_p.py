"""Go 1.22 gives each P its own mcentral and so drops a global lock."""

from __future__ import annotations

from goom.case.claim import (
    Figures,
    Judgement,
    Statement,
    cannot_measure,
    does_not_hold,
    holds,
    holds_in_part,
)
from goom.claims.bench.bench import Bench, Go, Row
from goom.claims.bench.claim import Claim
from goom.claims.bench.layout import layout
from goom.claims.bench.reading import number

_LOCK = r"\b(un)?lock(WithRank)?\("


def measure(bench: Bench) -> Figures:
    """Mcentral of 1.21 and 1.22: where it stands, what locks it takes."""
    _, newer, older = bench.pair("1.22", "1.21")
    return {go.version: _measure(go) for go in (older, newer)}


def _measure(go: Go) -> Row:
    return {
        "mcentral_fields_of_p": len(layout(go, "runtime.p").fields_like("mcentral")),
        "central_of_mheap": "mcentral" in layout(go, "runtime.mheap").fields.get("central", ""),
        "mutexes_of_mcentral": len(layout(go, "runtime.mcentral").fields_like("mutex")),
        "locks_taken": len(go.source.find(_LOCK, "runtime/mcentral.go", code_only=True)),
    }


def judge(figures: Figures) -> Judgement:
    """Moved to P, lock gone: holds; one of the two: in part."""
    older, newer = figures.values()
    moved = number(newer, "mcentral_fields_of_p") > number(older, "mcentral_fields_of_p")
    unlocked = number(older, "mutexes_of_mcentral") > number(newer, "mutexes_of_mcentral")
    if moved and unlocked:
        return holds("P has an mcentral in 1.22, and its mutex is gone")
    if moved or unlocked:
        return holds_in_part("mcentral moved" if moved else "the mutex went, mcentral stayed")
    if not (older["central_of_mheap"] and newer["central_of_mheap"]):
        return cannot_measure("mcentral stands neither in mheap nor newly in P")
    mutexes = max(number(row, "mutexes_of_mcentral") for row in (older, newer))
    return does_not_hold(
        "in both, mheap_ holds the one array of mcentrals, P has none, and mcentral has"
        f" {mutexes:.0f} mutexes"
    )


CLAIM = Claim(
    Statement(
        id="C023",
        chapter="2.1",
        statement="Go 1.22 removes the global lock of mcentral: each P has an mcentral of its own.",
        method=(
            "fields of p, mheap and mcentral from debug information of 1.21 and 1.22; calls of "
            "lock in mcentral.go"
        ),
        rule=(
            "holds when 1.22 has an mcentral in P that 1.21 lacks and a mutex went with it; in "
            "part when only one of these"
        ),
        truth=(
            "mheap_.central is one array with an mcentral for each of the 136 span classes, in "
            "every version. There was no mutex to remove: since 1.15 an mcentral keeps its "
            "spans in lock-free spanSets (mcentral.go)."
        ),
    ),
    measure,
    judge,
)
