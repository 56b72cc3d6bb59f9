"""Page reuse rises by 92 %."""

from __future__ import annotations

from goom.case.claim import Figures, Judgement, Statement, cannot_measure
from goom.claims.bench.bench import Bench, Go, Row
from goom.claims.bench.claim import Claim
from goom.claims.bench.reading import per_version


def measure(bench: Bench) -> Figures:
    """Whether any figure of the runtime is called so."""
    return bench.each(_measure)


def _measure(go: Go) -> Row:
    names = go.source.find(r'Name:\s+"/', "runtime/metrics/description.go")
    return {
        "runtime_metrics": len(names),
        "metrics_about_reuse": sum("reuse" in hit.text.lower() for hit in names),
    }


def judge(figures: Figures) -> Judgement:
    """A figure without a definition cannot be checked."""
    count = per_version(figures, "runtime_metrics")
    reuse = per_version(figures, "metrics_about_reuse")
    return cannot_measure(
        f"none of Go's {count} metrics is called so ({reuse}), and neither program nor method is"
        " given"
    )


CLAIM = Claim(
    Statement(
        id="C100",
        chapter="4.3",
        statement="With the pool the page reuse rate rises by 92 %.",
        method="names of runtime/metrics",
        rule="cannot be measured: no definition, no program",
        truth="There is no such metric. That pooling spares allocation is C096.",
    ),
    measure,
    judge,
)
