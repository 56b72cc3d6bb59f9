"""A heap that grows for hours lacks a manual runtime.GC()."""

from __future__ import annotations

from goom.case.claim import Figures, Judgement, Statement, does_not_hold, holds, holds_in_part
from goom.case.units import percent_text
from goom.claims.bench.bench import Bench, Go, Row
from goom.claims.bench.claim import Claim
from goom.claims.bench.reading import every, number, numbers, per_version

_FREED, _AUTOMATIC = "freed_by_runtime_gc_fraction", "automatic_collections"


def measure(bench: Bench) -> Figures:
    """A program that keeps ever more and never calls runtime.GC, until it does."""
    return bench.each(_measure)


def _measure(go: Go) -> Row:
    found = go.run("pacing", "leak", "60").figures()
    period = go.source.first(r"forcegcperiod\s+int64\s*=", "runtime/proc.go")
    return {
        _FREED: found["freed_by_call_objects"] / found["kept_objects"],
        _AUTOMATIC: found["automatic_cycles"],
        "forced_at_least_each": period.text.partition("=")[2].strip() if period else None,
    }


def judge(figures: Figures) -> Judgement:
    """The call is missing when it would free what was kept, or nothing else collects."""
    said = (
        f"the collector ran {per_version(figures, _AUTOMATIC)} times by itself, and runtime.GC()"
        f" then freed {percent_text(max(numbers(figures, _FREED).values()))} of what was kept"
    )
    if every(figures, lambda row: number(row, _AUTOMATIC) >= 3 and number(row, _FREED) <= 0.02):
        return does_not_hold(said)
    if every(figures, lambda row: number(row, _AUTOMATIC) == 0 or number(row, _FREED) >= 0.5):
        return holds(said)
    return holds_in_part(said)


CLAIM = Claim(
    Statement(
        id="C017",
        chapter="1",
        statement=(
            "For a kill after hours with slowly rising heap_objects, check whether a manual call of"
            " runtime.GC() is missing."
        ),
        method=(
            "60 MiB kept and as much wasted without a call; collections that ran by themselves,"
            " then the share of the objects kept that one runtime.GC() frees"
        ),
        rule=(
            "does not hold when every version collected three times by itself and the call frees"
            " 2 % at most; holds when it frees half, or nothing collected; otherwise in part"
        ),
        truth=(
            "A collection starts by itself at the trigger, and each two minutes at the latest"
            " (proc.go, forcegcperiod). What stays after it is reachable: a leak in the program,"
            " which no call can free."
        ),
        instead="Compare two heap profiles taken some minutes apart, and bound what grew.",
    ),
    measure,
    judge,
)
