"""Samples over time, as columns: /proc, cgroup, MemStats, metrics, mappings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """``n`` looks: ``time_seconds`` (epoch, rising) and named columns of ``n`` float64 each.

    A figure that could not be read is nan. Byte counts are whole numbers below 2**53.
    """

    time_seconds: Floats
    columns: Mapping[str, Floats]

    def get(self, name: str) -> Floats | None:
        """A column, or None when it was never seen."""
        return self.columns.get(name)

    def last(self, name: str) -> float:
        """The newest figure that is not nan; nan when there is none."""
        column = self.columns.get(name)
        if column is None:
            return float("nan")
        known = column[~np.isnan(column)]
        return float(known[-1]) if len(known) else float("nan")

    def __len__(self) -> int:
        return len(self.time_seconds)


@dataclass(frozen=True, slots=True, eq=False)
class ProcessSeries(Series):
    """/proc/PID: rss_bytes, rss_anon_bytes, rss_file_bytes, rss_shmem_bytes, vm_size_bytes,
    page_table_bytes (VmPTE), swap_bytes, threads, user_seconds, system_seconds (cumulative CPU),
    minor_faults, major_faults, open_files, listening_sockets.
    """


@dataclass(frozen=True, slots=True, eq=False)
class CgroupSeries(Series):
    """Memory cgroup, v1 and v2 under one set of names: usage_bytes (``memory.current`` or
    ``usage_in_bytes``), limit_bytes, peak_bytes, anon_bytes (v1 ``rss``), file_bytes (v1
    ``cache``), mapped_file_bytes, shmem_bytes, kernel_bytes (all kernel memory),
    kernel_stack_bytes, page_tables_bytes, slab_bytes, swap_bytes, limit_hits (v1 ``failcnt``, v2
    ``max`` events), oom_events, oom_kills, pressure_some_fraction, anon_huge_bytes, high_bytes
    and high_events (version 2: where it throttles instead of killing, and how often),
    pressure_full_fraction.
    """


@dataclass(frozen=True, slots=True, eq=False)
class MemStatsSeries(Series):
    """runtime.MemStats over time under Go's own field names (HeapAlloc, HeapInuse, Sys, NumGC,
    NumGoroutine when the source states it …). ``by_size``: size -> (mallocs, frees) at the last
    look; ``pauses_seconds``: newest last, at most 256.
    """

    by_size: Mapping[int, tuple[int, int]] = field(default_factory=dict)
    pauses_seconds: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class MetricsSeries(Series):
    """Prometheus samples of one process: the metric's name (with its sorted labels in braces when
    it has any) as column name.
    """


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Mappings:
    """One /proc/PID/smaps look: ``m`` mappings. Sizes in bytes."""

    taken_at_seconds: float
    start: NDArray[np.uint64]  # [m]
    end: NDArray[np.uint64]  # [m]
    permissions: tuple[str, ...]  # "rw-p"
    names: tuple[str, ...]  # path, "[heap]", "[stack]", "[anon: Go: heap]", ""
    rss_bytes: Floats
    pss_bytes: Floats
    anonymous_bytes: Floats
    private_dirty_bytes: Floats
    anon_huge_bytes: Floats
    swap_bytes: Floats
    file_huge_bytes: Floats | None = None  # files in huge pages (FilePmdMapped)
    shared_huge_bytes: Floats | None = None  # shared memory in huge pages (ShmemPmdMapped)
    huge_eligible: Floats | None = None  # 1: may get huge pages (THPeligible), nan: not said
    huge_advice: Floats | None = None  # 1: MADV_HUGEPAGE, -1: MADV_NOHUGEPAGE, 0: neither
    origin: str = ""
