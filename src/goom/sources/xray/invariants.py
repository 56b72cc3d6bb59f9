"""Figures that the runtime keeps twice: where the two differ, the sample is torn.

The rules are those that the runtime itself throws for when it double-checks its statistics in a
stopped world (doubleCheckReadMemStats in readmemstats_m, runtime/mstats.go): from outside they fail
only for as long as one thread is between two of its own writes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from goom.case.xray import Torn

Raw = Mapping[str, int]

# Figures that the end of a mark moves together; read at the start and at the end of a sample.
SEQUENCE = (
    "gcphase", "work.cycles", "memstats.numgc", "gc.heapMarked", "gc.triggered",
    "gc.gcPercentHeapGoal", "gc.gcPercent", "gc.memoryLimit", "allp.len",
)  # fmt: skip
AGAIN = "again."  # the prefix of the second reading
_PACER = ("pacer", "goal", "trigger", "collector")


def torn(raw: Raw) -> tuple[Torn, ...]:
    """All rules that do not hold; ``raw`` as state.py reads it."""
    return tuple(one for one in _rules(raw) if one.difference)


def _rules(raw: Raw) -> Iterator[Torn]:
    heap = raw["gc.heapInUse"] + raw["gc.heapFree"]
    yield Torn(
        rule="gcController.heapInUse = sum of heapStats.inHeap",
        affects=("heap_in_use_bytes", "heap_idle_bytes"),
        difference=raw["gc.heapInUse"] - raw["stats.inHeap"],
    )
    yield Torn(
        rule="gcController.heapReleased = sum of heapStats.released",
        affects=("heap_released_bytes", "heap_idle_bytes", "sys_bytes"),
        difference=raw["gc.heapReleased"] - raw["stats.released"],
    )
    not_heap = raw["stats.inStacks"] + raw["stats.inWorkBufs"] + raw["stats.inPtrScalarBits"]
    yield Torn(
        rule="heapInUse + heapFree = committed - stacks - work buffers",
        affects=("heap_free_bytes", "heap_idle_bytes", "stack_in_use_bytes"),
        difference=heap - (raw["stats.committed"] - not_heap),
    )
    yield Torn(
        rule="mappedReady = all that is mapped and not released",
        affects=("mapped_ready_bytes", "sys_bytes", "goal of GOMEMLIMIT"),
        difference=raw["gc.mappedReady"] - (heap + not_heap + _system_bytes(raw)),
    )
    yield Torn(
        rule="a collection, or a change of settings, began or ended while the sample was read",
        affects=_PACER,
        difference=sum(raw[name] != raw[AGAIN + name] for name in SEQUENCE),
    )
    yield Torn(
        rule="heapMarked <= heapLive outside of a mark",
        affects=("heap_live_bytes", "heap_marked_bytes"),
        difference=max(raw["gc.heapMarked"] - raw["gc.heapLive"], 0) if not raw["gcphase"] else 0,
    )
    # The phase is off already, or still, while a stopped world sets up what the pacer is to do.
    yield Torn(
        rule="numgc = work.cycles outside of a mark",
        affects=_PACER,
        difference=raw["work.cycles"] - raw["memstats.numgc"] if not raw["gcphase"] else 0,
    )


def _system_bytes(raw: Raw) -> int:
    names = ("stacks_sys", "mspan_sys", "mcache_sys", "buckhash_sys", "gcMiscSys", "other_sys")
    return sum(raw[f"memstats.{name}"] for name in names)
