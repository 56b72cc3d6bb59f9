"""With GOGC=100 the heap outgrows the sweeper."""

from __future__ import annotations

from goom.case.claim import Figures, Judgement, Statement, does_not_hold, holds, holds_in_part
from goom.claims.bench.bench import Bench, Go, Row
from goom.claims.bench.claim import Claim
from goom.claims.bench.reading import every, number, per_version
from goom.claims.bench.running import Setting

_LATE = "cycles_begun_past_their_goal"
_TRACED = Setting(environment=(("GODEBUG", "gctrace=1"),))


def measure(bench: Bench) -> Figures:
    """Whether allocation pays for sweeping, and where a busy heap starts its next cycle."""
    return bench.each(_measure)


def _measure(go: Go) -> Row:
    cycles = go.run("assisting", "50", "1.5", "0", setting=_TRACED).trace().cycles
    automatic = ~cycles.forced
    over = cycles.heap_start_bytes[automatic] > cycles.goal_bytes[automatic]
    small = go.source.function("runtime/mcentral.go", "cacheSpan")
    large = go.source.function("runtime/mcache.go", "allocLarge")
    start = go.source.function("runtime/mgc.go", "gcStart")
    return {
        _LATE: int(over.sum()),
        "cycles": int(automatic.sum()),
        "small_spans_pay": "deductSweepCredit(" in small,
        "large_objects_pay": "deductSweepCredit(" in large,
        "next_cycle_sweeps_the_rest": "sweepone()" in start,
    }


def judge(figures: Figures) -> Judgement:
    """Outgrown when spans stay unswept as the next cycle begins, or cycles begin too late."""
    pays = every(
        figures,
        lambda row: bool(
            row["small_spans_pay"]
            and row["large_objects_pay"]
            and row["next_cycle_sweeps_the_rest"]
        ),
    )
    late = every(figures, lambda row: number(row, _LATE) > number(row, "cycles") / 2)
    if pays and not late:
        return does_not_hold(
            f"whoever takes a span sweeps for it first, and of {per_version(figures, 'cycles')}"
            f" cycles of a busy program {per_version(figures, _LATE)} began past their goal"
        )
    return holds_in_part("cycles begin past their goal") if pays else holds("nobody pays for it")


CLAIM = Claim(
    Statement(
        id="C088",
        chapter="4.2",
        statement="At GOGC=100 the heap grows faster than it is swept.",
        method=(
            "deductSweepCredit in the paths that take spans, sweeping in gcStart; where cycles "
            "of a busy program begin (gctrace)"
        ),
        rule=(
            "does not hold when both paths pay, gcStart sweeps the rest, and not every version "
            "begins most of its cycles past their goal"
        ),
        truth=(
            "Sweeping is proportional: to get a span an allocation sweeps its share of pages "
            "first (mgcsweep.go, deductSweepCredit), and a cycle starts with everything swept."
        ),
    ),
    measure,
    judge,
)
