"""Allocation surges show in go_gc_heap_allocs_by_size_bytes_total."""

from __future__ import annotations

from goom.case.claim import Figures, Judgement, Statement, does_not_hold, holds, holds_in_part
from goom.claims.bench.bench import Bench, Go, Row
from goom.claims.bench.claim import Claim
from goom.claims.bench.debian import library_version, run
from goom.claims.bench.reading import every, none, number

_SAID, _BASE = "go_gc_heap_allocs_by_size_bytes_total", "go_gc_heap_allocs_by_size_bytes"


def measure(bench: Bench) -> Figures:
    """That name and its base, by default and with every rule switched on."""
    return bench.each(_measure)


def _measure(go: Go) -> Row:
    found = run(go, "collector", "names").figures()
    return {
        "by_default": sum(name.startswith(_BASE) for name in found["by_default"]),
        "with_every_rule": " ".join(
            name for name in found["with_every_rule"] if name.startswith(_BASE)
        ),
        "client_library": library_version(),
    }


def judge(figures: Figures) -> Judgement:
    """By that name without a rule: holds. With one, or as a histogram: in part."""
    named = every(figures, lambda row: _SAID in str(row["with_every_rule"]).split())
    if named and every(figures, lambda row: number(row, "by_default") > 0):
        return holds("it is exported by default")
    if none(figures, lambda row: not row["with_every_rule"]):
        name = next(iter(figures.values()))["with_every_rule"]
        return holds_in_part(f"only with a rule that asks for it, as {name}")
    return does_not_hold("no such metric")


CLAIM = Claim(
    Statement(
        id="C103",
        chapter="4.4",
        statement="go_gc_heap_allocs_by_size_bytes_total shows surges of allocation.",
        method=(
            "what a program built against the client library gathers by default and with a rule "
            "for every runtime metric"
        ),
        rule=(
            "holds when it is exported by default under that name; in part when only with a "
            "rule or as a histogram"
        ),
        truth=(
            "It is a histogram (_bucket, _sum, _count), off by default; the suffix depends on "
            "the version of the library."
        ),
        instead="rate(go_memstats_alloc_bytes_total) shows surges, and is there by default.",
    ),
    measure,
    judge,
)
