"""Chapter 5: Kubernetes, tracing of MyBatis, edge agents, mTLS, Wasm."""

from __future__ import annotations

from goom.case.claim import Figures, Judgement, Statement, cannot_measure
from goom.claims.bench.bench import Bench, CannotMeasureError
from goom.claims.bench.claim import Claim


def measure(_: Bench) -> Figures:
    """There is nothing about Go's memory to measure."""
    raise CannotMeasureError("it is not about Go's memory, and its figures name no program")


def judge(_: Figures) -> Judgement:
    """As measure says."""
    return cannot_measure("it is not about Go's memory, and its figures name no program")


CLAIM = Claim(
    Statement(
        id="C110",
        chapter="5",
        statement=(
            "Anecdotes: migration to Kubernetes, tracing of MyBatis, edge agents in Rust, mTLS, "
            "Wasm filters."
        ),
        method="none",
        rule="cannot be measured: no statement about Go's allocator or collector",
        truth="None of it bears on Go's memory.",
    ),
    measure,
    judge,
)
