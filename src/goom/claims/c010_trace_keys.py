"""GODEBUG=gctrace=1,gcpacertrace=1 traces the collector in detail."""

from __future__ import annotations

from goom.case.claim import Figures, Judgement, Statement, does_not_hold, holds, holds_in_part
from goom.claims.bench.bench import Bench, Go, Row
from goom.claims.bench.claim import Claim
from goom.claims.bench.reading import every, none, number, per_version
from goom.claims.bench.running import Setting

_TRACED = Setting(environment=(("GODEBUG", "gctrace=1,gcpacertrace=1"),))


def measure(bench: Bench) -> Figures:
    """Lines of both kinds that a short run prints, as goom's own reader finds them."""
    return bench.each(_measure)


def _measure(go: Go) -> Row:
    trace = go.run("pacing", "steady", "8", "200", "1", setting=_TRACED).trace()
    return {
        "gc_lines": len(trace.cycles),
        "pacer_lines": len(trace.pacer.assist_line) + len(trace.pacer.end_line),
    }


def judge(figures: Figures) -> Judgement:
    """Both keys must print."""
    said = (
        f"lines of collections: {per_version(figures, 'gc_lines')}; of the pacer:"
        f" {per_version(figures, 'pacer_lines')}"
    )
    if every(figures, lambda row: number(row, "gc_lines") > 0 and number(row, "pacer_lines") > 0):
        return holds(said)
    if none(figures, lambda row: number(row, "gc_lines") > 0 or number(row, "pacer_lines") > 0):
        return does_not_hold(said)
    return holds_in_part(said)


CLAIM = Claim(
    Statement(
        id="C010",
        chapter="1",
        statement="GODEBUG=gctrace=1,gcpacertrace=1 turns on a detailed trace of collections.",
        method="a short run with both keys; the lines of each kind on stderr",
        rule="holds when every version prints both kinds, does not hold when none prints any",
        truth=(
            "Both keys exist in every version. The pacer's lines on assists and on the end of"
            " marking stand before the gc line of their cycle; since 1.25 one on sweeping follows"
            " (mgcpacer.go, mgcsweep.go)."
        ),
    ),
    measure,
    judge,
)
