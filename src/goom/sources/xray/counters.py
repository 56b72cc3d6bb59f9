"""The process's own counters of its spans, which the map of them has to add up to.

Sources: runtime/mgcpacer.go (gcControllerState.heapInUse …), mstats.go (heapStatsDelta).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from goom.case.xray_spans import SpanCounters
from goom.sources.process_memory import Region
from goom.sources.xray.columns import column
from goom.sources.xray.target import Target

Floats = NDArray[np.float64]
Bytes = NDArray[np.uint8]
_STATS = "runtime.heapStatsDelta"
_GC = ("heapInUse", "heapFree", "heapReleased")


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Counted:
    """``objects`` by size class: allocated and not freed, without what caches have not told.

    ``sweep_generation`` is mheap_.sweepgen; ``shape`` changes when a span, a stretch of heap or a
    P was added.
    """

    own: SpanCounters
    objects: Floats  # [68]; large ones are class 0
    sweep_generation: int
    shape: bytes


def regions(target: Target) -> dict[str, list[Region]]:
    """What ``counted`` wants read, under these names."""
    heap = "runtime.mheap_"
    return {
        "gc": [target.region("runtime.gcController", name) for name in _GC],
        "stats": [target.region("runtime.memstats", "heapStats", "stats")],
        "heap": [
            target.region(heap, "sweepgen"),
            target.region(heap, "allspans"),
            target.region(heap, "pages", "inUse"),
            Region(target.address("runtime.allp"), 24),
        ],
    }


def counted(target: Target, read: Mapping[str, Bytes]) -> Counted:
    """The counters of what was read of ``regions``."""
    deltas = _Deltas(target, read["stats"])
    in_use, free, released = read["gc"].view("<i8").tolist()
    objects = deltas.array("smallAllocCount") - deltas.array("smallFreeCount")  # floats: no wrap
    objects[0] += deltas.sum("largeAllocCount") - deltas.sum("largeFreeCount")
    heap = read["heap"].tobytes()
    return Counted(
        own=SpanCounters(
            heap_in_use_bytes=in_use,
            heap_free_bytes=free,
            heap_released_bytes=released,
            stack_bytes=deltas.sum("inStacks"),
            work_bytes=deltas.sum("inWorkBufs") + deltas.sum("inPtrScalarBits"),
        ),
        objects=objects,
        sweep_generation=int.from_bytes(heap[:4], "little"),
        shape=heap[4:],
    )


class _Deltas:
    """heapStats: writers use one of the generations, a reader adds up all."""

    def __init__(self, target: Target, data: Bytes) -> None:
        kind = target.types["runtime.memstats"]
        _, array = target.layouts.array(kind, "heapStats", "stats")
        self._data, self._fields = data, target.layouts.struct(_STATS).fields
        self._starts = np.arange(array.count, dtype=np.int64) * array.stride_bytes

    def sum(self, name: str) -> int:
        """A field, 0 in versions that have it not."""
        field = self._fields.get(name)
        return int(column(self._data, self._starts, field).sum()) if field else 0

    def array(self, name: str) -> Floats:
        """An array of counts."""
        field = self._fields[name]
        rows = self._data.reshape(len(self._starts), -1)
        part = rows[:, field.offset : field.offset + field.size_bytes]
        return np.asarray(np.ascontiguousarray(part).view("<i8").sum(axis=0, dtype=np.float64))
