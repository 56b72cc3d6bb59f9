"""GOGC: collect less often where there is memory to spare for it."""

from __future__ import annotations

from collections.abc import Iterator
from math import isfinite, isnan

from goom.case.units import MIB, bytes_text
from goom.case.verdict import Remedy, Verdict
from goom.rooms import remedy
from goom.signals.course import Course
from goom.signals.gc_cost import GCCost
from goom.signals.marked_heap import MarkedHeap


@remedy
def raise_gogc(
    verdict: Verdict, course: Course, marked: MarkedHeap, cost: GCCost
) -> Iterator[Remedy]:
    """For alloc_churn: GC CPU falls as the runway grows (cost per cycle stays the same)."""
    if verdict.cause != "alloc_churn" or not isfinite(cost.effective_gogc_percent):
        return
    now = max(10.0, cost.effective_gogc_percent)
    limit = course.harm.limit_bytes
    room = 0.8 * limit - marked.peak_bytes if not isnan(limit) else 4 * marked.peak_bytes
    runway = min(4 * marked.peak_bytes * now / 100, max(room, 0.0))
    better = int(100 * runway / max(marked.peak_bytes, MIB) // 50 * 50)
    if better <= now:
        return
    held = "" if isnan(limit) else f" with GOMEMLIMIT={int(0.9 * limit / MIB)}MiB to hold it"
    share = cost.share_of_process_fraction
    if isnan(share):
        share = cost.share_of_machine_fraction
    yield Remedy(
        code="raise_gogc",
        when="now",
        order=10,
        title=f"Set GOGC={better}{held}",
        action="Use the environment, or debug.SetGCPercent in the code.",
        effect=f"The goal goes from {cost.goal_ratio:.1f} to {1 + better / 100:.1f} times the "
        f"marked heap; GC CPU falls from {share:.0%} to about {share * now / better:.0%}.",
        cost=f"about {bytes_text(marked.peak_bytes * (better - now) / 100)} more memory",
        safety="safe with GOMEMLIMIT below the container's limit",
        undo="remove the variables",
    )
