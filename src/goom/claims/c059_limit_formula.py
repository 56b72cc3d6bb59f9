"""The memory limit should be at least GOGC*heap_inuse + 256 MB."""

from __future__ import annotations

import math

from goom.case.claim import Figures, Judgement, Statement, does_not_hold, holds, holds_in_part
from goom.case.units import bytes_text
from goom.claims.bench.bench import Bench, Go, Row
from goom.claims.bench.claim import Claim
from goom.claims.bench.reading import every, none, number, numbers
from goom.claims.bench.running import Setting

_LIVE_MIB, _GOGC = 40, 100
_TIGHT = 160 << 20  # four times what lives


def measure(bench: Bench) -> Figures:
    """A program that keeps 40 MiB, under a limit far below what the formula asks for."""
    return bench.each(_measure)


def _measure(go: Go) -> Row:
    free = go.run("steady", str(_LIVE_MIB), "600").figures()
    tight = go.run("steady", str(_LIVE_MIB), "600", setting=Setting(memory_limit_bytes=_TIGHT))
    return {
        "heap_inuse_bytes": free["most_heap_inuse_bytes"],
        "formula_asks_bytes": _GOGC * free["most_heap_inuse_bytes"] + (256 << 20),
        "read_as_a_fraction_asks_bytes": _GOGC * free["most_heap_inuse_bytes"] // 100 + (256 << 20),
        "limit_tried_bytes": _TIGHT,
        "killed": tight.killed,
        "peak_bytes": tight.peak_bytes,
    }


def judge(figures: Figures) -> Judgement:
    """Needless when the program lives with a tenth of what the formula asks for."""
    lives = every(figures, lambda row: not row["killed"])
    far = every(
        figures,
        lambda row: number(row, "formula_asks_bytes") > 10 * number(row, "limit_tried_bytes"),
    )
    peak = bytes_text(max(numbers(figures, "peak_bytes").values()))
    if lives and far:
        asked, fraction = (
            bytes_text(min(numbers(figures, f"{name}_asks_bytes").values(), default=math.nan))
            for name in ("formula", "read_as_a_fraction")
        )
        return does_not_hold(
            f"it asks for {asked} or more ({fraction} with GOGC as a fraction); the program lives"
            f" with {bytes_text(_TIGHT)}, peak {peak} at most"
        )
    if lives:
        return holds_in_part(f"it is enough, and not far from the need: peak {peak}")
    if none(figures, lambda row: not row["killed"]):
        return holds("the program dies with less")
    return holds_in_part("some versions die with less")


CLAIM = Claim(
    Statement(
        id="C059",
        chapter="2.5",
        statement="memory.limit_in_bytes should be at least GOGC*heap_inuse + 256 MB.",
        method=(
            "a program that keeps 40 MiB and replaces 600 MiB of it, in a real memory cgroup of "
            "160 MiB"
        ),
        rule=(
            "does not hold when the program lives with less than a tenth of what the formula "
            "asks for"
        ),
        truth=(
            "GOGC is a percentage: 100 means that the heap may double. The need is what "
            "survives times (1 + GOGC/100), with stacks and globals counted as surviving, plus "
            "what Go keeps for itself and what is outside of it. With GOGC as a fraction the "
            "formula fails the other way round: GOGC=50 and 1 GB in use would get 756 MB."
        ),
        instead=(
            "Measure what survives (/gc/heap/live:bytes) at peak load; set the limit to 1.1 "
            "times survivors x (1 + GOGC/100) plus the rest, and GOMEMLIMIT to 90 % of it."
        ),
    ),
    measure,
    judge,
)
