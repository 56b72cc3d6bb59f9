"""Leaked goroutines show as growth outside of the heap: Sys - HeapSys."""

from __future__ import annotations

from goom.case.claim import Figures, Judgement, Statement, does_not_hold, holds, holds_in_part
from goom.claims.bench.bench import Bench, Go, Row
from goom.claims.bench.claim import Claim
from goom.claims.bench.reading import every, number, per_version

_GOROUTINES = 20_000


def measure(bench: Bench) -> Figures:
    """What each leaked goroutine adds, inside of the heap and outside."""
    return bench.each(_measure)


def _measure(go: Go) -> Row:
    found = go.run("tickers", str(_GOROUTINES)).figures()
    count = found["leaked_goroutines"]
    outside, inside = found["sys_less_heap_sys_growth_bytes"], found["heap_growth_bytes"]
    return {
        "outside_of_heap_fraction": round(outside / (outside + inside), 2),
        "outside_of_heap_per_goroutine_bytes": round(outside / count),
        "stack_per_goroutine_bytes": round(found["stack_growth_bytes"] / count),
        "heap_per_goroutine_bytes": round(inside / count),
    }


def judge(figures: Figures) -> Judgement:
    """Nearly all of it outside: holds. Some: in part."""
    name = "outside_of_heap_fraction"
    said = (
        f"a leaked goroutine adds {per_version(figures, 'outside_of_heap_per_goroutine_bytes')}"
        f" bytes outside of the heap and {per_version(figures, 'heap_per_goroutine_bytes')} inside"
    )
    if every(figures, lambda row: number(row, name) > 0.9):
        return holds(said)
    if every(figures, lambda row: number(row, name) > 0.1):
        return holds_in_part(said)
    return does_not_hold(said)


CLAIM = Claim(
    Statement(
        id="C080",
        chapter="4.1",
        statement="A goroutine leak shows as a rise of Sys - HeapSys, memory outside of the heap.",
        method="MemStats before and after 20,000 goroutines that wait for a ticker",
        rule="holds when over 90 % of the growth is outside of the heap; in part when over 10 % is",
        truth=(
            "The stack (2 KiB at least) is outside of HeapSys; what the goroutine refers to, "
            "its timer and its g are not."
        ),
        instead="Count goroutines: /sched/goroutines:goroutines.",
    ),
    measure,
    judge,
)
