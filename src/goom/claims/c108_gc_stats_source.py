"""go_gc_duration_seconds comes from debug.GCStats, in nanoseconds."""

from __future__ import annotations

from goom.case.claim import Figures, Judgement, Statement, does_not_hold, holds, holds_in_part
from goom.claims.bench.bench import Bench, Go, Row
from goom.claims.bench.claim import Claim
from goom.claims.bench.debian import CLIENT_LIBRARY, library_version, run, sources
from goom.claims.bench.reading import every

_FILE = "github.com/prometheus/client_golang/prometheus/go_collector.go"


def measure(bench: Bench) -> Figures:
    """Sum and count of the summary against debug.ReadGCStats in the same process."""
    code = (sources(CLIENT_LIBRARY) / _FILE).read_text(encoding="utf-8")
    return bench.each(lambda go: _measure(go, "debug.ReadGCStats(" in code))


def _measure(go: Go, reads: bool) -> Row:
    found = run(go, "collector", "names").figures()
    return {
        "sum_equals_gc_stats": found["sum_equals_gc_stats"],
        "count_equals_gc_stats": found["count_equals_gc_stats"],
        "library_reads_gc_stats": reads,
        "client_library": library_version(),
    }


def judge(figures: Figures) -> Judgement:
    """Equal to the nanosecond, and read there."""
    equal = every(
        figures, lambda row: bool(row["sum_equals_gc_stats"] and row["count_equals_gc_stats"])
    )
    reads = every(figures, lambda row: bool(row["library_reads_gc_stats"]))
    if equal and reads:
        return holds("sum and count equal debug.GCStats to the nanosecond")
    return holds_in_part("one of the two") if equal or reads else does_not_hold("it is not read")


CLAIM = Claim(
    Statement(
        id="C108",
        chapter="4.4",
        statement="go_gc_duration_seconds is taken from runtime/debug.GCStats, to the nanosecond.",
        method=(
            "sum and count of the summary against debug.ReadGCStats in the same process; the "
            "library's source"
        ),
        rule="holds when both are equal to the nanosecond and the library reads GCStats",
        truth="Yes; quantiles are over the last 256 pauses at most, sum and count over all.",
    ),
    measure,
    judge,
)
