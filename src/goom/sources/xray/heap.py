"""The heap profile of a running process from the runtime's own buckets, without its endpoint.

Sources: runtime/mprof.go ``MemProfile`` (1.24+ ``memProfileInternal``), ``bucket``, ``memRecord``,
``mProfCycleHolder``. The runtime counts what happens now into ``future`` and publishes a cycle when
it is complete: what is published is ``active`` and the future record of the current cycle, which
``MemProfile`` would flush; all of them when nothing was ever published. Since 1.27 a record has
counts only, and bytes are count times size.
"""

from __future__ import annotations

import struct
import time
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from goom.case.errors import BadInput
from goom.case.evidence import NO_HEAP_PROFILE
from goom.case.profile import Ints
from goom.case.xray_depth import HeapBuckets
from goom.formats.go_layout import Layouts
from goom.sources.process_memory import ProcessMemory, UnreadableError
from goom.sources.xray.target import Target

MOST_BUCKETS = 1_000_000
_MOST_FRAMES = 4096  # Go: 32 until 1.22, then GODEBUG profstackdepth, at most 1024
_MOST_BYTES = 1 << 30  # of addresses and records, together
_BLOCK_BYTES, _MOST_BLOCKS = 1 << 16, 1024  # read at once; kept at once
_MEMORY_BUCKET = 1  # memProfile of bucketType
_ATTEMPTS = 3
_FUTURES = 3
_NOT_ON = (
    f"process {{pid}} {NO_HEAP_PROFILE}: its MemProfileRate is 0, because nothing in it uses "
    "runtime.MemProfile (the linker then turns it off) or because it was switched off."
)
_HINT = 'Link it in, no port need listen:  import _ "net/http/pprof"  (GODEBUG cannot switch it on)'


@dataclass(frozen=True, slots=True)
class _Shape:
    """Where a bucket keeps what; offsets in bytes."""

    next: int
    kind: int
    size: int
    frames: int
    header_bytes: int
    record_bytes: int
    columns: dict[str, tuple[int, ...]]  # words of a record: active, then the futures


class _Blocks:
    """Memory in aligned blocks: buckets lie side by side (persistentalloc)."""

    def __init__(self, memory: ProcessMemory) -> None:
        self._memory = memory
        self._kept: dict[int, bytes] = {}

    def at(self, address: int, size_bytes: int) -> tuple[bytes, int]:
        """Bytes that hold ``size_bytes`` from an offset."""
        number, offset = divmod(address, _BLOCK_BYTES)
        block = self._kept.get(number)
        if block is None:
            block = self._block(number)
        if offset + size_bytes <= len(block):
            return block, offset
        return self._memory.read(address, size_bytes), 0

    def _block(self, number: int) -> bytes:
        if len(self._kept) >= _MOST_BLOCKS:
            self._kept.clear()
        try:
            block = self._memory.read(number * _BLOCK_BYTES, _BLOCK_BYTES)
        except UnreadableError:  # the mapping ends within: read each bucket by itself
            block = b""
        self._kept[number] = block
        return block


def read_heap(target: Target) -> HeapBuckets:
    """All buckets, read again when a cycle was published meanwhile; BadInput without a profile.

    100,000 buckets take about 0.2 s. What a hostile list can cost is bounded: MOST_BUCKETS and
    1 GiB, and a list that comes back to itself ends there.
    """
    rate = _signed(target.memory.word(target.address("runtime.MemProfileRate")))
    if rate <= 0:
        raise BadInput(_NOT_ON.format(pid=target.pid), _HINT)
    shape, began = _shape(target.layouts), time.perf_counter()
    for _ in range(_ATTEMPTS):
        before = _cycle(target)
        raw = _walk(target, shape)
        if _cycle(target) == before:
            break
    else:
        raw = replace(raw, doubt="a cycle was published while it was read, three times over")
    figures = _figures(raw, shape, before >> 1)
    return HeapBuckets(
        taken_at_seconds=time.time(),
        rate_bytes=rate,
        sizes_bytes=np.array(raw.sizes, np.int64),
        offsets=np.concatenate(([0], np.cumsum(np.array(raw.counts, np.int64)))).astype(np.int64),
        pcs=np.frombuffer(raw.pcs, "<u8"),
        took_seconds=time.perf_counter() - began,
        doubt=raw.doubt,
        **figures,
    )


@dataclass(frozen=True, slots=True)
class _Raw:
    sizes: list[int]
    counts: list[int]
    pcs: bytes
    records: bytes
    doubt: str


def _walk(target: Target, shape: _Shape) -> _Raw:
    """Follow ``allnext`` from the newest bucket to the first."""
    blocks = _Blocks(target.memory)
    seen: set[int] = set()
    sizes: list[int] = []
    counts: list[int] = []
    pcs: list[bytes] = []
    records: list[bytes] = []
    left, doubt = _MOST_BYTES, ""
    words = struct.Struct(f"<{shape.header_bytes // 8}Q")
    at = target.memory.word(target.address("runtime.mbuckets"))
    while at:
        block, start = blocks.at(at, shape.header_bytes)
        header = words.unpack_from(block, start)
        count = header[shape.frames // 8]
        size_bytes = 8 * count + shape.record_bytes
        left -= size_bytes
        doubt = _bad(header[shape.kind // 8], count, at in seen, left)
        if doubt or len(seen) >= MOST_BUCKETS:
            doubt = doubt or f"more than {MOST_BUCKETS:,} buckets: the oldest are left out"
            break
        seen.add(at)
        block, start = blocks.at(at + shape.header_bytes, size_bytes)
        middle = start + 8 * count
        sizes.append(header[shape.size // 8])
        counts.append(count)
        pcs.append(block[start:middle])
        records.append(block[middle : middle + shape.record_bytes])
        at = header[shape.next // 8]
    return _Raw(_bounded(sizes), counts, b"".join(pcs), b"".join(records), doubt)


def _bad(kind: int, frames: int, is_again: bool, left_bytes: int) -> str:
    """Why a list of buckets is not followed further; "" to go on."""
    if kind != _MEMORY_BUCKET or frames > _MOST_FRAMES:
        return "the list of buckets leads to what is none"
    if is_again:
        return "the list of buckets comes back to itself"
    return "the buckets take more than 1 GiB" if left_bytes < 0 else ""


def _bounded(numbers: list[int]) -> list[int]:
    return [min(one, (1 << 62)) for one in numbers]


def _figures(raw: _Raw, shape: _Shape, cycle: int) -> dict[str, Ints]:
    """What is published, by the names of HeapBuckets."""
    table = np.frombuffer(raw.records, "<i8").reshape(-1, shape.record_bytes // 8)
    sizes = np.array(raw.sizes, np.int64)
    current = 1 + cycle % _FUTURES

    def published(generations: tuple[int, ...]) -> dict[str, Ints]:
        return {
            name: _sum(table, tuple(columns[one] for one in generations))
            for name, columns in shape.columns.items()
        }

    found = published((0, current))
    if not found["allocs"].any() and not found["frees"].any():
        found = published((0, 1, 2, 3))
    for count, size in (("allocs", "alloc_bytes"), ("frees", "free_bytes")):
        if size not in found:
            found[size] = found[count] * sizes
    return found


def _sum(table: NDArray[np.int64], columns: tuple[int, ...]) -> Ints:
    return np.asarray(table[:, list(columns)].sum(axis=1, dtype=np.int64))


def _shape(layouts: Layouts) -> _Shape:
    offset, array = layouts.array("runtime.memRecord", "future")
    starts = (
        layouts.at("runtime.memRecord", "active").offset,
        *(offset + row * array.stride_bytes for row in range(_FUTURES)),
    )
    record = layouts.struct("runtime.memRecordCycle").fields
    columns = {
        name: tuple((start + record[name].offset) // 8 for start in starts)
        for name in ("allocs", "frees", "alloc_bytes", "free_bytes")
        if name in record
    }
    bucket = layouts.struct("runtime.bucket")
    return _Shape(
        next=bucket.fields["allnext"].offset,
        kind=bucket.fields["typ"].offset,
        size=bucket.fields["size"].offset,
        frames=bucket.fields["nstk"].offset,
        header_bytes=bucket.size_bytes,
        record_bytes=layouts.struct("runtime.memRecord").size_bytes,
        columns=columns,
    )


def _cycle(target: Target) -> int:
    """mProfCycleHolder: the cycle from bit 1 on, bit 0 says that it was flushed."""
    return int.from_bytes(target.memory.read(target.address("runtime.mProfCycle"), 4), "little")


def _signed(word: int) -> int:
    return word - (1 << 64) if word >> 63 else word
