"""Go 1.22 fills mcache with spans of common classes at start."""

from __future__ import annotations

from goom.case.claim import Figures, Judgement, Statement, does_not_hold, holds, holds_in_part
from goom.claims.bench.bench import Bench, Go, Row
from goom.claims.bench.claim import Claim
from goom.claims.bench.reading import number

_MUCH_BYTES = 100_000  # a dozen pages: spans that nobody asked for
_STARTS = 7


def measure(bench: Bench) -> Figures:
    """What a new mcache holds, and how much heap is in use when main begins."""
    _, newer, older = bench.pair("1.22", "1.21")
    return {go.version: _measure(go) for go in (older, newer)}


def _measure(go: Go) -> Row:
    made = go.source.function("runtime/mcache.go", "allocmcache")
    return {
        "slots_start_empty": "c.alloc[i] = &emptymspan" in made,
        "refills_at_start": made.count("refill("),
        "heap_inuse_at_main_bytes": min(_in_use_bytes(go) for _ in range(_STARTS)),
    }


def _in_use_bytes(go: Go) -> int:
    """What the runtime's own goroutines have allocated by then differs from start to start."""
    return int(go.run_again("heapfacts", "start").figures()["heap_inuse_bytes"])


def judge(figures: Figures) -> Judgement:
    """New mcaches that ask for spans, and a heap that shows it."""
    older, newer = figures.values()
    extra = number(newer, "heap_inuse_at_main_bytes") - number(older, "heap_inuse_at_main_bytes")
    filled = number(newer, "refills_at_start") > number(older, "refills_at_start")
    if filled and extra > _MUCH_BYTES:
        return holds(f"a new mcache refills itself, and {extra:.0f} bytes more are in use at main")
    if filled or extra > _MUCH_BYTES:
        return holds_in_part(f"{extra:.0f} bytes more are in use when main begins")
    return does_not_hold(
        f"every slot of a new mcache is &emptymspan in both; main begins with {extra:+,.0f} bytes"
    )


CLAIM = Claim(
    Statement(
        id="C024",
        chapter="2.1",
        statement="Since 1.22 mcache is warmed at cold start with spans of common size classes.",
        method=(
            "the body of allocmcache in 1.21 and 1.22; HeapInuse as the first statement of main, "
            "the least of seven starts"
        ),
        rule=(
            "holds when 1.22 fills new mcaches and more than 100 kB more are in use at main; in "
            "part when only one of these"
        ),
        truth=(
            "A new mcache points at &emptymspan in all slots, in every version; each class "
            "fetches its first span when it is first asked for (mcache.go, allocmcache and "
            "refill)."
        ),
    ),
    measure,
    judge,
)
