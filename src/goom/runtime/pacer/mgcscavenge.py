"""The page scavenger of runtime/mgcscavenge.go: when free pages go back to the system.

In use, free and released are the three states of a page of the heap. In use: it belongs to a span.
Free: no span has it, the system still counts it as ours. Released: given back, the address stays.
``heapRetained`` is the first two, what the heap contributes to RSS.

After each cycle two goals are set (gcPaceScavenger). While either is exceeded the background
scavenger works, with 1 % of the CPU. Whoever takes pages releases others at once when the limit
would be passed (allocSpan in runtime/mheap.go).

What is left out: chunks that were densely used in the last cycle are spared for another one
(scavChunkHiOccFrac), and which page is taken first. Both concern where, not how much.
"""

from __future__ import annotations

import math
from typing import NamedTuple

RETAIN_EXTRA_PERCENT = 10.0  # retainExtraPercent
REDUCE_EXTRA_PERCENT = 5.0  # reduceExtraPercent
SCAVENGE_PERCENT = 1.0  # scavengePercent: of the CPU time of all Ps
MIN_SCAV_WORK_SECONDS = 1e-3  # minScavWorkTime
PHYS_PAGE_BYTES = 4096.0  # physPageSize of amd64 and most arm64 kernels
PALLOC_CHUNK_BYTES = 4194304.0  # pallocChunkBytes: the heap grows by whole chunks
MEMORY_LIMIT_GOAL_FACTOR = 1.0 - REDUCE_EXTRA_PERCENT / 100.0
NO_GOAL_BYTES = math.inf


class Footprint(NamedTuple):
    """The bytes of the heap's address space by state; their sum is HeapSys less the stacks."""

    in_use_bytes: float
    free_bytes: float
    released_bytes: float


class ScavengeGoals(NamedTuple):
    """What gcPaceScavenger stores: infinite when there is nothing to do for that goal."""

    gc_percent_goal_bytes: float
    memory_limit_goal_bytes: float


def memory_limit_goal_bytes(memory_limit_bytes: float) -> float:
    """scavenge.memoryLimitGoal since 1.22: 95 % of the limit. Before: mgcscavenge_1_21.py."""
    return memory_limit_bytes * MEMORY_LIMIT_GOAL_FACTOR


def gc_percent_goal_bytes(
    heap_goal_bytes: float, last_heap_goal_bytes: float, last_heap_in_use_bytes: float
) -> float:
    """scavenge.gcPercentGoal: what the heap will need at its next goal, and a tenth more.

    lastHeapInUse is what spans held at the last mark termination. No goal before the first cycle.
    """
    if last_heap_goal_bytes <= 0:
        return NO_GOAL_BYTES
    needed = last_heap_in_use_bytes * (heap_goal_bytes / last_heap_goal_bytes)
    kept = needed + needed / (1.0 / (RETAIN_EXTRA_PERCENT / 100.0))
    return math.ceil(kept / PHYS_PAGE_BYTES) * PHYS_PAGE_BYTES if kept < math.inf else kept


def retained_bytes(pages: Footprint) -> float:
    """heapRetained: in use and free."""
    return pages.in_use_bytes + pages.free_bytes


def wanted_release_bytes(
    pages: Footprint, mapped_ready_bytes: float, goals: ScavengeGoals
) -> float:
    """How much the background scavenger would release had it all the time of the world.

    It stops when both goals are met (shouldStop), or when no free page is left.
    """
    over_percent = retained_bytes(pages) - goals.gc_percent_goal_bytes
    over_limit = mapped_ready_bytes - goals.memory_limit_goal_bytes
    return min(max(over_percent, over_limit, 0.0), pages.free_bytes)


def background_bytes(procs: float, bytes_per_cpu_second: float, seconds: float) -> float:
    """What the background scavenger can release in a cycle that takes so long.

    1 % of the CPU of ``procs`` Ps; the runtime holds that share with a PI controller over its
    sleeps (sleepController), this is what the controller aims at. But the end of each sweep wakes
    it (scavenger.ready), and once awake it works for a millisecond at least (minScavWorkTime): in
    a program that collects often it does more. ``bytes_per_cpu_second`` is the kernel's, for
    madvise.
    """
    share = procs * SCAVENGE_PERCENT / 100.0 * seconds
    return max(share, MIN_SCAV_WORK_SECONDS) * bytes_per_cpu_second


def release(pages: Footprint, bytes_released: float) -> Footprint:
    """The pages after ``bytes_released`` of the free ones went back."""
    given = min(bytes_released, pages.free_bytes)
    return Footprint(pages.in_use_bytes, pages.free_bytes - given, pages.released_bytes + given)


def grow(pages: Footprint, in_use_bytes: float) -> Footprint:
    """The pages once spans hold ``in_use_bytes``: free ones first, then released, then new chunks.

    New address space counts as released until it is used (mheap.grow).
    """
    needed = max(in_use_bytes - pages.in_use_bytes, 0.0)
    from_free = min(needed, pages.free_bytes)
    needed -= from_free
    chunks = math.ceil(max(needed - pages.released_bytes, 0.0) / PALLOC_CHUNK_BYTES)
    released = pages.released_bytes + chunks * PALLOC_CHUNK_BYTES - needed
    return Footprint(
        pages.in_use_bytes + from_free + needed, pages.free_bytes - from_free, released
    )


def shrink(pages: Footprint, in_use_bytes: float) -> Footprint:
    """The pages once the sweep has freed spans down to ``in_use_bytes``."""
    freed = max(pages.in_use_bytes - in_use_bytes, 0.0)
    return Footprint(pages.in_use_bytes - freed, pages.free_bytes + freed, pages.released_bytes)
