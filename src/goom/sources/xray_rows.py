"""X-ray samples as rows of a series, under the names of runtime.MemStats where it has one.

Beside them stands what MemStats does not tell: ``HeapMarked``, ``HeapLive``, the settings, and what
the goal is computed from (``signals/xray_goals.py``); ``NextGC`` itself the runtime does not keep.
``HeldSeconds`` is how long goom has kept the process frozen so far. HeapAlloc, TotalAlloc, Mallocs
and Frees are without what is in spans that the Ps still fill.
"""

from __future__ import annotations

from goom.case.xray import XraySample

COLUMNS = (
    "HeapAlloc", "HeapSys", "HeapIdle", "HeapInuse", "HeapReleased", "HeapObjects",
    "StackInuse", "StackSys", "MSpanInuse", "MSpanSys", "MCacheInuse", "MCacheSys",
    "BuckHashSys", "GCSys", "OtherSys", "Sys", "TotalAlloc", "Mallocs", "Frees",
    "NumGC", "NumForcedGC", "LastGC", "PauseTotalNs", "GCCPUFraction", "NumGoroutine",
    "HeapMarked", "HeapLive", "GOGC", "GOMEMLIMIT", "GOMAXPROCS", "LimiterOn",
    "GCPercentHeapGoal", "SweepDistMinTrigger", "Triggered", "MappedReady",
    "GCAssistNs", "GCDedicatedNs", "GCIdleNs", "GCPauseCPUNs", "HeldSeconds",
)  # fmt: skip


def row(sample: XraySample) -> dict[str, float]:
    """One sample by column. What is not set (GOMEMLIMIT, a goal, a cycle under way) is left out;
    GOGC off is -1.
    """
    memory, collector, state = sample.memory, sample.collector, sample.pacer
    figures: dict[str, float | None] = {
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
        "NumGC": collector.cycles,
        "NumForcedGC": collector.forced_cycles,
        "LastGC": collector.last_end_nanoseconds or None,
        "PauseTotalNs": collector.pause_total_nanoseconds,
        "GCCPUFraction": collector.cpu_fraction,
        "NumGoroutine": sample.goroutines,
        "HeapMarked": state.heap_marked_bytes,
        "HeapLive": state.heap_live_bytes,
        "GOGC": state.gogc_percent,
        "GOMEMLIMIT": state.memory_limit_bytes if state.has_memory_limit else None,
        "GOMAXPROCS": sample.procs,
        "LimiterOn": float(state.limiter_on),
        "GCPercentHeapGoal": _set(state.gc_percent_heap_goal_bytes),
        "SweepDistMinTrigger": state.sweep_dist_min_trigger_bytes,
        "Triggered": _set(state.triggered_bytes),
        "MappedReady": memory.mapped_ready_bytes,
    }
    if collector.cpu is not None:
        figures |= {
            "GCAssistNs": collector.cpu.assist_nanoseconds,
            "GCDedicatedNs": collector.cpu.dedicated_nanoseconds,
            "GCIdleNs": collector.cpu.idle_nanoseconds,
            "GCPauseCPUNs": collector.cpu.pause_nanoseconds,
        }
    return {name: float(value) for name, value in figures.items() if value is not None}


def _set(figure: int) -> int | None:
    """^uint64(0) and what is near stand for none."""
    return figure if figure < 1 << 63 else None
