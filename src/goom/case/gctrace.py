"""The garbage collector's own diary (GODEBUG=gctrace, scavtrace, gcpacertrace), as columns."""

from __future__ import annotations

from dataclasses import dataclass
from math import nan

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class GCCycles:
    """``n`` gctrace lines. Heap sizes are the printed whole MiB times 2**20 (the runtime truncates,
    so each is up to one MiB low). Times in seconds. Source: gcMarkTermination, mgc.go.
    """

    line: Ints  # 1-based line in the log
    process: Ints  # 0, 1, …: which process of an interleaved log
    number: Ints  # gc N
    at_seconds: Floats  # @S, since the start of the runtime
    gc_cpu_fraction: Floats  # U%, since the start of the program, truncated to 0.01
    sweep_termination_seconds: Floats  # A, wall, stop-the-world
    mark_seconds: Floats  # B, wall, concurrent
    mark_termination_seconds: Floats  # C, wall, stop-the-world
    sweep_termination_cpu_seconds: Floats  # D
    assist_cpu_seconds: Floats  # E
    background_cpu_seconds: Floats  # F, dedicated and fractional workers
    idle_cpu_seconds: Floats  # G
    mark_termination_cpu_seconds: Floats  # H
    heap_start_bytes: Floats  # I, heap live when marking began
    heap_end_bytes: Floats  # J, heap live when marking ended
    heap_marked_bytes: Floats  # K, what survived
    goal_bytes: Floats  # L, the goal of this cycle; inf when there is none (GOGC=off, no limit)
    stacks_bytes: Floats  # M, stacks scanned
    globals_bytes: Floats  # Q
    procs: Ints  # P
    forced: Flags
    leak_check: Flags  # "(checking for goroutine leaks)", 1.26+

    def __len__(self) -> int:
        return len(self.number)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Scavenges:
    """``n`` scavtrace lines; ``cycle`` is the index of the GC cycle printed before it, or -1.

    ``released_bytes`` is "KiB now" (1.21+) or "KiB total" (1.19, ``total`` true): address space.
    ``utilization_fraction`` is heapInUse / heapRetained (printScavTrace, mgcscavenge.go).
    """

    line: Ints
    process: Ints
    cycle: Ints
    background_bytes: Floats
    eager_bytes: Floats
    released_bytes: Floats
    utilization_fraction: Floats
    forced: Flags
    total: Flags

    def __len__(self) -> int:
        return len(self.line)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class PacerLines:
    """gcpacertrace lines, three kinds, each with the index of the cycle that it belongs to."""

    assist_line: Ints
    assist_cycle: Ints
    assist_ratio: Floats
    assist_scan_bytes: Floats
    assist_live_bytes: Floats
    assist_goal_bytes: Floats
    assist_dedicated_workers: Ints
    assist_fractional_goal: Floats
    end_line: Ints
    end_cycle: Ints
    end_utilization_fraction: Floats
    end_heap_work_bytes: Floats
    end_stack_work_bytes: Floats
    end_globals_work_bytes: Floats
    end_expected_work_bytes: Floats
    end_triggered_bytes: Floats
    end_live_bytes: Floats
    end_goal_delta_bytes: Floats
    end_cons_mark: Floats
    sweep_line: Ints
    sweep_cycle: Ints
    sweep_live_bytes: Floats
    sweep_allocated_bytes: Floats
    sweep_pages: Floats
    sweep_pages_per_byte: Floats


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class GCTrace:
    """A parsed log. ``started_at_seconds`` is the epoch of runtime start, nan when unknown, so
    ``started_at_seconds + cycles.at_seconds`` is wall time. ``malformed_lines`` look like trace
    lines and are not (cut off, interleaved, absurd): (line number, why), the first 100.
    """

    cycles: GCCycles
    scavenges: Scavenges
    pacer: PacerLines
    started_at_seconds: float = nan
    lines_read: int = 0
    malformed_count: int = 0
    malformed_lines: tuple[tuple[int, str], ...] = ()
    go_fatal: str = ""  # "runtime: out of memory …" when the log holds Go's own crash
    origin: str = ""
