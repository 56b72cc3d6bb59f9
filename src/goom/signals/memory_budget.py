"""The limit as a budget: what Go sees of it and holds under GOMEMLIMIT, what it cannot, and room.

GOMEMLIMIT is held against Sys - HeapReleased (mappedReady, mgcpacer.go). The kernel kills by the
charge of whichever cgroup has a limit: C's memory, thread stacks of C, the binary, kernel memory
and the neighbours under an ancestor's limit are in that and not in Go's. So the highest GOMEMLIMIT
that keeps within the limit is the limit less the most that was ever seen of all those.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import isnan, nan

import numpy as np

from goom.case.evidence import Evidence
from goom.case.gctrace import GCTrace
from goom.case.ledger import Ledger, LedgerHistory
from goom.case.memory_view import BudgetLine, MemoryBudget
from goom.case.units import MIB, bytes_text
from goom.rooms import signal
from goom.signals.go_memory import GoMemory
from goom.signals.ledger.lines import LABELS
from goom.signals.ledger.physical import CHARGE_BATCH_BYTES
from goom.signals.limit_levels import LimitLevel, limit_level
from goom.signals.regions import Regions

SEEN = (
    "heap_live", "heap_garbage", "span_waste", "heap_free", "stacks", "heap_unsplit",
    "runtime_metadata",
)  # fmt: skip
HELD_UNSEEN = ("outside_go", "other_processes", "files_mapped", "kernel")
_NEEDED = ("heap_live", "stacks", "runtime_metadata")
_LEAST_EXCESS_BYTES = 1 * MIB  # less than this is the looks' distance


@signal
def memory_budget(
    evidence: Evidence,
    ledger: Ledger,
    history: LedgerHistory | None,
    memory: GoMemory | None,
    regions: Regions | None,
    trace: GCTrace | None,
) -> MemoryBudget | None:
    """At the ledger's moment; None without a limit, or when Go's own figures alone are known."""
    level = limit_level(evidence)
    if level is None or ledger.charge_name == "Sys - HeapReleased":
        return None
    ready, peak = _ready(memory, ledger.at_seconds)
    lines = list(_lines(ledger, history, regions, level))
    gomemlimit = float(evidence.subject.gomemlimit_bytes or nan)
    batches = (evidence.subject.gomaxprocs or 1) * CHARGE_BATCH_BYTES
    unseen = _unseen(lines, level, ready) + batches
    over = _overshoot(gomemlimit, peak, trace)
    needed = sum(ledger.bytes_of(key) for key in _NEEDED)
    is_told = ledger.bytes_of("heap_live") > 0
    advised, advice = _advised(level.limit_bytes - unseen - over, needed, is_told)
    return MemoryBudget(
        limit_bytes=level.limit_bytes,
        limit_of=level.path,
        is_ancestors=level.is_ancestors,
        lines=tuple(lines),
        room_bytes=level.limit_bytes - sum(line.bytes for line in lines),
        ready_bytes=ready,
        ready_peak_bytes=peak,
        gomemlimit_bytes=gomemlimit,
        unseen_bytes=unseen,
        overshoot_bytes=over,
        needed_bytes=float(needed) if is_told else nan,
        advised_gomemlimit_bytes=advised,
        advice=advice,
    )


def _lines(
    ledger: Ledger, history: LedgerHistory | None, regions: Regions | None, level: LimitLevel
) -> Iterator[BudgetLine]:
    for line in ledger.lines:
        yield BudgetLine(
            key=line.key,
            label=LABELS[line.key],
            bytes=float(line.bytes),
            seen=line.key in SEEN,
            peak_bytes=_peak(line.key, line.bytes, history, regions),
            note="the kernel drops it first" if line.key == "page_cache" else "",
        )
    if level.is_ancestors and level.neighbours_bytes > 0:
        names = ", ".join(f"{name} {bytes_text(size)}" for name, size in level.named[:3])
        yield BudgetLine(
            key="neighbours",
            label="neighbours",
            bytes=level.neighbours_bytes,
            peak_bytes=level.neighbours_held_bytes,
            note=names,
        )


def _peak(key: str, now: float, history: LedgerHistory | None, regions: Regions | None) -> float:
    """The largest at a look at the mappings: between two of them the history is a guess."""
    layer = history.layers.get(key) if history is not None else None
    if history is None or layer is None or key in SEEN:
        return float(now)
    times = regions.time_seconds if regions is not None else history.time_seconds
    inside = times[(times >= history.time_seconds[0]) & (times <= history.time_seconds[-1])]
    seen = np.interp(inside, history.time_seconds, layer)
    return float(max([now, *seen.tolist()]))


def _unseen(lines: list[BudgetLine], level: LimitLevel, ready: float) -> float:
    """The most that was held outside of what GOMEMLIMIT counts and that cannot be dropped."""
    held = sum(line.peak_bytes for line in lines if line.key in HELD_UNSEEN)
    held += sum(max(line.bytes, 0.0) for line in lines if line.key == "unexplained")
    held += level.shared_bytes
    resident = sum(line.bytes for line in lines if line.seen)
    beyond = resident - ready  # huge pages bring back what Go counts as given back
    if beyond > _LEAST_EXCESS_BYTES:
        held += beyond
    return held + level.neighbours_held_bytes


def _ready(memory: GoMemory | None, at_seconds: float) -> tuple[float, float]:
    """Sys - HeapReleased at the moment and at its peak."""
    if memory is None or not {"sys_bytes", "heap_released_bytes"} <= memory.columns.keys():
        return nan, nan
    ready = memory.columns["sys_bytes"] - memory.columns["heap_released_bytes"]
    known = ~np.isnan(ready) & ~np.isnan(memory.time_seconds)
    if not known.any():
        return nan, nan
    now = np.interp(at_seconds, memory.time_seconds[known], ready[known])
    return float(now if not isnan(at_seconds) else ready[known][-1]), float(ready[known].max())


def _overshoot(gomemlimit: float, peak: float, trace: GCTrace | None) -> float:
    """How far Go went over what it aimed at: a soft limit is passed by what is allocated while it
    marks. Seen over GOMEMLIMIT itself, else over the goal, in nine of ten collections.
    """
    if not isnan(gomemlimit) and not isnan(peak):
        return max(peak - gomemlimit, 0.0)
    if trace is None or not len(trace.cycles):
        return 0.0
    over = trace.cycles.heap_end_bytes - trace.cycles.goal_bytes
    known = over[np.isfinite(over)]
    return max(float(np.quantile(known, 0.9)), 0.0) if len(known) else 0.0


def _advised(highest: float, needed: float, is_told: bool) -> tuple[float, str]:
    value = highest // MIB * MIB
    if value <= 0 or (is_told and value <= needed):
        short = (needed if is_told else 0.0) - max(highest, 0.0)
        return nan, (
            f"no GOMEMLIMIT fits: beside what Go cannot see {bytes_text(max(highest, 0.0))} are "
            f"left, and Go cannot do without {bytes_text(needed)}; the limit is "
            f"{bytes_text(max(short, MIB))} too small"
        )
    if not is_told:
        return value, "how much of it the live heap needs was not seen (gctrace, or a heap profile)"
    between = value - needed
    return value, f"it leaves {bytes_text(between)} for garbage between two collections"
