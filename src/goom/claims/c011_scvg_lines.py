"""The trace has scvg lines with heap_alloc, heap_released and heap_inuse."""

from __future__ import annotations

import re

from goom.case.claim import Figures, Judgement, Statement, does_not_hold, holds, holds_in_part
from goom.claims.bench.bench import Bench, Go, Row
from goom.claims.bench.claim import Claim
from goom.claims.bench.reading import every, none, number, per_version
from goom.claims.bench.running import Setting

_AS_ARTICLE = Setting(environment=(("GODEBUG", "gctrace=1,gcpacertrace=1"),))
_SCAVENGER = Setting(environment=(("GODEBUG", "gctrace=1,scavtrace=1"),))
_FIELDS = re.compile(r"heap_?(alloc|released|inuse)\b", re.IGNORECASE)


def measure(bench: Bench) -> Figures:
    """What the named settings print, and what the key of the scavenger prints."""
    return bench.each(_measure)


def _measure(go: Go) -> Row:
    named, scavenger = (
        go.run("pacing", "steady", "8", "200", "1", setting=setting).stderr.splitlines()
        for setting in (_AS_ARTICLE, _SCAVENGER)
    )
    return {
        "scvg_lines": sum(line.startswith("scvg") for line in named + scavenger),
        "lines_with_these_fields": sum(bool(_FIELDS.search(line)) for line in named + scavenger),
        "scav_lines_with_scavtrace": sum(line.startswith("scav ") for line in scavenger),
        "scav_lines_without_scavtrace": sum(line.startswith("scav ") for line in named),
        "scvg_in_the_source": len(go.source.find(r"\bscvg\b", "runtime")),
    }


def judge(figures: Figures) -> Judgement:
    """A line of that name, and the fields in it."""
    said = (
        f"scvg lines: {per_version(figures, 'scvg_lines')}; lines with such fields:"
        f" {per_version(figures, 'lines_with_these_fields')}; scav lines with scavtrace=1:"
        f" {per_version(figures, 'scav_lines_with_scavtrace')}, without:"
        f" {per_version(figures, 'scav_lines_without_scavtrace')}"
    )
    if every(figures, lambda row: _has(row, "scvg_lines") and _has(row, "lines_with_these_fields")):
        return holds(said)
    if none(figures, lambda row: _has(row, "scvg_lines") or _has(row, "lines_with_these_fields")):
        return does_not_hold(said)
    return holds_in_part(said)


def _has(row: Row, name: str) -> bool:
    return number(row, name) > 0


CLAIM = Claim(
    Statement(
        id="C011",
        chapter="1",
        statement=(
            "That trace has scvg lines, from which heap_alloc, heap_released and heap_inuse are"
            " read."
        ),
        method=(
            "a program that makes 200 MiB of garbage, with the named keys and with scavtrace=1;"
            " lines that begin with scvg or scav, lines with these fields"
        ),
        rule="holds when every version prints both the line and the fields, not when none does",
        truth=(
            "No version since 1.19 has such a line. The scavenger prints `scav … KiB work (bg)`"
            " lines, with GODEBUG=scavtrace=1 alone (mgcscavenge.go, printScavTrace)."
        ),
        instead=(
            "Use GODEBUG=scavtrace=1, or /memory/classes/heap/released:bytes and its siblings of"
            " runtime/metrics."
        ),
    ),
    measure,
    judge,
)
