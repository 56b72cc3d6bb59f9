"""The page heap of the compiled kernel: page_heap.py once more, as loops over arrays.

Plain functions that numba compiles (kernel_numba.py); a function stands above those that call it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from goom.runtime.allocator.loops_bits import ONE, lowest_run
from goom.runtime.allocator.machine import (
    CACHE_FROM,
    HEAP_PAGES,
    SIZES_REMEMBERED,
    Machine,
)
from goom.runtime.allocator.page_heap import (
    CACHE_PAGES,
    CACHED,
    CHUNK_PAGES,
    FREE,
    IN_USE,
    MOST_FROM_CACHE,
    NEVER_USED,
    RESIDENT,
)


def _find_run(state: NDArray[np.uint8], wanted: int, pages: int, since: int, until: int) -> int:
    run = 0
    for page in range(since, until):
        run = run + 1 if state[page] == wanted else 0
        if run == pages:
            return page + 1 - pages
    return -1


def _fill_cache(m: Machine) -> None:
    until = m.registers[HEAP_PAGES]
    first = _find_run(m.state, FREE, 1, m.no_run_below[1], until)
    if first >= 0:
        start = first // CACHE_PAGES * CACHE_PAGES
        for place in range(first - start, CACHE_PAGES):
            if m.state[start + place] == FREE:
                m.state[start + place] = CACHED
                m.page_cache[0] |= ONE << np.uint64(place)
        m.registers[CACHE_FROM] = start
        m.no_run_below[1] = start + CACHE_PAGES


def _first_fit(m: Machine, pages: int) -> int:
    since = m.no_run_below[1]
    if pages < SIZES_REMEMBERED:
        since = max(since, m.no_run_below[pages])
    first = _find_run(m.state, FREE, pages, since, m.registers[HEAP_PAGES])
    if first >= 0 and pages < SIZES_REMEMBERED:
        m.no_run_below[pages] = first + pages
    return first


def _grow_heap(m: Machine, pages: int) -> bool:
    start = m.registers[HEAP_PAGES]
    end = start + (pages + CHUNK_PAGES - 1) // CHUNK_PAGES * CHUNK_PAGES
    if end > len(m.state):
        return False
    m.scavenged[start:end] = NEVER_USED
    m.registers[HEAP_PAGES] = end
    return True


def _from_cache(m: Machine, pages: int) -> int:
    if m.page_cache[0] == 0:
        _fill_cache(m)
    place = lowest_run(m.page_cache[0], pages)
    if place >= CACHE_PAGES:
        return -1
    m.page_cache[0] &= ~(((ONE << np.uint64(pages)) - ONE) << place)
    return int(m.registers[CACHE_FROM] + np.int64(place))


def allocate_pages(m: Machine, pages: int) -> int:
    """The first page of a span; -1 when the arrays are too short for the heap to grow."""
    first = _from_cache(m, pages) if pages < MOST_FROM_CACHE else -1
    if first < 0:
        first = _first_fit(m, pages)
    if first < 0 and _grow_heap(m, pages):
        first = _first_fit(m, pages)
    if first >= 0:
        for page in range(first, first + pages):
            m.state[page] = IN_USE
            m.faulted[m.scavenged[page]] += 1
            m.scavenged[page] = RESIDENT
    return first
