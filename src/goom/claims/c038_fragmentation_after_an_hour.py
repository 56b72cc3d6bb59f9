"""After an hour 3.2 % of the heap is fragmented with the tiny allocator, 1.8 % with jemalloc."""

from __future__ import annotations

from goom.case.claim import Figures, Judgement, Statement, cannot_measure
from goom.case.units import percent_text
from goom.claims.bench.bench import Bench, Go, Row
from goom.claims.bench.claim import Claim
from goom.claims.bench.reading import per_version


def measure(bench: Bench) -> Figures:
    """What can be shown: how much the answer depends on the program that is asked."""
    return bench.each(_measure)


def _measure(go: Go) -> Row:
    return {
        "unused_after_half_is_dropped_fraction": round(
            go.run("heapfacts", "waste").figures()["unused_fraction"], 3
        )
    }


def judge(figures: Figures) -> Judgement:
    """A figure without a program cannot be checked."""
    unused = per_version(figures, "unused_after_half_is_dropped_fraction", percent_text)
    return cannot_measure(
        "no program is named, and the share depends on nothing else: one that drops every second"
        f" of 200,000 mixed objects leaves {unused} of its spans unused"
    )


CLAIM = Claim(
    Statement(
        id="C038",
        chapter="2.2",
        statement=(
            "After an hour external fragmentation is 3.2 % (tiny allocator) against 1.8 % "
            "(jemalloc)."
        ),
        method=(
            "the unused share of spans (HeapInuse less HeapAlloc) in a program that drops half "
            "of its objects"
        ),
        rule="cannot be measured: the figures belong to a program that is not named",
        truth=(
            "Free slots in spans that are in use are what Go calls unused "
            "(/memory/classes/heap/unused:bytes); they come from objects that outlive their "
            "neighbours, and range from nothing to nearly everything."
        ),
    ),
    measure,
    judge,
)
