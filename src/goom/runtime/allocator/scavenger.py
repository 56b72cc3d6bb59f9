"""Which free pages the scavenger returns to the operating system: runtime/mgcscavenge.go.

How much it returns is pacing and stands in ``pacer.mgcscavenge``; this is where it takes it from,
on the pages of a simulated heap.

    from the highest address down          scavengeIndex.find, a cursor that only nextGen raises
    by chunks of 512 pages (4 MiB)         a chunk with nothing left is passed over until pages of
                                           it are freed again (setEmpty, setNonEmpty)
    dense chunks are spared, since 1.21    496 or more pages in use, now or when this generation
                                           began (scavChunkHiOccPages, shouldScavenge)
    64 KiB at a time                       scavengeQuantum; within a chunk the highest run first,
    without breaking a free huge page      a whole one rather than its top (findScavengeCandidate)

A generation begins at mark termination, before the sweep. The background scavenger does not see
pages that this generation's sweep freed above its cursor before the next one begins (freeHWM).
debug.FreeOSMemory looks at all chunks, dense or not. A page in a P's page cache counts as in use.

Left out: the scavenging that an allocating goroutine does itself when the heap grows beyond its
goal or GOMEMLIMIT is passed (allocSpan). It takes the same pages in the same order, only sooner.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from goom.runtime.allocator.page_heap import CHUNK_PAGES, FREE, RELEASED, RESIDENT, HeapPages

QUANTUM_PAGES = 8  # scavengeQuantum, 64 KiB
DENSE_PAGES = 496  # scavChunkHiOccPages: 0.96875 of a chunk
HUGE_PAGES = 256  # pages of 8 KiB in a huge page of 2 MiB
DENSITY_SINCE = (1, 21)
_NOWHERE = -1


class PageScavenger:
    """The scavengeIndex of one heap; it lives as long as the heap."""

    def __init__(self, release: tuple[int, int]) -> None:
        self._spares_dense = release >= DENSITY_SINCE
        self._cursor = self._highest_freed = _NOWHERE
        self._has_free = self._spared = np.zeros(0, dtype=np.bool_)
        self._in_use_before = np.zeros(0, dtype=np.int64)

    def next_generation(self, pages: HeapPages) -> None:
        """A mark has ended, and its sweep not begun (scavengeIndex.nextGen)."""
        self._cursor = max(self._cursor, self._highest_freed)
        self._highest_freed = _NOWHERE
        self._in_use_before = _in_use(pages)

    def note_freed(self, freed: NDArray[np.int64]) -> None:
        """The sweep freed these pages (scavengeIndex.free)."""
        if len(freed):
            self._highest_freed = max(self._highest_freed, int(freed.max()))
            self._reach(int(freed.max()) // CHUNK_PAGES + 1)
            self._has_free[np.unique(freed // CHUNK_PAGES)] = True

    def release_down_to(self, pages: HeapPages, retained_pages: int) -> int:
        """The background scavenger, until no more pages are retained; pages that it released.

        Retained are the pages of the heap that were not released (heapRetained): in use and free.
        """
        retained = int(np.count_nonzero(pages.scavenged == RESIDENT))
        self._spared = self._dense(_in_use(pages))
        released = 0
        while retained - released > retained_pages:
            quantum = self._release_quantum(pages)
            if not quantum:
                break
            released += quantum
        return released

    def release_all(self, pages: HeapPages) -> int:
        """debug.FreeOSMemory (scavengeAll), every free page; how many it released."""
        free = (pages.state == FREE) & (pages.scavenged == RESIDENT)
        pages.scavenged[free] = RELEASED
        return int(np.count_nonzero(free))

    def _release_quantum(self, pages: HeapPages) -> int:
        released = 0
        while released < QUANTUM_PAGES:
            chunk, below = self._find()
            if chunk < 0:
                break
            run = highest_run(pages, chunk, below, QUANTUM_PAGES - released)
            if run is None:
                self._has_free[chunk] = False
                continue
            pages.scavenged[run] = RELEASED
            released += run.stop - run.start
        return released

    def _find(self) -> tuple[int, int]:
        """The highest chunk worth a look, and below which of its pages; (-1, 0) for none."""
        if self._cursor < 0:
            return _NOWHERE, 0
        start, index = divmod(self._cursor, CHUNK_PAGES)
        worth = np.flatnonzero((self._has_free & ~self._spared)[: start + 1])
        if not len(worth):
            self._cursor = _NOWHERE
            return _NOWHERE, 0
        if worth[-1] == start:
            return start, index
        self._cursor = int(worth[-1]) * CHUNK_PAGES + CHUNK_PAGES - 1
        return int(worth[-1]), CHUNK_PAGES - 1

    def _dense(self, in_use: NDArray[np.int64]) -> NDArray[np.bool_]:
        self._reach(len(in_use))
        before = np.zeros(len(in_use), dtype=np.int64)
        before[: len(self._in_use_before)] = self._in_use_before
        dense: NDArray[np.bool_] = np.maximum(in_use, before) >= DENSE_PAGES
        return dense & self._spares_dense

    def _reach(self, chunks: int) -> None:
        missing = chunks - len(self._has_free)
        if missing > 0:
            self._has_free = np.concatenate((self._has_free, np.zeros(missing, dtype=np.bool_)))


def highest_run(pages: HeapPages, chunk: int, below: int, most_pages: int) -> slice | None:
    """The highest free and unreleased run of a chunk, at most so long: findScavengeCandidate.

    The search begins with the whole word of 64 pages that ``below`` lies in. A run that would cut
    a free huge page in two is made longer, down to the start of that huge page.
    """
    first = chunk * CHUNK_PAGES
    searched = slice(first, first + (below // 64 + 1) * 64)
    candidate = (pages.state[searched] == FREE) & (pages.scavenged[searched] == RESIDENT)
    highest = np.flatnonzero(candidate)[-1:]
    if not len(highest):
        return None
    end = int(highest[0]) + 1
    bottom = int(np.max(np.flatnonzero(~candidate[:end]), initial=-1)) + 1
    start = max(bottom, end - most_pages)
    huge_above, huge_below = -(-start // HUGE_PAGES) * HUGE_PAGES, start // HUGE_PAGES * HUGE_PAGES
    if huge_above <= end and huge_below >= bottom:
        start = huge_below
    return slice(first + start, first + end)


def _in_use(pages: HeapPages) -> NDArray[np.int64]:
    """Pages of each chunk that are not free for the whole heap (scavChunkData.inUse)."""
    in_use: NDArray[np.int64] = np.sum(pages.state.reshape(-1, CHUNK_PAGES) != FREE, axis=1)
    return in_use
