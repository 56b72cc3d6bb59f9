"""Long-lived objects in a sync.Pool keep memory from being freed."""

from __future__ import annotations

from goom.case.claim import Figures, Judgement, Statement, does_not_hold, holds, holds_in_part
from goom.case.units import MIB
from goom.claims.bench.bench import Bench, Go, Row
from goom.claims.bench.claim import Claim
from goom.claims.bench.reading import every, number, per_version

_SIZE_MIB = 64
_KEPT = "collections_survived"


def measure(bench: Bench) -> Figures:
    """How many collections an object of 64 MiB survives in a pool that nobody takes from."""
    return bench.each(_measure)


def _measure(go: Go) -> Row:
    heap = go.run("pooled", str(_SIZE_MIB)).figures()["heap_after_bytes"]
    kept = [size >= _SIZE_MIB * MIB for size in heap[1:]]
    return {_KEPT: sum(kept), "collections_tried": len(kept), "heap_at_last_bytes": heap[-1]}


def judge(figures: Figures) -> Judgement:
    """Kept for good, kept for a while, or not kept at all."""
    said = (
        f"64 MiB in a pool survived {per_version(figures, _KEPT)} of"
        f" {per_version(figures, 'collections_tried')} collections"
    )
    if every(figures, lambda row: number(row, _KEPT) == number(row, "collections_tried")):
        return holds(said)
    if every(figures, lambda row: number(row, _KEPT) == 0):
        return does_not_hold(said)
    return holds_in_part(said)


CLAIM = Claim(
    Statement(
        id="C009",
        chapter="1",
        statement=(
            "Putting long-lived objects into a sync.Pool keeps them from being reclaimed in time."
        ),
        method="an object of 64 MiB put into a pool; HeapAlloc after each of four collections",
        rule=(
            "holds when it survives all four, does not hold when it survives none,"
            " otherwise in part"
        ),
        truth=(
            "A pool lets go of what nobody took at the second collection: the first moves it to the"
            " victim cache (sync/pool.go, poolCleanup). What does keep memory is a busy pool whose"
            " buffers grew large once and are put back for ever."
        ),
        instead="Do not put a buffer back whose capacity is above a bound.",
    ),
    measure,
    judge,
)
