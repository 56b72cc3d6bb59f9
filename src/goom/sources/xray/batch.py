"""Very many regions of a process's memory, read one after the other without a pause."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from goom.case.errors import BadInput
from goom.sources.process_memory import ProcessMemory, Region

Bytes = NDArray[np.uint8]
Places = NDArray[np.int64]
MOST_BYTES, MOST_REGIONS = 512 << 20, 1 << 16
_CALL_REGIONS, _CALL_BYTES = 1000, 128 << 20
_OS_PAGE_BYTES, _REGION_BYTES = 4096, 32 << 20


def read_batch(memory: ProcessMemory, wanted: Mapping[str, Sequence[Region]]) -> dict[str, Bytes]:
    """The bytes of each name's regions one after the other; read in the order that they stand.

    The time between the first and the last byte is that of copying them. BadInput when more than
    512 MiB or 65,536 regions are wanted.
    """
    flat = [(name, region) for name, regions in wanted.items() for region in regions]
    size_bytes = sum(max(region.size_bytes, 0) for _, region in flat)
    if len(flat) > MOST_REGIONS or size_bytes > MOST_BYTES:
        raise BadInput(
            f"process {memory.pid} spreads its tables over {len(flat):,} places and {size_bytes:,} "
            "bytes: more than goom reads."
        )
    calls = [[region for _, region in part] for part in _parts(flat)]
    plans = [memory.plan(call) for call in calls]
    buffers = [plan.read() for plan in plans]  # nothing between the reads
    pieces: dict[str, list[Bytes]] = {name: [] for name in wanted}
    names = iter(name for name, _ in flat)
    for call, buffer in zip(calls, buffers, strict=True):
        at, whole = 0, np.frombuffer(buffer, np.uint8)
        for region in call:
            pieces[next(names)].append(whole[at : at + region.size_bytes])
            at += region.size_bytes
    return {name: _joined(parts) for name, parts in pieces.items()}


def _parts(flat: Sequence[tuple[str, Region]]) -> list[list[tuple[str, Region]]]:
    """Cut where a call would ask for too much."""
    parts: list[list[tuple[str, Region]]] = []
    room = 0
    for one in flat:
        size_bytes = one[1].size_bytes
        if not parts or len(parts[-1]) >= _CALL_REGIONS or size_bytes > room:
            parts.append([])
            room = max(_CALL_BYTES, size_bytes)
        parts[-1].append(one)
        room -= size_bytes
    return parts


def _joined(parts: list[Bytes]) -> Bytes:
    if len(parts) == 1:
        return parts[0]
    return np.concatenate(parts) if parts else np.empty(0, np.uint8)


def clusters(addresses: Places, size_bytes: int) -> tuple[list[Region], Places]:
    """Regions that hold ``size_bytes`` from each of the sorted addresses, and where each begins.

    Less than a page between two is read too: each page of it holds a part of one of them, so all
    of it is there. A region is at most 32 MiB.
    """
    if not len(addresses):
        return [], np.empty(0, np.int64)
    far = np.diff(addresses) >= size_bytes + _OS_PAGE_BYTES
    starts = np.flatnonzero(np.concatenate(([True], far)))
    number = np.cumsum(np.concatenate(([False], far)))
    within = addresses - addresses[starts][number]
    cut = np.diff(within // _REGION_BYTES) > 0
    starts = np.flatnonzero(np.concatenate(([True], far | cut)))
    ends = np.concatenate((starts[1:], [len(addresses)])) - 1
    sizes = addresses[ends] + size_bytes - addresses[starts]
    before = np.concatenate(([0], np.cumsum(sizes)[:-1]))
    number = np.cumsum(np.concatenate(([False], far | cut)))
    places = addresses - addresses[starts][number] + before[number]
    regions = [
        Region(int(at), int(size)) for at, size in zip(addresses[starts], sizes, strict=True)
    ]
    return regions, places
