"""Sweep termination is slow because of MADV_DONTNEED, sweep.needreclaim and gcMarkDone."""

from __future__ import annotations

from goom.case.claim import Figures, Judgement, Statement, does_not_hold, holds, holds_in_part
from goom.claims.bench.bench import Bench, Go, Row
from goom.claims.bench.claim import Claim
from goom.claims.bench.reading import every, none


def measure(bench: Bench) -> Figures:
    """The name, where gcMarkDone stands, and what gcStart calls before it stops the world."""
    return bench.each(_measure)


def _measure(go: Go) -> Row:
    start = go.source.function("runtime/mgc.go", "gcStart")
    before_stop = start.partition("stopTheWorldWithSema")[0]
    return {
        "names_needreclaim": len(go.source.find(r"(?i)needreclaim", "runtime")),
        "gc_start_releases_memory": "sysUnused" in start or "scavenge" in start.lower(),
        "gc_start_calls_mark_done": "gcMarkDone(" in start,
        "gc_start_sweeps_before_it_stops": "sweepone()" in before_stop,
        "sweep_termination_begins_a_cycle": "SweepTerm" in start,
    }


def judge(figures: Figures) -> Judgement:
    """All three named causes would have to be on the way."""
    names = ("names_needreclaim", "gc_start_releases_memory", "gc_start_calls_mark_done")
    if every(figures, lambda row: all(bool(row[name]) for name in names)):
        return holds("all three are on the way")
    begins = every(
        figures,
        lambda row: bool(
            row["gc_start_sweeps_before_it_stops"] and row["sweep_termination_begins_a_cycle"]
        ),
    )
    if begins and none(figures, lambda row: any(bool(row[name]) for name in names)):
        return does_not_hold(
            "sweep termination begins a cycle: gcStart sweeps what is left and stops the world; it"
            " neither returns memory nor calls gcMarkDone, and there is no needreclaim"
        )
    return holds_in_part("some of the three are on the way")


CLAIM = Claim(
    Statement(
        id="C077",
        chapter="3.3",
        statement=(
            "Latency of sweep termination comes from MADV_DONTNEED, sweep.needreclaim and a "
            "wait in gcMarkDone."
        ),
        method="the body of gcStart (mgc.go) and the name needreclaim in the source",
        rule="holds when all three are on the way to sweep termination; does not hold when "
        "none is and gcStart begins with it",
        truth=(
            "Sweep termination is the first stop of a cycle; its length is the time until every "
            "P has stopped, which long loops without a safe point or a lack of CPU make long. "
            "/sched/pauses/stopping/gc:seconds (1.22) shows that part by itself."
        ),
    ),
    measure,
    judge,
)
