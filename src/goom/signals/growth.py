"""What the rise to the peak was made of, from the best accounting that there is."""

from __future__ import annotations

from dataclasses import dataclass
from math import isnan, nan

import numpy as np

from goom.case.gctrace import GCTrace
from goom.case.ledger import LedgerHistory
from goom.case.subject import Subject
from goom.case.units import MIB
from goom.rooms import signal
from goom.signals.composition import PARTS, Composition
from goom.signals.marked_heap import MarkedHeap
from goom.signals.usage import Usage

_OVERHEAD_BYTES = 6 * MIB  # the binary's own data, stacks of threads, what no layer knows


@dataclass(frozen=True, slots=True, kw_only=True)
class Growth:
    """Bytes at the peak and what each part grew to it; nan where nothing tells.

    ``unsplit_bytes`` is what no accounting attributes (no MemStats): waste, free and outside Go
    together. Parts as in Composition.
    """

    at_seconds: float
    peak_bytes: float  # of all parts
    marked: float
    garbage: float
    waste: float
    free: float
    stacks: float
    outside: float
    unsplit_bytes: float
    grown_total: float
    grown_marked: float
    grown_stacks: float
    grown_waste: float  # waste and free
    grown_outside: float
    source: str

    def share(self, value: float) -> float:
        """A part over the peak."""
        return value / self.peak_bytes if self.peak_bytes > 0 else nan

    def grown_share(self, value: float) -> float:
        """A part's growth over the whole growth; nan when little grew."""
        return value / self.grown_total if self.grown_total > 0 else nan


@signal
def growth(
    composition: Composition | None,
    marked: MarkedHeap | None,
    usage: Usage | None,
    history: LedgerHistory | None,
    trace: GCTrace | None,
    subject: Subject,
) -> Growth | None:
    """From MemStats and RSS when both were seen, else from the marks, RSS and the mappings."""
    if composition is not None:
        return _measured(composition)
    if marked is not None and usage is not None and len(usage.bytes):
        return _from_marks(marked, usage, history, trace)
    traced = "gctrace=1" in subject.environment.get("GODEBUG", "")
    if usage is not None and traced and (trace is None or not len(trace.cycles)):
        return _never_collected(usage, history, subject)
    return None


def _measured(parts: Composition) -> Growth:
    peak = parts.peak_index()
    grown = {name: parts.grown(name) for name in PARTS}
    values = {name: float(np.nan_to_num(parts.parts[name][peak])) for name in PARTS}
    outside = parts.parts["outside"][peak]
    return Growth(
        at_seconds=float(parts.time_seconds[peak]),
        peak_bytes=sum(values.values()),
        marked=values["marked"],
        garbage=values["garbage"],
        waste=values["waste"],
        free=values["free"],
        stacks=values["stacks"],
        outside=float(outside),
        unsplit_bytes=0.0 if not isnan(float(outside)) else nan,
        grown_total=sum(max(0.0, one) for one in grown.values()),
        grown_marked=grown["marked"],
        grown_stacks=grown["stacks"],
        grown_waste=grown["waste"] + grown["free"],
        grown_outside=grown["outside"] if not isnan(float(outside)) else nan,
        source="MemStats and RSS",
    )


def _from_marks(
    marked: MarkedHeap, usage: Usage, history: LedgerHistory | None, trace: GCTrace | None
) -> Growth:
    """Without MemStats: the marks and the goal bound the heap, the mappings show what is no Go.

    What Go holds beyond its goal can only be free slots and free pages, called waste, as far as
    objects were ever allocated for it, and stacks beyond that.
    """
    peak = usage.peak_bytes
    at_peak = min(marked.estimated_last_bytes, peak)
    seen = usage.bytes[~np.isnan(usage.bytes)]
    first_usage = float(np.median(seen[: max(1, len(seen) // 8)]))
    early = float(np.median(marked.bytes[: max(1, len(marked.bytes) // 8)]))
    before = marked.goal_bytes[~np.isnan(marked.goal_bytes)]
    goal = max(float(before[-1]) if len(before) else 0.0, marked.last_bytes)
    garbage = max(0.0, min(peak, goal) - at_peak)
    outside, grown_outside = _layer(history, "outside_go")
    metadata, _ = _layer(history, "runtime_metadata")
    stacks = float(trace.cycles.stacks_bytes.max(initial=0.0)) if trace is not None else nan
    rest = max(0.0, peak - at_peak - garbage)
    known = float(np.nansum([outside, metadata, stacks]))
    waste = max(0.0, rest - known - _OVERHEAD_BYTES) if not isnan(outside) else nan
    if trace is not None and waste > _ever_allocated(trace):
        # free slots and pages were objects once; what never was one is stacks
        stacks, waste = stacks + waste - _ever_allocated(trace), _ever_allocated(trace)
    return Growth(
        at_seconds=usage.peak_at_seconds,
        peak_bytes=peak,
        marked=at_peak,
        garbage=garbage,
        waste=waste,
        free=0.0 if not isnan(waste) else nan,
        stacks=stacks,
        outside=outside,
        unsplit_bytes=rest if isnan(outside) else 0.0,
        grown_total=max(0.0, peak - first_usage),
        grown_marked=max(0.0, at_peak - early),
        grown_stacks=stacks,
        grown_waste=waste,
        grown_outside=grown_outside,
        source=f"{marked.source}, {usage.source}" + ("" if isnan(outside) else " and smaps"),
    )


def _never_collected(
    usage: Usage, history: LedgerHistory | None, subject: Subject
) -> Growth | None:
    """A traced program without one collection never filled its first goal, 4 MiB at GOGC=100
    (heapMinimum, mgcpacer.go): what lies in Go's arenas beyond that is stacks.
    """
    arenas, grown = _layer(history, "heap_unsplit")
    gogc = 100 if subject.gogc_percent is None else subject.gogc_percent
    if isnan(arenas) or gogc < 0 or not len(usage.bytes):
        return None
    heap = min(arenas, 4.0 * MIB * gogc / 100)
    outside, grown_outside = _layer(history, "outside_go")
    stacks = arenas - heap
    return Growth(
        at_seconds=usage.peak_at_seconds,
        peak_bytes=usage.peak_bytes,
        marked=0.0,
        garbage=heap,
        waste=0.0,
        free=0.0,
        stacks=stacks,
        outside=outside,
        unsplit_bytes=0.0,
        grown_total=max(grown, 0.0) + float(np.nan_to_num(grown_outside)),
        grown_marked=0.0,
        grown_stacks=max(grown - heap, 0.0),
        grown_waste=0.0,
        grown_outside=grown_outside,
        source=f"no collection in the GC log, {usage.source} and smaps",
    )


def _ever_allocated(trace: GCTrace) -> float:
    """What reached the heap between the marks, and one more goal's worth."""
    cycles = trace.cycles
    if not len(cycles):
        return 0.0
    fresh = np.maximum(cycles.heap_end_bytes[1:] - cycles.heap_marked_bytes[:-1], 0.0)
    goal = cycles.goal_bytes[np.isfinite(cycles.goal_bytes)]
    return float(cycles.heap_end_bytes[0] + fresh.sum() + goal.max(initial=4.0 * MIB))


def _layer(history: LedgerHistory | None, key: str) -> tuple[float, float]:
    """The most that a layer of the ledger came to, and how much it rose to that; nan unknown."""
    layer = history.layers.get(key) if history is not None else None
    if layer is None or not np.isfinite(layer).any():
        return nan, nan
    known = layer[np.isfinite(layer)]
    return float(known.max()), float(known.max() - known[0])
