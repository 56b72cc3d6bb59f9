"""The P99 pause is go_gc_duration_seconds_quantile{quantile="0.99"}."""

from __future__ import annotations

from goom.case.claim import Figures, Judgement, Statement, does_not_hold, holds, holds_in_part
from goom.claims.bench.bench import Bench, Go, Row
from goom.claims.bench.claim import Claim
from goom.claims.bench.debian import library_version, run
from goom.claims.bench.reading import every, none, text

_SAID = "go_gc_duration_seconds_quantile"


def measure(bench: Bench) -> Figures:
    """The names and quantiles that the client library exports."""
    return bench.each(_measure)


def _measure(go: Go) -> Row:
    found = run(go, "collector", "names").figures()
    return {
        "has_metric": _SAID in found["by_default"] + found["with_every_rule"],
        "has_summary": "go_gc_duration_seconds" in found["by_default"],
        "quantiles": " ".join(f"{quantile:g}" for quantile in found["quantiles"]),
        "has_pause_histogram": any("gc_pauses_seconds" in name or "pauses_total_gc" in name
                                   for name in found["with_every_rule"]),
        "client_library": library_version(),
    }  # fmt: skip


def judge(figures: Figures) -> Judgement:
    """That name with 0.99: holds. The summary with a quantile 0.99: in part."""
    has_p99 = every(figures, lambda row: "0.99" in text(row, "quantiles").split())
    if every(figures, lambda row: bool(row["has_metric"])) and has_p99:
        return holds("it is exported")
    if has_p99:
        return holds_in_part("the summary has 0.99, under another name")
    quantiles = text(next(iter(figures.values())), "quantiles")
    if none(figures, lambda row: not row["has_summary"]):
        return does_not_hold(f"the summary go_gc_duration_seconds has the quantiles {quantiles}")
    return does_not_hold("there is no such summary")


CLAIM = Claim(
    Statement(
        id="C101",
        chapter="4.4",
        statement='The P99 of pauses is go_gc_duration_seconds_quantile{quantile="0.99"}.',
        method=(
            "a program built against the Prometheus client library (Debian); what its "
            "registries gather"
        ),
        rule="holds when that name and 0.99 are exported; in part when the summary has 0.99",
        truth=(
            "The summary has 0, 0.25, 0.5, 0.75 and 1, of the last 256 pauses at most: an alarm "
            "on 0.99 never rings."
        ),
        instead=(
            "Switch the histogram /sched/pauses/total/gc:seconds on (since 1.22; before "
            "/gc/pauses:seconds) and use histogram_quantile."
        ),
    ),
    measure,
    judge,
)
