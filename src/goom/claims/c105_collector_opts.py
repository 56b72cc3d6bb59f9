"""NewGoCollector takes GoCollectorOpts{ReportUnmodified: true}."""

from __future__ import annotations

from goom.case.claim import Figures, Judgement, Statement, does_not_hold, holds, holds_in_part
from goom.claims.bench.bench import Bench, Go, Row
from goom.claims.bench.claim import Claim
from goom.claims.bench.debian import compiles, library_version, run
from goom.claims.bench.reading import every, none, text


def measure(bench: Bench) -> Figures:
    """Whether it builds, next to a program that does."""
    return bench.each(_measure)


def _measure(go: Go) -> Row:
    built = compiles(go, "collector_opts")
    return {
        "builds": built.built,
        "go_says": built.message.rpartition("undefined: ")[2] if not built.built else "",
        "control_builds": run(go, "collector", "names").status == 0,
        "client_library": library_version(),
    }


def judge(figures: Figures) -> Judgement:
    """It holds when it builds."""
    if every(figures, lambda row: bool(row["builds"])):
        return holds("it builds")
    if none(figures, lambda row: bool(row["builds"]) or not row["control_builds"]):
        said = text(next(iter(figures.values())), "go_says")
        return does_not_hold(f"it does not build (undefined: {said})")
    return holds_in_part("some versions build it")


CLAIM = Claim(
    Statement(
        id="C105",
        chapter="4.4",
        statement=(
            "prometheus.NewGoCollector(prometheus.GoCollectorOpts{ReportUnmodified: true}) "
            "switches all metrics on."
        ),
        method=(
            "go build of that line against the client library (Debian), next to a program that "
            "builds"
        ),
        rule="holds when it builds; does not hold when only the other program builds",
        truth=(
            "There is neither the type nor the option. collectors.NewGoCollector takes "
            "functions, such as WithGoCollectorRuntimeMetrics with a rule."
        ),
    ),
    measure,
    judge,
)
