"""The pooled 64 KB buffers stay in mcache over collections."""

from __future__ import annotations

from goom.case.claim import Figures, Judgement, Statement, does_not_hold, holds, holds_in_part
from goom.claims.bench.bench import Bench, Go, Row
from goom.claims.bench.claim import Claim
from goom.claims.bench.reading import every, per_version


def measure(bench: Bench) -> Figures:
    """Whether a pooled 64 KiB buffer has a size class, and how many collections it survives."""
    return bench.each(_measure)


def _measure(go: Go) -> Row:
    found = go.run("largeobjects", "counts", "65536").figures()
    held = go.run("pooled", "64").figures()["heap_after_bytes"]
    return {
        "large_of_1000_buffers": found["65536"],
        "collections_survived_in_pool": _survived(held),
    }


def _survived(heap_bytes: list[int]) -> int:
    """How many collections the heap stays as large as before the first; -1 when to the end."""
    gone = [n for n, size in enumerate(heap_bytes) if size < heap_bytes[0] / 2]
    return gone[0] - 1 if gone else -1


def judge(figures: Figures) -> Judgement:
    """In mcache only with a size class; kept only if collections do not empty the pool."""
    classed = every(figures, lambda row: row["large_of_1000_buffers"] == 0)
    kept = every(figures, lambda row: row["collections_survived_in_pool"] == -1)
    if classed and kept:
        return holds("they have a size class, and the pool keeps them")
    if classed or kept:
        return holds_in_part("they have a size class" if classed else "the pool keeps them")
    survived = per_version(figures, "collections_survived_in_pool")
    return does_not_hold(
        "64 KiB buffers are large objects, which mcache never holds; a pool that nobody uses is"
        f" empty after {survived} more collection"
    )


CLAIM = Claim(
    Statement(
        id="C095",
        chapter="4.3",
        statement=(
            "The 64 KB slabs of the pool stay in mcache across collections, without page splits."
        ),
        method=(
            "how many of 1,000 buffers of 64 KiB count as large; how many collections an entry "
            "survives in an unused sync.Pool"
        ),
        rule="holds when they have a size class and survive; in part when one of these",
        truth=(
            "Objects over 32 KiB never pass through mcache. A sync.Pool moves its entries to a "
            "victim cache at a collection and drops them at the next (sync/pool.go)."
        ),
    ),
    measure,
    judge,
)
