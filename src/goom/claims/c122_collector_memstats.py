"""The Prometheus Go collector is bound to runtime.ReadMemStats."""

from __future__ import annotations

import re
from pathlib import Path

from goom.case.claim import Figures, Judgement, Statement, does_not_hold, holds, holds_in_part
from goom.claims.bench.bench import Bench, Row
from goom.claims.bench.claim import Claim
from goom.claims.bench.debian import CLIENT_LIBRARY, library_version, sources
from goom.claims.bench.reading import every, number

_LIBRARY = "github.com/prometheus/client_golang/prometheus"
_CALL = re.compile(r"^[^/\n]*\bruntime\.ReadMemStats\b", re.M)
_METRICS = re.compile(r"^[^/\n]*\bmetrics\.Read\(", re.M)
_OLDER_THAN = re.compile(r"^//go:build !go1\.(\d+)$", re.M)


def measure(bench: Bench) -> Figures:
    """Which of the collector's files, built by this version, read the figures, and from where."""
    library = sources(CLIENT_LIBRARY) / _LIBRARY
    files = [path for path in sorted(library.glob("go_collector*.go")) if _is_code(path)]
    texts = [path.read_text(encoding="utf-8") for path in files]
    return bench.each(lambda go: _measure(go.release, texts))


def _is_code(path: Path) -> bool:
    return not path.name.endswith("_test.go")


def _measure(release: tuple[int, int], texts: list[str]) -> Row:
    built = [text for text in texts if _builds(release, text)]
    return {
        "files_of_the_collector": len(texts),
        "files_that_read_mem_stats": sum(bool(_CALL.search(text)) for text in texts),
        "of_those_built": sum(bool(_CALL.search(text)) for text in built),
        "files_built_that_read_metrics": sum(bool(_METRICS.search(text)) for text in built),
        "client_library": library_version(),
    }


def _builds(release: tuple[int, int], text: str) -> bool:
    older = _OLDER_THAN.search(text)
    return older is None or release < (1, int(older[1]))


def judge(figures: Figures) -> Judgement:
    """It reads them when a file that is built calls it."""
    if every(figures, lambda row: number(row, "of_those_built") > 0):
        return holds("the collector calls runtime.ReadMemStats")
    reads = every(figures, lambda row: number(row, "files_built_that_read_metrics") > 0)
    called = every(figures, lambda row: number(row, "files_that_read_mem_stats") > 0)
    if called:
        instead = "read runtime/metrics" if reads else "do not"
        return holds_in_part(f"only its file for older Go calls it; those built now {instead}")
    return does_not_hold("no file of the collector calls it")


CLAIM = Claim(
    Statement(
        id="C122",
        chapter="4.4",
        statement="Registering the Go collector binds it to runtime.ReadMemStats.",
        method=(
            "the files of the client library's Go collector (Debian): which call ReadMemStats or"
            " metrics.Read, and which of them these versions build"
        ),
        rule=(
            "holds when a file that is built calls ReadMemStats; in part when only files for other"
            " versions do; does not hold when none does"
        ),
        truth=(
            "Since Go 1.17 the collector reads runtime/metrics, which does not stop the world;"
            " ReadMemStats does, for some tens of microseconds (mstats.go)."
        ),
    ),
    measure,
    judge,
)
