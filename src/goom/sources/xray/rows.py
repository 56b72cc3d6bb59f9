"""X-ray samples as rows of a series, under the names of runtime.MemStats where it has one.

Beside them stands what MemStats does not tell: ``HeapMarked``, ``HeapLive``, the settings, and what
the goal is computed from (``signals/xray_course.py``); ``NextGC`` itself the runtime does not keep.
``HeldSeconds`` is how long goom has kept the process frozen so far, ``PID`` whose row it is: of
``migrate && serve`` both are looked at, one after the other. HeapAlloc, TotalAlloc, Mallocs
and Frees are without what is in spans that the Ps still fill.
"""

from __future__ import annotations

from collections.abc import Mapping

from goom.case.xray import CollectorState, MemoryState, PacerState, XraySample

Figures = Mapping[str, float | None]

COLUMNS = (
    "HeapAlloc", "HeapSys", "HeapIdle", "HeapInuse", "HeapReleased", "HeapObjects",
    "StackInuse", "StackSys", "MSpanInuse", "MSpanSys", "MCacheInuse", "MCacheSys",
    "BuckHashSys", "GCSys", "OtherSys", "Sys", "TotalAlloc", "Mallocs", "Frees",
    "NumGC", "NumForcedGC", "LastGC", "PauseTotalNs", "GCCPUFraction", "NumGoroutine",
    "HeapMarked", "HeapLive", "GOGC", "GOMEMLIMIT", "GOMAXPROCS", "LimiterOn",
    "GCPercentHeapGoal", "SweepDistMinTrigger", "Triggered", "MappedReady",
    "GCAssistNs", "GCDedicatedNs", "GCIdleNs", "GCPauseCPUNs", "HeldSeconds", "PID",
)  # fmt: skip


def row(sample: XraySample) -> dict[str, float]:
    """One sample by column. What is not set (GOMEMLIMIT, a goal, a cycle under way) is left out;
    GOGC off is -1.
    """
    parts = (
        _memory(sample.memory),
        _pacer(sample.pacer),
        _collector(sample.collector),
        {"NumGoroutine": sample.goroutines, "GOMAXPROCS": sample.procs},
    )
    return {
        name: float(value) for part in parts for name, value in part.items() if value is not None
    }


def _memory(memory: MemoryState) -> Figures:
    return {
        "HeapAlloc": memory.heap_alloc_bytes,
        "HeapSys": memory.heap_sys_bytes,
        "HeapIdle": memory.heap_idle_bytes,
        "HeapInuse": memory.heap_in_use_bytes,
        "HeapReleased": memory.heap_released_bytes,
        "HeapObjects": memory.heap_objects,
        "StackInuse": memory.stack_in_use_bytes,
        "StackSys": memory.stack_sys_bytes,
        "MSpanInuse": memory.mspan_in_use_bytes,
        "MSpanSys": memory.mspan_sys_bytes,
        "MCacheInuse": memory.mcache_in_use_bytes,
        "MCacheSys": memory.mcache_sys_bytes,
        "BuckHashSys": memory.buckhash_sys_bytes,
        "GCSys": memory.gc_sys_bytes,
        "OtherSys": memory.other_sys_bytes,
        "Sys": memory.sys_bytes,
        "TotalAlloc": memory.total_alloc_bytes,
        "Mallocs": memory.mallocs,
        "Frees": memory.frees,
        "MappedReady": memory.mapped_ready_bytes,
    }


def _pacer(pacer: PacerState) -> Figures:
    return {
        "HeapMarked": pacer.heap_marked_bytes,
        "HeapLive": pacer.heap_live_bytes,
        "GOGC": pacer.gogc_percent,
        "GOMEMLIMIT": pacer.memory_limit_bytes if pacer.has_memory_limit else None,
        "LimiterOn": float(pacer.limiter_on),
        "GCPercentHeapGoal": _set(pacer.gc_percent_heap_goal_bytes),
        "SweepDistMinTrigger": pacer.sweep_dist_min_trigger_bytes,
        "Triggered": _set(pacer.triggered_bytes),
    }


def _collector(collector: CollectorState) -> Figures:
    cpu = collector.cpu
    return {
        "NumGC": collector.cycles,
        "NumForcedGC": collector.forced_cycles,
        "LastGC": collector.last_end_nanoseconds or None,
        "PauseTotalNs": collector.pause_total_nanoseconds,
        "GCCPUFraction": collector.cpu_fraction,
        "GCAssistNs": cpu.assist_nanoseconds if cpu else None,
        "GCDedicatedNs": cpu.dedicated_nanoseconds if cpu else None,
        "GCIdleNs": cpu.idle_nanoseconds if cpu else None,
        "GCPauseCPUNs": cpu.pause_nanoseconds if cpu else None,
    }


def _set(figure: int) -> int | None:
    """^uint64(0) and what is near stand for none."""
    return figure if figure < 1 << 63 else None
