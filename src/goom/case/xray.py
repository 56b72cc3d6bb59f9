"""What X-ray reads of a running Go process: the runtime's own figures, as they were in its memory.

Nothing here is derived: goal and trigger are recomputed from these by ``signals/xray_pacer.py``.
"""

from __future__ import annotations

from dataclasses import dataclass

PHASES = ("off", "mark", "mark termination")  # gcphase: _GCoff, _GCmark, _GCmarktermination


@dataclass(frozen=True, slots=True, kw_only=True)
class PacerState:
    """gcControllerState and gcCPULimiterState (runtime/mgcpacer.go, mgclimit.go).

    ``gogc_percent`` -1 is off; ``memory_limit_bytes`` 2**63-1 is none. ``gc_percent_heap_goal``
    2**64-1 stands for no goal, ``triggered`` 2**64-1 for no cycle under way. ``heap_live`` counts
    whole spans that are being filled, so it is above the bytes of objects.
    """

    gogc_percent: int
    memory_limit_bytes: int
    heap_live_bytes: int
    heap_marked_bytes: int
    heap_minimum_bytes: int
    gc_percent_heap_goal_bytes: int
    sweep_dist_min_trigger_bytes: int
    triggered_bytes: int
    last_heap_goal_bytes: int
    last_heap_scan_bytes: int
    last_stack_scan_bytes: int
    globals_scan_bytes: int
    runway_bytes: int
    cons_mark: float
    limiter_on: bool
    limiter_fill_fraction: float
    limiter_last_cycle: int  # 0: never on

    @property
    def has_memory_limit(self) -> bool:
        """Whether GOMEMLIMIT is set."""
        return self.memory_limit_bytes < (1 << 63) - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryState:
    """The figures of runtime.MemStats (readmemstats_m, runtime/mstats.go), without its stop.

    ``heap_alloc``, ``total_alloc``, ``mallocs`` and ``frees`` are behind by what the Ps have
    allocated in spans that they still fill; MemStats flushes those first, from outside one cannot.
    ``mapped_ready`` is what GOMEMLIMIT counts.
    """

    heap_in_use_bytes: int
    heap_free_bytes: int
    heap_released_bytes: int
    total_alloc_bytes: int
    total_free_bytes: int
    mallocs: int
    frees: int
    mapped_ready_bytes: int
    stack_in_use_bytes: int
    stack_of_os_bytes: int
    mspan_in_use_bytes: int
    mspan_sys_bytes: int
    mcache_in_use_bytes: int
    mcache_sys_bytes: int
    buckhash_sys_bytes: int
    gc_sys_bytes: int
    other_sys_bytes: int

    @property
    def heap_alloc_bytes(self) -> int:
        """HeapAlloc: bytes of objects that are not swept."""
        return self.total_alloc_bytes - self.total_free_bytes

    @property
    def heap_objects(self) -> int:
        """HeapObjects."""
        return self.mallocs - self.frees

    @property
    def heap_idle_bytes(self) -> int:
        """HeapIdle: spans without objects, given back or not."""
        return self.heap_free_bytes + self.heap_released_bytes

    @property
    def heap_sys_bytes(self) -> int:
        """HeapSys."""
        return self.heap_in_use_bytes + self.heap_idle_bytes

    @property
    def stack_sys_bytes(self) -> int:
        """StackSys."""
        return self.stack_in_use_bytes + self.stack_of_os_bytes

    @property
    def sys_bytes(self) -> int:
        """Sys: all that the runtime has mapped, /memory/classes/total."""
        return (
            self.heap_sys_bytes + self.stack_sys_bytes + self.mspan_sys_bytes
            + self.mcache_sys_bytes + self.buckhash_sys_bytes + self.gc_sys_bytes
            + self.other_sys_bytes
        )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectorCPU:
    """CPU time of all cycles that have ended (work.cpuStats, runtime/mstats.go); a pause counts for
    every P. Fractional workers count as dedicated.
    """

    assist_nanoseconds: int
    dedicated_nanoseconds: int
    idle_nanoseconds: int
    pause_nanoseconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectorState:
    """Where the collector is, and what it has done since the start."""

    phase: str  # one of PHASES
    is_sweeping: bool
    cycles: int  # NumGC: those that have ended
    forced_cycles: int
    started_cycles: int
    pause_total_nanoseconds: int
    last_end_nanoseconds: int  # LastGC, since 1970; 0 before the first
    cpu_fraction: float
    cpu: CollectorCPU | None = None  # before 1.20 unknown


@dataclass(frozen=True, slots=True, kw_only=True)
class Torn:
    """Two figures that must agree and did not: the program changed them while they were read.

    ``affects`` names the figures that cannot be relied on, ``difference`` how far apart they were.
    """

    rule: str
    affects: tuple[str, ...]
    difference: int


@dataclass(frozen=True, slots=True, kw_only=True)
class XraySample:
    """One look. ``torn`` is empty when all that can be checked agrees; ``attempts`` it took.

    ``goroutines`` is Go's own count (gcount, runtime.NumGoroutine): it may be off by those that
    start or end just then. The runtime's own, ``system_goroutines``, are beside them.
    """

    at_seconds: float  # epoch
    took_seconds: float
    attempts: int
    procs: int
    goroutines: int
    system_goroutines: int
    pacer: PacerState
    memory: MemoryState
    collector: CollectorState
    torn: tuple[Torn, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class XrayTarget:
    """What was attached to, and by which means.

    ``layouts_from`` and ``addresses_from`` say where the knowledge came from: "DWARF",
    "symbols", "the table of Go 1.22.10", "fingerprints".
    """

    pid: int
    go_version: str
    path: str
    module: str
    experiment: str
    is_position_independent: bool
    layouts_from: str
    addresses_from: str
    attach_seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class XrayPacer:
    """Goal and trigger, recomputed; None when nothing bounds the heap.

    ``regime`` says what decides: one of runtime.pacer.mgcpacer.REGIMES. ``limit_used_bytes`` is
    what GOMEMLIMIT counts, ``non_heap_bytes`` its part that is not heap.
    """

    goal_bytes: int | None
    trigger_bytes: int | None
    regime: str
    memory_limit_goal_bytes: int | None
    limit_used_bytes: int
    non_heap_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class XrayCost:
    """What looking has cost so far: memory copied, system calls that copied it, time."""

    read_bytes: int
    calls: int
    attach_seconds: float
    sample_seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Xray:
    """One look at one process, with what follows from it and what it cost."""

    target: XrayTarget
    sample: XraySample
    pacer: XrayPacer
    cost: XrayCost
