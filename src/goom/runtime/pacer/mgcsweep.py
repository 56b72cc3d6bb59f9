"""Sweep pacing of runtime/mgcsweep.go, the same from 1.19 to 1.27: sweep as fast as one allocates.

The sweep of a cycle must be over before the next one begins. Whoever takes a span sweeps in
proportion (deductSweepCredit), so that nothing is left 1 MiB before the trigger; the background
sweeper, which takes what time is left, is usually done long before.
"""

from __future__ import annotations

PAGE_BYTES = 8192.0  # pageSize
SWEEP_MARGIN_BYTES = 1048576.0  # the margin of gcPaceSweeper


def heap_distance_bytes(trigger_bytes: float, heap_live_bytes: float) -> float:
    """The allocation over which the sweep is spread: up to 1 MiB before the trigger, 1 page at
    least, so that the ratio stays finite.
    """
    return max(trigger_bytes - heap_live_bytes - SWEEP_MARGIN_BYTES, PAGE_BYTES)


def sweep_pages_per_byte(
    heap_in_use_bytes: float, trigger_bytes: float, heap_live_bytes: float
) -> float:
    """Pages to sweep for each byte allocated (sweepPagesPerByte, gcPaceSweeper).

    Set right after a mark, when no page is swept yet.
    """
    pages = heap_in_use_bytes // PAGE_BYTES
    return pages / heap_distance_bytes(trigger_bytes, heap_live_bytes)


def pages_owed(pages_per_byte: float, allocated_bytes: float, pages_swept: float) -> float:
    """How many pages whoever takes a span has to sweep first (deductSweepCredit).

    ``allocated_bytes`` since the sweep began, the span that is being taken included.
    """
    return max(pages_per_byte * allocated_bytes - pages_swept, 0.0)


def swept_by_heap_live_bytes(trigger_bytes: float, heap_live_bytes: float) -> float:
    """The heapLive at which the sweep is over at the latest, were there no background sweeper."""
    return heap_live_bytes + heap_distance_bytes(trigger_bytes, heap_live_bytes)
