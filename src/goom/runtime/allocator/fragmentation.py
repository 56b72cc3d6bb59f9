"""What a simulated heap holds beyond its objects, by reason; rows as in ``course.Course``.

HeapInuse = what was asked for
          + rounding, headers and shared blocks      internal: inside of slots
          + free slots of spans in use               external: pinned by their neighbours
          + tails, heap bits and mark bits           what no object of a span can ever use
HeapIdle  = free pages, of use for a span only where enough of them lie together
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from goom.runtime.allocator.malloc import PAGE_BYTES
from goom.runtime.allocator.simulation import Simulation
from goom.runtime.allocator.span_classes import LARGE_SPAN_CLASSES
from goom.runtime.allocator.trace import Trace
from goom.runtime.allocator.workload import Workload

Ints = NDArray[np.int64]
Fractions = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Fragmentation:
    """One value for each row.

    int64: ``free_slot_bytes`` and ``unusable_bytes``, which with HeapAlloc make up HeapInuse.
    float64, 0 to 1: ``external_fraction`` of HeapInuse is free slots; ``scattered_fraction`` of the
    free pages lies outside of the largest free run (0 when all lie together, or there are none).
    """

    free_slot_bytes: Ints
    unusable_bytes: Ints
    external_fraction: Fractions
    scattered_fraction: Fractions


def fragmentation(run: Simulation) -> Fragmentation:
    """Of each row of a simulation."""
    course, slot_bytes = run.course, run.classes.slot_bytes
    room = course.spans * run.classes.slots * slot_bytes
    free_slots = (room - course.objects * slot_bytes)[:, LARGE_SPAN_CLASSES:].sum(axis=1)
    unusable = run.heap_in_use_bytes - run.heap_alloc_bytes - free_slots
    free_pages = course.free_pages + course.released_pages
    outside = free_pages - course.largest_free_run_pages
    return Fragmentation(
        free_slots,
        unusable,
        free_slots / np.maximum(run.heap_in_use_bytes, 1),
        outside / np.maximum(free_pages, 1),
    )


def free_slot_bytes_by_class(run: Simulation) -> Ints:
    """int64[rows, 136]: free slots of spans in use, by span class; 0 for the large ones."""
    free = (course := run.course).spans * run.classes.slots - course.objects
    return free * run.classes.slot_bytes


def internal_bytes(made: Workload, trace: Trace) -> Ints:
    """int64[rows]: what the slots of live objects are larger than what was asked for.

    Class rounding, headers, the unused ends of tiny blocks and of the pages of large objects. The
    last row counts what died since the last collection, as HeapAlloc does.
    """
    wasted = made.slot_bytes - made.requested_bytes
    allocated = np.concatenate(([0], np.cumsum(wasted)))
    freed = np.concatenate(([0], np.cumsum(wasted[trace.freed])))
    objects_by_row, frees_by_row = trace.collections.T
    last_frees = frees_by_row[-1] if len(frees_by_row) else 0
    held = allocated[np.append(objects_by_row, len(wasted))]
    return np.asarray(held - freed[np.append(frees_by_row, last_frees)])


def spans_that_fit(free_runs: Ints, span_bytes: int) -> int:
    """How many spans of so many bytes the holes of a heap take before it has to grow."""
    return int((free_runs // -(-span_bytes // PAGE_BYTES)).sum())
