"""How long a program that does nothing goes without a collection."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from goom.case.claim import Figures
from goom.claims.bench.bench import Bench, Go, Row
from goom.claims.bench.running import Setting

WATCHED_SECONDS = 125
_TRACED = Setting(environment=(("GODEBUG", "gctrace=1"),), stop_after_seconds=180)


def intervals(bench: Bench) -> Figures:
    """All versions side by side, since they only wait. The program collects once as it starts: the
    runtime forces no collection on one that never had any (gcTrigger.test, mgc.go).
    """
    with ThreadPoolExecutor(max(1, len(bench.versions))) as pool:
        rows = pool.map(_watched, bench.versions)
        return dict(zip((go.version for go in bench.versions), rows, strict=True))


def _watched(go: Go) -> Row:
    cycles = go.run("idle", str(WATCHED_SECONDS), setting=_TRACED).trace().cycles
    at = [round(float(seconds), 1) for seconds in cycles.at_seconds]
    return {
        "longest_interval_seconds": max(
            round(later - earlier, 1)
            for earlier, later in zip([0.0, *at], [*at, WATCHED_SECONDS], strict=True)
        ),
        "collections": int((~cycles.forced).sum()),
        "period_in_source": _period(go),
    }


def _period(go: Go) -> str:
    hit = go.source.first(r"^var forcegcperiod ", "runtime/proc.go")
    return hit.text.partition("=")[2].strip() if hit else ""
