"""The GC CPU limiter of runtime/mgclimit.go, the same from 1.19 to 1.27: half the CPU, no more.

A leaky bucket. CPU time of the collector fills it, CPU time of the program drains it, idle time
does neither. When it is full, assists stop: goroutines allocate without helping, the heap passes
its goal, and the program gets on instead of collecting for ever. Both flow with the same weight,
so in the long run the collector gets half of the time that is not idle.

All times are CPU seconds. Nothing here is a clock: a caller says how much time passed.
"""

from __future__ import annotations

from typing import NamedTuple

CAPACITY_SECONDS_PER_PROC = 1.0  # capacityPerProc
UPDATE_PERIOD_SECONDS = 0.010  # gcCPULimiterUpdatePeriod: the longest between two updates
BACKGROUND_UTILIZATION = 0.25  # gcBackgroundUtilization


class Bucket(NamedTuple):
    """How full the bucket is. ``limiting`` is 1.0 while assists are off."""

    fill_seconds: float
    capacity_seconds: float
    limiting: float = 0.0


class Window(NamedTuple):
    """CPU time of one stretch between two updates, as the limiter divides it."""

    mutator_seconds: float
    gc_seconds: float


def empty_bucket(procs: float) -> Bucket:
    """The bucket of a process that starts with ``procs`` Ps (resetCapacity)."""
    return Bucket(0.0, procs * CAPACITY_SECONDS_PER_PROC, 0.0)


def window(
    total_seconds: float, assist_seconds: float, idle_seconds: float, marking: bool
) -> Window:
    """updateLocked: what of ``total_seconds`` (wall times procs) was the collector's.

    While a cycle marks it is charged a quarter of the whole, used or not, and every assist. Idle Ps
    and idle mark workers count for nobody, which is why a process can show more than half of its
    CPU in the collector although the limiter holds.
    """
    gc = assist_seconds
    if marking:
        gc += total_seconds * BACKGROUND_UTILIZATION
    return Window(total_seconds - idle_seconds - gc, gc)


def accumulate(bucket: Bucket, passed: Window) -> Bucket:
    """accumulate: pour in what the collector took, let out what the program took.

    Limiting begins when the bucket is full and ends with the first update that leaves it less full.
    """
    change = passed.gc_seconds - passed.mutator_seconds
    headroom = bucket.capacity_seconds - bucket.fill_seconds
    if change > 0 and headroom <= change:
        return Bucket(bucket.capacity_seconds, bucket.capacity_seconds, 1.0)
    limiting = bucket.limiting if change == 0 else 0.0
    return Bucket(max(bucket.fill_seconds + change, 0.0), bucket.capacity_seconds, limiting)


def fill_per_second(procs: float, assisting_procs: float, idle_procs: float) -> float:
    """How fast the bucket fills while a cycle marks: CPU seconds for each second of wall time."""
    passed = window(procs, assisting_procs, idle_procs, True)
    return passed.gc_seconds - passed.mutator_seconds


def most_assisting_procs(procs: float, idle_procs: float) -> float:
    """How many Ps may assist on average while the bucket is full, so that it stays just full.

    The limiter turns assists off when the bucket is full and on again at once when it is not; over
    many updates that comes to the share at which nothing flows: half of what is not idle.
    """
    return max((procs - idle_procs) / 2 - procs * BACKGROUND_UTILIZATION, 0.0)
