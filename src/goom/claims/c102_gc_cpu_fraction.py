"""go_memstats_gc_cpu_fraction is the collector's share of CPU."""

from __future__ import annotations

from goom.case.claim import Figures, Judgement, Statement, does_not_hold, holds, holds_in_part
from goom.claims.bench.bench import Bench, Go, Row
from goom.claims.bench.claim import Claim
from goom.claims.bench.debian import CLIENT_LIBRARY, library_version, run, sources
from goom.claims.bench.reading import every, none

_SAID = "go_memstats_gc_cpu_fraction"
_LIBRARY = "github.com/prometheus/client_golang/prometheus"


def measure(bench: Bench) -> Figures:
    """Whether the client library exports it, or has code that did."""
    library = sources(CLIENT_LIBRARY) / _LIBRARY
    files = {path.name for path in library.glob("*.go") if "gc_cpu_fraction" in path.read_text()}
    old = sorted(name for name in files if not name.endswith("_test.go"))
    return bench.each(lambda go: _measure(go, old))


def _measure(go: Go, files: list[str]) -> Row:
    found = run(go, "collector", "names").figures()
    return {
        "exported": _SAID in found["by_default"] + found["with_every_rule"],
        "files_that_have_it": " ".join(files),
        "client_library": library_version(),
    }


def judge(figures: Figures) -> Judgement:
    """Exported now: holds. Only by code for other versions of Go: in part."""
    if every(figures, lambda row: bool(row["exported"])):
        return holds("it is exported")
    if none(figures, lambda row: bool(row["exported"])):
        files = next(iter(figures.values()))["files_that_have_it"]
        if files:
            return holds_in_part(f"it was: only {files}, for older Go, has it; none exports it now")
        return does_not_hold("the library has no such metric")
    return holds_in_part("some versions export it")


CLAIM = Claim(
    Statement(
        id="C102",
        chapter="4.4",
        statement="go_memstats_gc_cpu_fraction is the CPU share of the collector.",
        method=(
            "what a program built against the client library gathers; the library's files that "
            "have the name"
        ),
        rule="holds when it is exported; in part when only files for older versions of Go have it",
        truth=(
            "It was left out because MemStats.GCCPUFraction is an average since the start, which "
            "hardly moves in a program that has run for long."
        ),
        instead=(
            "The rate of /cpu/classes/gc/total:cpu-seconds over that of "
            "/cpu/classes/total:cpu-seconds."
        ),
    ),
    measure,
    judge,
)
