"""What a table is made from, in words: for whoever must fetch what was missing."""

from __future__ import annotations

import re
from collections.abc import Iterable

# What detectors lack where only a heap profile says it, with the command that gets one.
TWO_HEAP_PROFILES = "two heap profiles a minute apart (goom capture --for 60s PID-or-URL)"
HEAP_PROFILE_OF_GARBAGE = "a heap profile, to name who makes the garbage (goom capture PID-or-URL)"
HEAP_PROFILE_OF_BURST = "a heap profile taken during the burst"
HEAP_PROFILE_OF_SURVIVORS = "a heap profile, to name who holds the survivors"
OF_HEAP_PROFILES = frozenset(
    (TWO_HEAP_PROFILES, HEAP_PROFILE_OF_GARBAGE, HEAP_PROFILE_OF_BURST, HEAP_PROFILE_OF_SURVIVORS)
)
_LOG = "a GC log (GODEBUG=gctrace=1)"
_FEW_COLLECTIONS = 3  # of which nothing can be said
_TWO_HEAPS = "two heap profiles some time apart"
_OVER_TIME = "memory over time"
_WORDS = {
    "BinaryCalls": "the program's binary",
    "Burst": "a burst of memory with its base before it",
    "CgroupSeries": "the memory cgroup's figures over time",
    "Composition": "MemStats (…/heap?debug=1 or /debug/vars)",
    "Course": _OVER_TIME,
    "EbpfLooks": "looks through eBPF (goom probe PID mmap stacks, or --ebpf)",
    "ExecutionTraces": "an execution trace (goom capture --trace 2s)",
    "GCCost": _LOG,
    "GCTrace": _LOG,
    "GoroutineDumps": "goroutine dumps (…/goroutine?debug=2)",
    "GoroutineGrowth": "goroutines over time",
    "GoroutineTrend": "goroutines over time",
    "Growth": _OVER_TIME,
    "MappingLooks": "/proc/PID/smaps",
    "MarkedHeap": f"{_LOG} or MemStats over time",
    "MemStatsSeries": "MemStats (…/heap?debug=1 or /debug/vars)",
    "MetricsSeries": "Prometheus metrics",
    "Onset": _OVER_TIME,
    "OutsideCallers": "the places that call C or map memory",
    "Pooling": "heap profiles, or a span map (goom xray PID --spans, or goom capture)",
    "ProcessSeries": "/proc/PID over time",
    "Profiles": "pprof profiles",
    "SiteGrowth": _TWO_HEAPS,
    "Startup": "the process from its start",
    "SpanMaps": "a span map (goom xray PID --spans, or goom capture)",
    "NumaLooks": "/proc/PID/numa_maps",
    "SurroundingsLooks": "the cgroups up to the root and the kernel's settings (goom capture)",
    "TracePressure": "an execution trace (goom capture --trace 2s)",
    "Usage": _OVER_TIME,
}


def missing_words(type_names: Iterable[str]) -> tuple[str, ...]:
    """Each missing table in words, the same words once; a name that is not known as it stands."""
    return tuple(dict.fromkeys(_words(name) for name in type_names))


def unheard_words(type_names: Iterable[str], *, collections: float) -> str:
    """Why a detector could not speak. ``collections`` is how many are known to have run, nan
    unknown: where none did, nobody is told to ask for their log.
    """
    missing = missing_words(type_names)
    log = any(one.startswith(_LOG) for one in missing)
    if log and collections == 0:
        return "not checked: no collection ran, so no GC log"
    if log and 0 < collections < _FEW_COLLECTIONS:
        return f"not checked: too few collections, {collections:.0f}"
    return f"not checked without {' and '.join(missing)}"


def _words(name: str) -> str:
    if name in _WORDS:
        return _WORDS[name]
    if not re.fullmatch(r"(?:[A-Z]+[a-z]*)+", name):
        return name  # a detector said it in words of its own
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).lower()
