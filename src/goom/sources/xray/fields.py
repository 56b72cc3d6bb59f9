"""Which fields of the runtime's globals a sample is made of; the runtime's own names.

Sources: runtime/mgcpacer.go, mgclimit.go, mstats.go, mheap.go, mgcsweep.go, proc.go (gcount).
"""

from __future__ import annotations

from collections.abc import Iterator

from goom.case.errors import BadInput
from goom.formats.go_layout import Layouts
from goom.sources.xray.plan import GlobalField, Wanted, wanted_of
from goom.sources.xray.target import Target

GENERATIONS = 3  # of heapStats.stats: writers use one, a reader adds up all
_STATS = "runtime.heapStatsDelta"
_MOST_PROCS = 960  # whose free goroutines are counted: one call takes 1024 regions

_GC = (
    "heapLive", "heapMarked", "heapMinimum", "gcPercentHeapGoal", "sweepDistMinTrigger",
    "triggered", "lastHeapGoal", "lastHeapScan", "lastStackScan", "globalsScan", "runway",
    "heapInUse", "heapReleased", "heapFree", "totalAlloc", "totalFree", "mappedReady",
)  # fmt: skip
_MEMSTATS = (
    "stacks_sys", "mspan_sys", "mcache_sys", "buckhash_sys", "gcMiscSys", "other_sys",
    "last_gc_unix", "pause_total_ns",
)  # fmt: skip


def _field(name: str, owner: str, letter: str, *path: str) -> GlobalField:
    return GlobalField(name, f"runtime.{owner}", path, letter)


FIELDS = (
    *(_field(f"gc.{name}", "gcController", "Q", name) for name in _GC),
    _field("gc.gcPercent", "gcController", "i", "gcPercent"),
    _field("gc.memoryLimit", "gcController", "q", "memoryLimit"),
    _field("gc.consMark", "gcController", "d", "consMark"),
    *(_field(f"memstats.{name}", "memstats", "Q", name) for name in _MEMSTATS),
    _field("memstats.numgc", "memstats", "I", "numgc"),
    _field("memstats.numforcedgc", "memstats", "I", "numforcedgc"),
    _field("memstats.gc_cpu_fraction", "memstats", "d", "gc_cpu_fraction"),
    _field("mheap.spanalloc.inuse", "mheap_", "Q", "spanalloc", "inuse"),
    _field("mheap.cachealloc.inuse", "mheap_", "Q", "cachealloc", "inuse"),
    _field("limiter.enabled", "gcCPULimiter", "B", "enabled"),
    _field("limiter.fill", "gcCPULimiter", "Q", "bucket", "fill"),
    _field("limiter.capacity", "gcCPULimiter", "Q", "bucket", "capacity"),
    _field("limiter.lastEnabledCycle", "gcCPULimiter", "I", "lastEnabledCycle"),
    _field("sched.ngsys", "sched", "i", "ngsys"),
    _field("work.cycles", "work", "I", "cycles"),
    _field("sweep.state", "sweep", "I", "active", "state"),
    _field("allp.array", "allp", "Q", "array"),
    _field("allp.len", "allp", "Q", "len"),
    _field("allglen", "allglen", "Q"),
    _field("gcphase", "gcphase", "I"),
    _field("gomaxprocs", "gomaxprocs", "i"),
)
# Summed when a cycle ends (cpuStats.accumulate, since 1.20); capital since 1.23.
_CPU = ("Assist", "Dedicated", "Idle", "Pause")
_SPELLINGS = ("gc", "GC")
_FREE_OF_SCHED = (("gFree", "n"), ("gFree", "stack", "size"), ("gFree", "noStack", "size"))
_FREE_OF_P = (("gFree", "n"), ("gFree", "size"))  # a count until 1.26, the list's own size since
NEEDED = tuple(dict.fromkeys(one.owner for one in FIELDS))

_SUMS = ("committed", "released", "inHeap", "inStacks", "inWorkBufs", "inPtrScalarBits")
_COUNTS = ("tinyAllocCount", "largeAllocCount", "largeFreeCount")
_ARRAYS = ("smallAllocCount", "smallFreeCount")


def fixed(target: Target) -> list[Wanted]:
    """All fields that do not depend on how many Ps there are; BadInput when one is missing."""
    found = [(one, wanted_of(target, one)) for one in FIELDS]
    missing = [one.name for one, wanted in found if wanted is None]
    if missing:
        raise BadInput(f"this program's runtime has no {', '.join(missing)}.")
    rest = (*_statistics(target), *_free(target), *_cpu(target))
    return [wanted for _, wanted in found if wanted] + list(rest)


def _cpu(target: Target) -> Iterator[Wanted]:
    """The collector's CPU time by class, where this version counts it."""
    for name in _CPU:
        for spelling in _SPELLINGS:
            path = ("cpuStats", f"{spelling}{name}Time")
            wanted = wanted_of(target, _field(f"cpu.{name}", "work", "q", *path))
            if wanted is not None:
                yield wanted


def _statistics(target: Target) -> Iterator[Wanted]:
    """heapStats: the same struct three times, arrays of counts by size class in it."""
    kind = target.types["runtime.memstats"]
    offset, array = target.layouts.array(kind, "heapStats", "stats")
    if array.count != GENERATIONS:
        raise BadInput("this program's heapStats has another count of generations")
    base = target.address("runtime.memstats") + offset
    for generation in range(GENERATIONS):
        start = base + generation * array.stride_bytes
        for name, place in target.layouts.struct(_STATS).fields.items():
            if name in _SUMS or name in _COUNTS:
                yield Wanted(f"{name}.{generation}", start + place.offset, "q")
            elif name in _ARRAYS:
                letter = f"{place.size_bytes}s"
                yield Wanted(f"{name}.{generation}", start + place.offset, letter)


def _free(target: Target) -> Iterator[Wanted]:
    """Goroutines that ended and wait in the scheduler's list."""
    base, kind = target.address("runtime.sched"), target.types["runtime.sched"]
    for path in _FREE_OF_SCHED:
        place = target.layouts.maybe(kind, *path)
        if place is not None and place.size_bytes == 4:
            yield Wanted(f"free.{'.'.join(path)}", base + place.offset, "i")


def of_procs(layouts: Layouts, procs: tuple[int, ...]) -> list[Wanted]:
    """Goroutines that ended and wait in the list of a P."""
    for path in _FREE_OF_P:
        place = layouts.maybe("runtime.p", *path)
        if place is not None and place.size_bytes == 4:
            rows = enumerate(procs[:_MOST_PROCS])
            return [Wanted(f"free.p{row}", at + place.offset, "i") for row, at in rows]
    raise BadInput("this program's runtime.p has no list of free goroutines that goom knows")
