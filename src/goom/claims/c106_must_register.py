"""MustRegister(NewGoCollector()) enables the metrics."""

from __future__ import annotations

from goom.case.claim import Figures, Judgement, Statement, does_not_hold, holds, holds_in_part
from goom.claims.bench.bench import Bench, Go, Row
from goom.claims.bench.claim import Claim
from goom.claims.bench.debian import library_version, run
from goom.claims.bench.reading import every, none, number, text


def measure(bench: Bench) -> Figures:
    """What the line does, and what the default registry has without it."""
    return bench.each(_measure)


def _measure(go: Go) -> Row:
    again = run(go, "collector", "register")
    found = run(go, "collector", "names").figures()
    return {
        "ends_with_status": again.status,
        "says": (again.stderr.splitlines() or [""])[0],
        "go_metrics_without_it": sum(name.startswith("go_") for name in found["by_default"]),
        "client_library": library_version(),
    }


def judge(figures: Figures) -> Judgement:
    """It runs and adds metrics: holds. They are there without it, and it dies: in part at best."""
    runs = every(figures, lambda row: row["ends_with_status"] == 0)
    there = every(figures, lambda row: number(row, "go_metrics_without_it") > 0)
    if runs:
        return holds_in_part("they are there without it") if there else holds("it adds them")
    if there and none(figures, lambda row: row["ends_with_status"] == 0):
        row = next(iter(figures.values()))
        return holds_in_part(
            f"the metrics are there anyway ({row['go_metrics_without_it']} of them); the line"
            f" ends the program ({text(row, 'says')})"
        )
    return does_not_hold("the line ends the program, and there are no such metrics")


CLAIM = Claim(
    Statement(
        id="C106",
        chapter="4.4",
        statement="prometheus.MustRegister(NewGoCollector(...)) enables Go's runtime metrics.",
        method=(
            "that line in a program built against the client library (Debian); what the default "
            "registry gathers without it"
        ),
        rule=(
            "holds when it runs and the metrics were not there before; in part when they are "
            "there anyway"
        ),
        truth=(
            "The default registry comes with a Go collector, so a second one panics as a duplicate."
        ),
        instead=(
            "Use a registry of your own, or prometheus.Unregister(collectors.NewGoCollector()) "
            "first."
        ),
    ),
    measure,
    judge,
)
