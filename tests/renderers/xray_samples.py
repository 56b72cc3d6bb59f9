"""A look at a process that is not there, for tests of what is said about it."""

from __future__ import annotations

from dataclasses import replace

from goom.case.units import GIB, MIB
from goom.case.xray import (
    CollectorState,
    MemoryState,
    PacerState,
    Xray,
    XrayCost,
    XraySample,
    XrayTarget,
)
from goom.signals.xray_pacer import xray_pacer

PACER = PacerState(
    gogc_percent=100,
    memory_limit_bytes=(1 << 63) - 1,
    heap_live_bytes=50 * MIB,
    heap_marked_bytes=40 * MIB,
    heap_minimum_bytes=4 * MIB,
    gc_percent_heap_goal_bytes=80 * MIB,
    sweep_dist_min_trigger_bytes=0,
    triggered_bytes=(1 << 64) - 1,
    last_heap_goal_bytes=78 * MIB,
    last_heap_scan_bytes=20 * MIB,
    last_stack_scan_bytes=4096,
    globals_scan_bytes=150_000,
    runway_bytes=2 * MIB,
    cons_mark=0.4,
    limiter_on=False,
    limiter_fill_fraction=0.0,
    limiter_last_cycle=0,
)
MEMORY = MemoryState(
    heap_in_use_bytes=52 * MIB,
    heap_free_bytes=10 * MIB,
    heap_released_bytes=6 * MIB,
    total_alloc_bytes=9 * GIB,
    total_free_bytes=9 * GIB - 48 * MIB,
    mallocs=2_000_000,
    frees=1_500_000,
    mapped_ready_bytes=68 * MIB,
    stack_in_use_bytes=1 * MIB,
    stack_of_os_bytes=0,
    mspan_in_use_bytes=300_000,
    mspan_sys_bytes=400_000,
    mcache_in_use_bytes=4592,
    mcache_sys_bytes=16072,
    buckhash_sys_bytes=1 * MIB,
    gc_sys_bytes=3 * MIB,
    other_sys_bytes=1 * MIB - 416_072,
)


def look(pacer: PacerState = PACER, go_version: str = "1.22.10", **changes: object) -> Xray:
    """A whole look; ``changes`` are of the sample."""
    sample = XraySample(
        at_seconds=1_000_000.0,
        took_seconds=41e-6,
        attempts=1,
        procs=2,
        goroutines=58,
        system_goroutines=6,
        pacer=pacer,
        memory=MEMORY,
        collector=CollectorState(
            phase="off",
            is_sweeping=False,
            cycles=17,
            forced_cycles=2,
            started_cycles=17,
            pause_total_nanoseconds=3_400_000,
            last_end_nanoseconds=999_988_000_000_000,
            cpu_fraction=0.003,
        ),
    )
    sample = replace(sample, **changes)  # type: ignore[arg-type]
    return Xray(
        target=XrayTarget(
            pid=4711,
            go_version=go_version,
            path="example.com/shop/cmd/web",
            module="example.com/shop",
            experiment="",
            is_position_independent=True,
            layouts_from="the table of Go 1.22.10",
            addresses_from="fingerprints",
            attach_seconds=0.008,
        ),
        sample=sample,
        pacer=xray_pacer(sample, go_version),
        cost=XrayCost(read_bytes=5028, calls=1, attach_seconds=0.008, sample_seconds=41e-6),
    )
