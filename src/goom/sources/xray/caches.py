"""What the Ps keep to themselves, and the lists of mcentral.

Sources: runtime/mcache.go (alloc, refill, releaseAll), mpagecache.go, mcentral.go
(partialSwept …), mspanset.go (headTailIndex: head in the upper half; as many as tail - head).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from goom.case.errors import BadInput
from goom.case.xray_spans import CentralRows, ProcRows
from goom.sources.xray.columns import column
from goom.sources.xray.span_table import SPAN_CLASSES, Spans
from goom.sources.xray.target import Target

Ints = NDArray[np.int64]
Bytes = NDArray[np.uint8]


def page_caches(target: Target, data: Bytes) -> Ints:
    """base, free pages and released ones of them (bits) of each P's pageCache, [Ps, 3].

    A cache may hold scavenged bits of pages that it has not: those of the padding (1.26, 1.27).
    """
    shape = target.layouts.struct("runtime.pageCache")
    starts = np.arange(len(data) // shape.size_bytes, dtype=np.int64) * shape.size_bytes
    names = ("base", "cache", "scav")
    base, free, scavenged = (column(data, starts, shape.fields[name]) for name in names)
    return np.stack([base, free, free & scavenged], axis=1)


def proc_rows(target: Target, data: Bytes, pages: Ints, heap: Spans) -> tuple[ProcRows, Ints]:
    """By P; and by size class what the caches have not told heapStats yet.

    ``data`` are mcaches one after the other; ``pages`` the rows of ``page_caches``.
    """
    held = _held(target, data)
    row = np.searchsorted(heap.at, held)  # the number of spans for what is beyond the last
    known = np.append(heap.at, -1)[row] == held
    free = np.where(known, np.append(heap.slots - heap.objects, 0)[row], 0)
    fresh = np.where(known, np.append(np.maximum(heap.objects - heap.before, 0), 0)[row], 0)
    bits = np.bitwise_count(pages[:, 1:].astype(np.uint64)).astype(np.int64)
    count = max(len(held), len(pages))
    rows = ProcRows(
        spans=_padded(known.sum(axis=1), count),
        free_slots=_padded(free.sum(axis=1), count),
        free_slot_bytes=_padded((free * np.append(heap.slot_bytes, 0)[row]).sum(axis=1), count),
        objects_not_counted=_padded(fresh.sum(axis=1), count),
        cached_pages=_padded(bits[:, 0], count),
        cached_released_pages=_padded(bits[:, 1], count),
        stack_bytes=_padded(_stack_bytes(target, data), count),
    )
    by_class = fresh.sum(axis=0).reshape(-1, 2).sum(axis=1)
    return rows, np.asarray(by_class)


def _padded(values: NDArray[np.generic], count: int) -> Ints:
    """Ps without an mcache have none of it."""
    return np.pad(values.astype(np.int64), (0, count - len(values)))


def _held(target: Target, data: Bytes) -> Ints:
    """The mspan of each class, [mcaches, 136]."""
    shape = target.layouts.struct("runtime.mcache")
    field = shape.fields["alloc"]
    if field.size_bytes != 8 * SPAN_CLASSES:
        raise BadInput("this program's mcache has another number of span classes")
    rows = data.reshape(-1, shape.size_bytes)[:, field.offset : field.offset + field.size_bytes]
    return np.asarray(np.ascontiguousarray(rows).view("<i8"))


def _stack_bytes(target: Target, data: Bytes) -> Ints:
    """Free stacks in the caches (mcache.stackcache)."""
    shape = target.layouts.struct("runtime.mcache")
    offset, array = target.layouts.array("runtime.mcache", "stackcache")
    size = target.layouts.at("runtime.stackfreelist", "size").offset
    rows = data.reshape(-1, shape.size_bytes)[:, offset : offset + array.size_bytes]
    words = np.ascontiguousarray(rows).view("<i8")
    words = words.reshape(len(rows), array.count, array.stride_bytes // 8)
    return np.asarray(words[:, :, size // 8].sum(axis=1))


def central_rows(target: Target, data: Bytes, sweep_generation: int) -> CentralRows:
    """``data`` is mheap_.central."""
    lengths = {name: _lengths(target, data, name) for name in ("partial", "full")}
    swept = sweep_generation // 2 % 2
    return CentralRows(
        partial_swept=lengths["partial"][:, swept],
        partial_unswept=lengths["partial"][:, 1 - swept],
        full_swept=lengths["full"][:, swept],
        full_unswept=lengths["full"][:, 1 - swept],
    )


def _lengths(target: Target, data: Bytes, name: str) -> Ints:
    """How many spans the two sets of each class name, [136, 2]."""
    offset, array = target.layouts.array("runtime.mcentral", name)
    index = target.layouts.at("runtime.spanSet", "index").offset
    classes = np.arange(SPAN_CLASSES, dtype=np.int64) * (len(data) // SPAN_CLASSES)
    sets = offset + np.arange(2, dtype=np.int64) * array.stride_bytes + index
    places = ((classes[:, None] + sets[None, :]) // 8).ravel()
    words = data.view("<u8")[places].reshape(SPAN_CLASSES, 2)
    head, tail = words >> np.uint64(32), words & np.uint64(0xFFFFFFFF)
    return np.asarray(np.maximum(tail.astype(np.int64) - head.astype(np.int64), 0))
