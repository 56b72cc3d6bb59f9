"""Each P has an mcache, which it uses without a lock."""

from __future__ import annotations

from goom.case.claim import Figures, Judgement, Statement, does_not_hold, holds, holds_in_part
from goom.claims.bench.bench import Bench, Go, Row
from goom.claims.bench.claim import Claim
from goom.claims.bench.layout import layout
from goom.claims.bench.reading import every

_FAST_PATH = (("runtime/malloc.go", "nextFreeFast"), ("runtime/malloc.go", "nextFree"))


def measure(bench: Bench) -> Figures:
    """The field of P, the mutexes in mcache, and the locks that its fast path takes."""
    return bench.each(_measure)


def _measure(go: Go) -> Row:
    paths = [go.source.function(file, name) for file, name in _FAST_PATH]
    return {
        "mcache_of_p": layout(go, "runtime.p").fields.get("mcache", ""),
        "slots_of_mcache": layout(go, "runtime.mcache").fields.get("alloc", ""),
        "mutexes_of_mcache": len(layout(go, "runtime.mcache").fields_like("mutex")),
        "locks_on_the_fast_path": sum(path.count("lock(") for path in paths if path),
        "functions_read": sum(bool(path) for path in paths),
    }


def judge(figures: Figures) -> Judgement:
    """One mcache for each P, no mutex in it, no lock taken on the way through it."""
    if not every(figures, lambda row: row["mcache_of_p"] == "*runtime.mcache"):
        return does_not_hold("P has no mcache of its own")
    free = every(
        figures,
        lambda row: (
            row["mutexes_of_mcache"] == 0
            and row["locks_on_the_fast_path"] == 0
            and row["functions_read"] == len(_FAST_PATH)
        ),
    )
    if free:
        return holds("P has a *mcache; there is no mutex in it, and nextFree takes no lock")
    return holds_in_part("P has a *mcache, but there is a lock on its way")


CLAIM = Claim(
    Statement(
        id="C020",
        chapter="2.1",
        statement="Each P has an mcache of its own that serves small objects without locks.",
        method=(
            "types from debug information; calls of lock in nextFreeFast and mcache.nextFree "
            "(malloc.go)"
        ),
        rule="holds when P has the field, mcache has no mutex, and the fast path takes no lock",
        truth=(
            "P.mcache has 136 slots, one span for each span class (68 size classes, with and "
            "without pointers). Only its owner P touches it (mcache.go)."
        ),
    ),
    measure,
    judge,
)
