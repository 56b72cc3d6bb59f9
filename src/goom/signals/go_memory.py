"""Go's own accounting over time, whoever published it: one table, and how each figure was obtained.

All figures but the marks are of address space that Go counts as ready, not of resident memory.
MemStats and runtime/metrics say the same in other words (runtime/metrics documents the sums).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import isnan, nan

import numpy as np
from numpy.typing import NDArray

from goom.case.evidence import Profiles
from goom.case.gctrace import GCTrace
from goom.case.series import MemStatsSeries, MetricsSeries, Series
from goom.case.subject import Subject
from goom.case.units import MIB
from goom.rooms import signal
from goom.signals.gc_processes import main_process

Floats = NDArray[np.float64]
_CLASSES = "go_memory_classes_"
# Column: MemStats fields, client_golang's names of the same, and the runtime/metrics that add up.
_SOURCES: Mapping[str, tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]] = {
    "heap_alloc_bytes": (("HeapAlloc",), ("heap_alloc",), ("heap_objects",)),
    "heap_inuse_bytes": (("HeapInuse",), ("heap_inuse",), ("heap_objects", "heap_unused")),
    "heap_idle_bytes": (("HeapIdle",), ("heap_idle",), ("heap_free", "heap_released")),
    "heap_released_bytes": (("HeapReleased",), ("heap_released",), ("heap_released",)),
    "stack_inuse_bytes": (("StackInuse",), ("stack_inuse",), ("heap_stacks",)),
    "mspan_sys_bytes": (
        ("MSpanSys",), ("mspan_sys",), ("metadata_mspan_inuse", "metadata_mspan_free"),
    ),
    "mcache_sys_bytes": (
        ("MCacheSys",), ("mcache_sys",), ("metadata_mcache_inuse", "metadata_mcache_free"),
    ),
    "buckhash_sys_bytes": (("BuckHashSys",), ("buck_hash_sys",), ("profiling_buckets",)),
    "gc_sys_bytes": (("GCSys",), ("gc_sys",), ("metadata_other",)),
    "other_sys_bytes": (("OtherSys",), ("other_sys",), ("other",)),
    "sys_bytes": (("Sys",), ("sys",), ("total",)),
}  # fmt: skip
METADATA = (
    "mspan_sys_bytes", "mcache_sys_bytes", "buckhash_sys_bytes", "gc_sys_bytes", "other_sys_bytes",
)  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Marks:
    """What each collection found reachable, and the error (one standard deviation) of a figure."""

    time_seconds: Floats  # epoch
    bytes: Floats
    error_bytes: float
    obtained: str
    at_the_mark: bool = False  # whether the times are those of the marks themselves

    def holding_at(self, at_seconds: float) -> float:
        """What the last collection before a moment found; nan before the first one.

        A profile or a metric states an older mark than its own time: there the nearest holds.
        """
        if not len(self.bytes):
            return nan
        if isnan(at_seconds) or np.isnan(self.time_seconds).all():
            return float(self.bytes[-1])
        if not self.at_the_mark:
            return float(self.bytes[np.nanargmin(np.abs(self.time_seconds - at_seconds))])
        place = int(np.searchsorted(self.time_seconds, at_seconds, side="right")) - 1
        return float(self.bytes[place]) if place >= 0 else nan


@dataclass(frozen=True, slots=True, eq=False)
class GoMemory(Series):
    """``n`` looks: heap_alloc_bytes, heap_inuse_bytes, heap_idle_bytes, heap_released_bytes,
    heap_free_bytes (idle and not released), stack_inuse_bytes, the metadata's mspan_sys_bytes,
    mcache_sys_bytes, buckhash_sys_bytes, gc_sys_bytes and other_sys_bytes, and sys_bytes.
    ``obtained`` says for each column where it is from. Without MemStats or metrics only
    heap_alloc_bytes is there, from gctrace's start and end of each mark.
    """

    marks: Marks | None = None
    obtained: Mapping[str, str] = field(default_factory=dict)
    by_size: Mapping[int, tuple[int, int]] = field(default_factory=dict)


@signal
def go_memory(
    subject: Subject,
    memstats: MemStatsSeries | None,
    metrics: MetricsSeries | None,
    trace: GCTrace | None,
    profiles: Profiles | None,
) -> GoMemory | None:
    """MemStats, else runtime/metrics or go_memstats_*, else what gctrace prints."""
    marks = _marks(subject, metrics, trace, profiles, memstats)
    for series in (memstats, metrics):
        columns, obtained = _columns(series)
        if series is not None and "heap_alloc_bytes" in columns:
            sizes = memstats.by_size if memstats is not None else {}
            return GoMemory(series.time_seconds, columns, marks, obtained, sizes)
    if trace is not None and len(trace.cycles):
        return _from_trace(trace, subject, marks)
    if marks is None:
        return None
    columns = {"heap_alloc_bytes": marks.bytes}
    return GoMemory(marks.time_seconds, columns, marks, {"heap_alloc_bytes": marks.obtained})


def trace_origin(trace: GCTrace, subject: Subject) -> float:
    """The epoch of the runtime's start, as well as it is known."""
    if not isnan(trace.started_at_seconds):
        return trace.started_at_seconds
    return subject.started_at_seconds


def _columns(series: Series | None) -> tuple[dict[str, Floats], dict[str, str]]:
    columns: dict[str, Floats] = {}
    obtained: dict[str, str] = {}
    if series is None or not len(series):
        return columns, obtained
    for column, alternatives in _SOURCES.items():
        for names in _spelled(alternatives):
            parts = [part for name in names if (part := series.get(name)) is not None]
            if len(parts) == len(names) and column not in columns:
                columns[column] = np.asarray(np.sum(parts, axis=0))
                obtained[column] = " + ".join(names)
    if "heap_idle_bytes" in columns and "heap_released_bytes" in columns:
        free = columns["heap_idle_bytes"] - columns["heap_released_bytes"]
        columns["heap_free_bytes"] = np.maximum(free, 0.0)
        obtained["heap_free_bytes"] = "HeapIdle - HeapReleased"
    return columns, obtained


def _spelled(
    alternatives: tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]],
) -> tuple[tuple[str, ...], ...]:
    fields, classic, classes = alternatives
    return (
        fields,
        tuple(f"{_CLASSES}{name}_bytes" for name in classes),
        tuple(f"go_memstats_{name}_bytes" for name in classic),
    )


def _marks(
    subject: Subject,
    metrics: MetricsSeries | None,
    trace: GCTrace | None,
    profiles: Profiles | None,
    memstats: MemStatsSeries | None,
) -> Marks | None:
    live = metrics.get("go_gc_heap_live_bytes") if metrics is not None else None
    if metrics is not None and live is not None and not np.isnan(live).all():
        known = ~np.isnan(live)
        return Marks(
            time_seconds=metrics.time_seconds[known],
            bytes=live[known],
            error_bytes=0.0,
            obtained="/gc/heap/live:bytes",
        )
    if trace is not None and len(trace.cycles):
        return _marks_of_trace(trace, subject)
    return _marks_of_looks(memstats) or _marks_of_profiles(profiles)


def _marks_of_looks(memstats: MemStatsSeries | None) -> Marks | None:
    """X-ray knows what the last mark found, to the byte; marks between two looks it misses."""
    marked, ended = (
        memstats.get(name) if memstats is not None else None for name in ("HeapMarked", "LastGC")
    )
    if memstats is None or marked is None or ended is None:
        return None
    rows = ~(np.isnan(marked) | np.isnan(ended))
    if not rows.any():
        return None
    return Marks(
        time_seconds=ended[rows] * 1e-9,
        bytes=marked[rows],
        error_bytes=0.0,
        obtained="X-ray",
        at_the_mark=True,
    )


def _marks_of_trace(trace: GCTrace, subject: Subject) -> Marks:
    cycles = trace.cycles
    own = cycles.process == main_process(trace)
    clock = cycles.sweep_termination_seconds + cycles.mark_seconds + cycles.mark_termination_seconds
    ends = trace_origin(trace, subject) + cycles.at_seconds + np.nan_to_num(clock)
    return Marks(
        time_seconds=ends[own],
        bytes=cycles.heap_marked_bytes[own] + MIB / 2,  # printed in MiB, cut off
        error_bytes=MIB / np.sqrt(12),
        obtained="gctrace",
        at_the_mark=True,
    )


def _marks_of_profiles(profiles: Profiles | None) -> Marks | None:
    """A profile is published a collection late (memRecord, mprof.go): it is as of the mark before
    the last. Its sum carries the sampling error, told elsewhere.
    """
    heaps = profiles.of("heap", "allocs") if profiles is not None else ()
    sums = [
        (one.taken_at_seconds, float(column.sum()))
        for one in heaps
        if (column := one.column("inuse_space")) is not None
    ]
    if not sums:
        return None
    times, values = (np.array(side, dtype=np.float64) for side in zip(*sums, strict=True))
    return Marks(time_seconds=times, bytes=values, error_bytes=nan, obtained="heap profile")


def _from_trace(trace: GCTrace, subject: Subject, marks: Marks | None) -> GoMemory:
    cycles = trace.cycles
    own = cycles.process == main_process(trace)
    start = trace_origin(trace, subject) + cycles.at_seconds[own]
    end = start + np.nan_to_num(cycles.mark_seconds[own])
    times = np.column_stack((start, end)).ravel()
    live = np.column_stack((cycles.heap_start_bytes[own], cycles.heap_end_bytes[own])).ravel()
    said = "gctrace: heap live when marking began and ended, in whole MiB"
    return GoMemory(times, {"heap_alloc_bytes": live + MIB / 2}, marks, {"heap_alloc_bytes": said})
