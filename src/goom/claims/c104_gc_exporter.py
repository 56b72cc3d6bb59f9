"""go-gc-exporter v0.5.0 is imported as github.com/uber-go/goleak."""

from __future__ import annotations

from goom.case.claim import Figures, Judgement, Statement, does_not_hold, holds, holds_in_part
from goom.claims.bench.bench import Bench, Row
from goom.claims.bench.claim import Claim
from goom.claims.bench.debian import GOLEAK, sources
from goom.claims.bench.reading import text

_SAID = "github.com/uber-go/goleak"


def measure(bench: Bench) -> Figures:
    """What goleak calls itself, and whether it exports anything."""
    root = sources(GOLEAK) / "go.uber.org" / "goleak"
    module = (root / "go.mod").read_text(encoding="utf-8").split()
    code = [path.read_text(encoding="utf-8").lower() for path in root.rglob("*.go")]
    row: Row = {
        "module": module[module.index("module") + 1],
        "files": len(code),
        "files_about_prometheus": sum("prometheus" in one for one in code),
    }
    return {go.version: row for go in bench.versions}


def judge(figures: Figures) -> Judgement:
    """An exporter under that path: holds."""
    row = next(iter(figures.values()))
    same, exports = text(row, "module") == _SAID, row["files_about_prometheus"] != 0
    if same and exports:
        return holds("the module of that path exports metrics")
    if same or exports:
        return holds_in_part("the path is so" if same else "it exports metrics")
    return does_not_hold(
        f"goleak calls itself {text(row, 'module')}, finds leaked goroutines in tests, and none of"
        f" its {row['files']} files has to do with Prometheus"
    )


CLAIM = Claim(
    Statement(
        id="C104",
        chapter="4.4",
        statement="go-gc-exporter (v0.5.0+) is embedded by importing github.com/uber-go/goleak.",
        method="go.mod and sources of goleak (Debian)",
        rule="holds when its module has that path and exports metrics; in part when one of these",
        truth=(
            "goleak fails a test that leaves goroutines behind; a module of that path cannot be "
            "imported under another. We know of no exporter named go-gc-exporter. "
            "The client library's own Go collector is what is meant."
        ),
    ),
    measure,
    judge,
)
