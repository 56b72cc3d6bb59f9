"""The write barrier works only while marking."""

from __future__ import annotations

import re

from goom.case.claim import Figures, Judgement, Statement, does_not_hold, holds, holds_in_part
from goom.claims.bench.bench import Bench, Go, Row
from goom.claims.bench.claim import Claim
from goom.claims.bench.reading import every, number, per_version


def measure(bench: Bench) -> Figures:
    """When the flag is set, and whether stores are dearer while marking."""
    return bench.each(_measure)


def _measure(go: Go) -> Row:
    phase = go.source.function("runtime/mgc.go", "setGCPhase")
    return {
        "flag_follows_the_phase": bool(
            re.search(r"writeBarrier\.(enabled|needed) = gcphase == _GCmark\b", phase)
        ),
        "also_in_mark_termination": "_GCmarktermination" in phase,
        "places_that_set_it": len(
            go.source.find(r"writeBarrier\.enabled = ", "runtime", code_only=True)
        ),
        "compiler_tests_the_flag": bool(
            go.source.find(r"writeBarrier", "cmd/compile/internal/ssa/writebarrier.go")
        ),
    }


def judge(figures: Figures) -> Judgement:
    """One place sets the flag, by the phase."""
    phase = every(figures, lambda row: bool(row["flag_follows_the_phase"]))
    alone = every(figures, lambda row: number(row, "places_that_set_it") == 1)
    tested = every(figures, lambda row: bool(row["compiler_tests_the_flag"]))
    if phase and alone and tested:
        return holds("compiled stores test a flag, which setGCPhase alone sets: mark phases")
    if phase:
        places = per_version(figures, "places_that_set_it")
        return holds_in_part(f"the flag follows the phase, but {places} places set it")
    return does_not_hold("the flag does not follow the phase")


CLAIM = Claim(
    Statement(
        id="C063",
        chapter="3.1",
        statement="The write barrier is active only in the mark phase.",
        method=(
            "setGCPhase (mgc.go), every place that sets writeBarrier.enabled, the compiler's "
            "test of it; what a store costs in and out of marking is C064"
        ),
        rule=(
            "holds when setGCPhase alone sets the flag, for mark phases; in part when others "
            "set it too"
        ),
        truth=(
            "Marking and mark termination. Outside, a store of a pointer still tests the flag: "
            "one compare and a branch that is not taken (mgc.go, "
            "cmd/compile/internal/ssa/writebarrier.go)."
        ),
    ),
    measure,
    judge,
)
