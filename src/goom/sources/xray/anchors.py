"""Where a process keeps what its span map is made of: mspans, bitmaps of pages, caches of Ps.

Sources: runtime/mheap.go (mheap.allspans), mpagealloc.go (pageAlloc.chunks, chunkIndex),
mranges.go (addrRanges), mcache.go, mpagecache.go, mcentral.go.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from goom.case.errors import BadInput
from goom.case.xray_spans import CHUNK_PAGES, PAGE_BYTES
from goom.sources.process_memory import Region
from goom.sources.xray.batch import clusters
from goom.sources.xray.target import Target

Ints = NDArray[np.int64]
CHUNK_BYTES = CHUNK_PAGES * PAGE_BYTES
CHUNK_BITS_BYTES = 2 * CHUNK_PAGES // 8  # pallocData: what is allocated, what is scavenged
MOST_SPANS = 1 << 21
MOST_CHUNKS = 1 << 17  # 512 GiB of heap
_MOST_RANGES = 4096
_MOST_PROCS = 4096
_BASE = 1 << 47  # -arenaBaseOffset on amd64
_L2_CHUNKS = 1 << 13  # pallocChunksL2Bits on 64-bit machines
_END_OF_USER = 1 << 47
_WORD = struct.Struct("<Q")


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Anchors:
    """Addresses, valid until the heap grows; ``left_out`` says what would have been too much.

    ``spans`` are addresses of mspan structs, ``places`` where each begins in what
    ``span_regions`` give. ``bases`` and ``counts`` are the stretches of the heap: an address and
    its number of chunks, each.
    """

    spans: Ints
    places: Ints
    span_regions: Sequence[Region]
    bases: Ints
    counts: Ints
    chunk_regions: Sequence[Region]
    proc_regions: Sequence[Region]
    cache_regions: Sequence[Region]
    left_out: str = ""

    @property
    def chunks(self) -> int:
        """How many chunks the heap has."""
        return int(self.counts.sum())


def find_anchors(target: Target) -> Anchors:
    """Read the lists; BadInput where they are none."""
    spans, left_out = _spans(target)
    regions, places = clusters(spans, target.layouts.struct("runtime.mspan").size_bytes)
    bases, counts = _stretches(target)
    procs = _procs(target)
    caches = _words_at(target, procs, "mcache")
    p, mcache = (target.layouts.struct(name) for name in ("runtime.p", "runtime.mcache"))
    pages = p.fields["pcache"]
    return Anchors(
        spans=spans,
        places=places,
        span_regions=regions,
        bases=bases,
        counts=counts,
        chunk_regions=_chunk_regions(target, bases, counts),
        proc_regions=[Region(at + pages.offset, pages.size_bytes) for at in procs],
        cache_regions=[Region(at, mcache.size_bytes) for at in caches if at],
        left_out=left_out,
    )


def _slice(target: Target, name: str, *path: str) -> tuple[int, int]:
    """Address and length of a slice in a global."""
    at = target.region(name, *path).address if path else target.address(name)
    address, count = struct.unpack("<QQ", target.memory.read(at, 16))
    return address, count


def _words(target: Target, address: int, count: int) -> Ints:
    if not count:
        return np.empty(0, np.int64)
    return np.frombuffer(target.memory.read(address, 8 * count), "<i8")


def _spans(target: Target) -> tuple[Ints, str]:
    """Addresses of all mspans in order; what is no address of one is left out."""
    address, count = _slice(target, "runtime.mheap_", "allspans")
    if not count:
        raise BadInput(f"process {target.pid} has no spans: this is not where they are.")
    left_out = ""
    if count > MOST_SPANS:
        left_out = f"it has {count:,} spans, and goom reads the first {MOST_SPANS:,}"
    found = np.unique(_words(target, address, min(count, MOST_SPANS)))
    return found[(found > 0) & (found < _END_OF_USER) & (found % 8 == 0)], left_out


def _stretches(target: Target) -> tuple[Ints, Ints]:
    """What the heap has grown to, by address, in chunks (pageAlloc.inUse)."""
    address, count = _slice(target, "runtime.mheap_", "pages", "inUse", "ranges")
    if not 0 < count <= _MOST_RANGES:
        raise BadInput(f"process {target.pid} states {count:,} ranges of heap: these are none.")
    rows = _words(target, address, 2 * count).reshape(-1, 2)
    bases, sizes = rows[:, 0], rows[:, 1] - rows[:, 0]
    counts = sizes // CHUNK_BYTES
    well = (bases > 0) & (rows[:, 1] <= _END_OF_USER) & (sizes > 0) & (bases % CHUNK_BYTES == 0)
    if not well.all() or (np.diff(bases) < sizes[:-1]).any() or counts.sum() > MOST_CHUNKS:
        raise BadInput(
            f"process {target.pid} states ranges of heap that overlap, or more than "
            f"{MOST_CHUNKS * CHUNK_BYTES >> 30} GiB of it: more than goom reads."
        )
    return bases.copy(), counts


def _chunk_regions(target: Target, bases: Ints, counts: Ints) -> list[Region]:
    """The bitmaps of all chunks: one region for each stretch and first-level entry."""
    chunks = target.region("runtime.mheap_", "pages", "chunks")
    rows: dict[int, int] = {}
    found: list[Region] = []
    for base, count in zip(bases.tolist(), counts.tolist(), strict=True):
        index, end = (base + _BASE) // CHUNK_BYTES, (base + _BASE) // CHUNK_BYTES + count
        while index < end:
            first, second = divmod(index, _L2_CHUNKS)
            if first not in rows:
                rows[first] = target.memory.word(chunks.address + 8 * first)
            size = min(end - index, _L2_CHUNKS - second)
            found.append(Region(rows[first] + CHUNK_BITS_BYTES * second, CHUNK_BITS_BYTES * size))
            index += size
    return found


def _procs(target: Target) -> list[int]:
    address, count = _slice(target, "runtime.allp")
    if not 0 < count <= _MOST_PROCS:
        raise BadInput(f"process {target.pid} states {count:,} Ps: more than goom reads.")
    return [at for at in _words(target, address, count).tolist() if at]


def _words_at(target: Target, structs: Sequence[int], name: str) -> list[int]:
    """A pointer in each P."""
    offset = target.layouts.at("runtime.p", name).offset
    views = target.memory.read_all([Region(at + offset, 8) for at in structs])
    return [int(_WORD.unpack(view)[0]) for view in views]
