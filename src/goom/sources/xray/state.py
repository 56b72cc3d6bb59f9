"""One sample of a process's pacer, memory statistics and collector: one process_vm_readv.

The process is not stopped, so a sample can fall between two of its writes. Figures that the runtime
keeps twice show that (invariants.py): such a sample is taken again, a few times, and what is
torn still is said with the figures that it affects.
"""

from __future__ import annotations

import struct
import time
from collections.abc import Mapping
from typing import cast

from goom.case.errors import BadInput
from goom.case.xray import (
    PHASES,
    CollectorCPU,
    CollectorState,
    MemoryState,
    PacerState,
    Torn,
    XraySample,
)
from goom.sources.process_rights import gone
from goom.sources.xray import fields, invariants
from goom.sources.xray.fields import GENERATIONS
from goom.sources.xray.invariants import AGAIN, SEQUENCE
from goom.sources.xray.plan import FieldPlan, Number, Wanted, plan_of
from goom.sources.xray.target import Target

ATTEMPTS = 8
_PAUSES_SECONDS = (0.0, 0.0, 0.0, 0.0001, 0.0003, 0.001, 0.003)  # a thread may be off its CPU
_MOST_PROCS = 1 << 16
_SWEPT = 1 << 31  # sweepDrainedMask, mgcsweep.go

Raw = dict[str, int]


class Sampler:
    """Takes samples of one attached process."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self._fixed = fields.fixed(target)
        self._procs: tuple[int, ...] = ()
        self._plan = self._new_plan()

    def sample(self, attempts: int = ATTEMPTS) -> XraySample:
        """Where the process is now; ``torn`` says what could not be read in one piece.

        BadInput when the process has ended or may not be read any more.
        """
        began = time.perf_counter()
        if not self._target.memory.is_same():
            raise gone(self._target.pid)
        best: tuple[Torn, ...] | None = None
        for attempt in range(1, attempts + 1):
            raw = self._raw()
            torn = invariants.torn(raw)
            if best is None or len(torn) < len(best):
                best, kept = torn, raw
            if not torn or attempt == attempts:
                break
            time.sleep(_PAUSES_SECONDS[min(attempt, len(_PAUSES_SECONDS)) - 1])
        return _sample(kept, best or (), attempt, time.perf_counter() - began)

    def _raw(self) -> Raw:
        values = self._plan.read()
        # GOMAXPROCS changes seldom; a list of Ps that moved makes the count of goroutines wrong.
        if (values["allp.array"], values["allp.len"]) != self._allp:
            self._plan = self._new_plan()
            values = self._plan.read()
        return _added_up(values)

    def _new_plan(self) -> FieldPlan:
        target, fixed = self._target, self._fixed
        again = [Wanted(AGAIN + one.name, *one[1:]) for one in fixed if one.name in SEQUENCE]
        first = [one for one in fixed if one.name in SEQUENCE]
        rest = [one for one in fixed if one.name not in SEQUENCE]
        address, count = struct.unpack(
            "<QQ", target.memory.read(target.address("runtime.allp"), 16)
        )
        if not 0 < count <= _MOST_PROCS:
            raise BadInput(f"process {target.pid} states {count} Ps: this is not where they are.")
        words = target.memory.read(address, 8 * count)
        self._allp = (address, count)
        procs = fields.of_procs(target.layouts, struct.unpack(f"<{count}Q", words))
        return plan_of(target.memory, (first, rest, procs, again))


def _added_up(values: Mapping[str, Number | bytes]) -> Raw:
    """The sums over the generations of heapStats beside all that was read."""
    raw = cast(Raw, dict(values))
    for name in ("committed", "released", "inHeap", "inStacks", "inWorkBufs", "inPtrScalarBits",
                 "tinyAllocCount", "largeAllocCount", "largeFreeCount"):  # fmt: skip
        raw[f"stats.{name}"] = sum(raw.get(f"{name}.{one}", 0) for one in range(GENERATIONS))
    for name in ("smallAllocCount", "smallFreeCount"):
        raw[f"stats.{name}"] = sum(
            sum(memoryview(cast(bytes, values[f"{name}.{one}"])).cast("Q"))
            for one in range(GENERATIONS)
        )
    return raw


def _sample(raw: Raw, torn: tuple[Torn, ...], attempts: int, took_seconds: float) -> XraySample:
    free = sum(value for name, value in raw.items() if name.startswith("free."))
    return XraySample(
        at_seconds=time.time(),
        took_seconds=took_seconds,
        attempts=attempts,
        procs=raw["gomaxprocs"],
        goroutines=max(raw["allglen"] - raw["sched.ngsys"] - free, 1),
        system_goroutines=raw["sched.ngsys"],
        pacer=_pacer(raw),
        memory=_memory(raw),
        collector=_collector(raw),
        torn=torn,
    )


def _pacer(raw: Raw) -> PacerState:
    capacity = raw["limiter.capacity"]
    return PacerState(
        gogc_percent=raw["gc.gcPercent"],
        memory_limit_bytes=raw["gc.memoryLimit"],
        heap_live_bytes=raw["gc.heapLive"],
        heap_marked_bytes=raw["gc.heapMarked"],
        heap_minimum_bytes=raw["gc.heapMinimum"],
        gc_percent_heap_goal_bytes=raw["gc.gcPercentHeapGoal"],
        sweep_dist_min_trigger_bytes=raw["gc.sweepDistMinTrigger"],
        triggered_bytes=raw["gc.triggered"],
        last_heap_goal_bytes=raw["gc.lastHeapGoal"],
        last_heap_scan_bytes=raw["gc.lastHeapScan"],
        last_stack_scan_bytes=raw["gc.lastStackScan"],
        globals_scan_bytes=raw["gc.globalsScan"],
        runway_bytes=raw["gc.runway"],
        cons_mark=float(raw["gc.consMark"]),
        limiter_on=bool(raw["limiter.enabled"]),
        limiter_fill_fraction=raw["limiter.fill"] / capacity if capacity else 0.0,
        limiter_last_cycle=raw["limiter.lastEnabledCycle"],
    )


def _memory(raw: Raw) -> MemoryState:
    tiny = raw["stats.tinyAllocCount"]
    gc_sys = raw["memstats.gcMiscSys"] + raw["stats.inWorkBufs"] + raw["stats.inPtrScalarBits"]
    return MemoryState(
        heap_in_use_bytes=raw["gc.heapInUse"],
        heap_free_bytes=raw["gc.heapFree"],
        heap_released_bytes=raw["gc.heapReleased"],
        total_alloc_bytes=raw["gc.totalAlloc"],
        total_free_bytes=raw["gc.totalFree"],
        mallocs=raw["stats.smallAllocCount"] + raw["stats.largeAllocCount"] + tiny,
        frees=raw["stats.smallFreeCount"] + raw["stats.largeFreeCount"] + tiny,
        mapped_ready_bytes=raw["gc.mappedReady"],
        stack_in_use_bytes=raw["stats.inStacks"],
        stack_of_os_bytes=raw["memstats.stacks_sys"],
        mspan_in_use_bytes=raw["mheap.spanalloc.inuse"],
        mspan_sys_bytes=raw["memstats.mspan_sys"],
        mcache_in_use_bytes=raw["mheap.cachealloc.inuse"],
        mcache_sys_bytes=raw["memstats.mcache_sys"],
        buckhash_sys_bytes=raw["memstats.buckhash_sys"],
        gc_sys_bytes=gc_sys,
        other_sys_bytes=raw["memstats.other_sys"],
    )


def _collector(raw: Raw) -> CollectorState:
    return CollectorState(
        phase=PHASES[raw["gcphase"]] if raw["gcphase"] < len(PHASES) else "unknown",
        is_sweeping=not raw["sweep.state"] & _SWEPT,
        cycles=raw["memstats.numgc"],
        forced_cycles=raw["memstats.numforcedgc"],
        started_cycles=raw["work.cycles"],
        pause_total_nanoseconds=raw["memstats.pause_total_ns"],
        last_end_nanoseconds=raw["memstats.last_gc_unix"],
        cpu_fraction=float(raw["memstats.gc_cpu_fraction"]),
        cpu=_cpu(raw),
    )


def _cpu(raw: Raw) -> CollectorCPU | None:
    if "cpu.Assist" not in raw:
        return None
    return CollectorCPU(
        assist_nanoseconds=raw["cpu.Assist"],
        dedicated_nanoseconds=raw["cpu.Dedicated"],
        idle_nanoseconds=raw["cpu.Idle"],
        pause_nanoseconds=raw["cpu.Pause"],
    )
