"""Very many regions of a process's memory at once: columns of addresses in, one buffer out.

A region that is not there is left out and the others are read, so that one goroutine that ended
meanwhile does not hide a thousand that wait.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from goom.case.errors import BadInput
from goom.case.profile import Ints
from goom.case.xray_depth import Addresses
from goom.sources.process_memory import MOST_CALL_BYTES, MOST_REGION_BYTES, ProcessMemory

_MOST_REGIONS = 1024  # IOV_MAX
_END_OF_USER = 1 << 47
Bytes = NDArray[np.uint8]


@dataclass(frozen=True, slots=True, eq=False)
class Pieces:
    """``n`` regions one after the other; region ``i`` has ``data[starts[i]:starts[i + 1]]``.

    What could not be read (``there`` is False) is zero.
    """

    data: Bytes
    starts: Ints  # [n + 1]
    there: NDArray[np.bool_]  # [n]

    def rows(self, size_bytes: int) -> Bytes:
        """[those that are there, size_bytes], when all regions are of this size."""
        asked = np.diff(self.starts) > 0
        return self.data.reshape(-1, size_bytes)[self.there[asked]]

    def words(self) -> NDArray[np.uint64]:
        """Those that are there, when all regions are words of 8 bytes."""
        return self.rows(8).view("<u8")[:, 0]


def gather(
    memory: ProcessMemory, addresses: Addresses, sizes: Ints, *, together: int = 1
) -> Pieces:
    """Read ``sizes[i]`` bytes from each of ``addresses``; at most 256 MiB, else BadInput.

    So many regions in a row that belong ``together`` are copied within one system call, one right
    after the other, and are there together or not at all. (Region by region where a sandbox leaves
    nothing but /proc/PID/mem.)
    """
    sizes = np.asarray(sizes, np.int64)
    there = (sizes > 0) & (sizes <= MOST_REGION_BYTES) & (addresses > 0)
    there &= addresses <= np.uint64(_END_OF_USER - MOST_REGION_BYTES)
    there = there.reshape(-1, together).all(axis=1).repeat(together)
    whole = int(np.where(there, sizes, 0).sum())
    if whole > MOST_CALL_BYTES:
        raise BadInput(f"more than {MOST_CALL_BYTES >> 20} MiB at once")
    starts = np.concatenate(([0], np.cumsum(np.where(there, sizes, 0)))).astype(np.int64)
    pieces = Pieces(np.zeros(whole, np.uint8), starts, there)
    rows = np.flatnonzero(there)
    table = np.empty((len(rows), 2), np.uint64)
    table[:, 0], table[:, 1] = addresses[rows], sizes[rows]
    at, most = 0, _MOST_REGIONS // together * together
    while at < len(rows):
        at += _call(memory, pieces, rows[at : at + most], table[at : at + most], together)
    return pieces


def _call(
    memory: ProcessMemory,
    pieces: Pieces,
    rows: NDArray[np.intp],
    table: NDArray[np.uint64],
    together: int,
) -> int:
    """One system call; how many regions are done with: all, or those up to the first missing."""
    first, last = int(pieces.starts[rows[0]]), int(pieces.starts[rows[-1] + 1])
    view = pieces.data.data[first:last]
    done = first + memory.fill(table.ctypes.data, len(rows), view)
    if done >= last:
        return len(rows)
    broken = int(np.searchsorted(pieces.starts[rows + 1], done, side="right"))
    broken -= broken % together
    for row in rows[broken : broken + together].tolist():
        pieces.there[row] = False
        pieces.data[pieces.starts[row] : pieces.starts[row + 1]] = 0
    return broken + together
