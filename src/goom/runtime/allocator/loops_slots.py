"""The cycle of the compiled kernel: slots, spans and lists, one allocation after the other.

As in the runtime the P keeps the free slots of one word of its span (mspan.allocCache), and the
next slot is the lowest bit (nextFreeFast). A word counts as taken from the moment it is in the
allocCache; what was not used of it is given back before any free of the cycle clears a bit.

Plain functions that numba compiles (kernel_numba.py); a function stands above those that call it.
"""

from __future__ import annotations

import numpy as np

from goom.runtime.allocator.kernel import SLOT_BITS
from goom.runtime.allocator.loops_bits import ONE, lowest_bit, popcount
from goom.runtime.allocator.loops_pages import allocate_pages
from goom.runtime.allocator.machine import (
    FULL,
    HEAP_PAGES,
    LIVE_WORDS,
    NEXT_LARGE,
    NO_ROW,
    NO_SPAN,
    PARTIAL,
    WORD_BITS,
    Machine,
)
from goom.runtime.allocator.page_heap import FREE
from goom.runtime.allocator.span_classes import LARGE_SPAN_CLASSES, SPAN_CLASSES

_EVERY = np.uint64((1 << 64) - 1)


def _push(m: Machine, first: int, kind: int, span: int) -> None:
    last = m.lists[first + 1, kind]
    if last < 0:
        m.lists[first, kind] = span
    else:
        m.after[last] = span
    m.lists[first + 1, kind] = span
    m.after[span] = -1


def _pop(m: Machine, first: int, kind: int) -> int:
    span = m.lists[first, kind]
    if span >= 0:
        m.lists[first, kind] = m.after[span]
        if m.after[span] < 0:
            m.lists[first + 1, kind] = -1
    return int(span)


def _words_of(m: Machine, kind: int) -> int:
    return int((m.slots_of[kind] + WORD_BITS - 1) // WORD_BITS)


def _take_row(m: Machine, kind: int) -> int:
    row = m.spare_row[kind]
    if row == NO_ROW:
        row = m.registers[LIVE_WORDS]
        m.registers[LIVE_WORDS] += _words_of(m, kind)
    else:
        m.spare_row[kind] = np.int64(m.live[row]) - 1
        m.live[row] = 0
    return int(row)


def _drop_row(m: Machine, kind: int, row: int) -> None:
    m.live[row] = np.uint64(m.spare_row[kind] + 1)
    m.spare_row[kind] = row


def _grow(m: Machine, kind: int) -> int:
    large = kind < LARGE_SPAN_CLASSES
    pages = m.large_pages[m.registers[NEXT_LARGE]] if large else m.pages_of[kind]
    span = allocate_pages(m, pages)
    if span >= 0:
        m.kind[span], m.pages[span] = kind, pages
        m.row[span] = _take_row(m, kind)
        m.grows[kind] += 1
        m.registers[NEXT_LARGE] += large
    return span


def _refill(m: Machine, kind: int) -> bool:
    span = _pop(m, PARTIAL, kind)
    if span < 0:
        span = _grow(m, kind)
    if span < 0:
        return False
    if m.cached[kind] >= 0:
        _push(m, FULL, kind, m.cached[kind])
    m.cached[kind] = span
    m.word[kind] = m.row[span]
    m.slot_base[kind] = span << SLOT_BITS
    m.refills[kind] += kind >= LARGE_SPAN_CLASSES
    return True


def _next_word(m: Machine, kind: int) -> bool:
    while m.free[kind] == 0:
        m.word[kind] += 1
        m.slot_base[kind] += WORD_BITS
        used = m.slot_base[kind] & (1 << SLOT_BITS) - 1
        ended = m.cached[kind] < 0 or used == 0 or used >= m.slots_of[kind]
        if ended and not _refill(m, kind):
            m.word[kind] -= 1
            m.slot_base[kind] -= WORD_BITS
            return False
        left = m.slots_of[kind] - (m.slot_base[kind] & (1 << SLOT_BITS) - 1)
        slots = _EVERY if left >= WORD_BITS else (ONE << np.uint64(left)) - ONE
        m.free[kind] = ~m.live[m.word[kind]] & slots
        m.live[m.word[kind]] |= slots
    return True


def allocate(m: Machine, first: int, last: int) -> int:
    """A slot for each; the first that has none because the arrays are too short."""
    for place in range(first, last):
        kind = m.span_classes[place]
        if m.free[kind] == 0 and not _next_word(m, kind):
            return place
        free = m.free[kind]
        m.slot[place] = m.slot_base[kind] + np.int64(lowest_bit(free))
        m.free[kind] = free & (free - ONE)
    return last


def give_back_unused(m: Machine) -> None:
    """What is left in the allocCaches is free again; ends the allocations of a cycle."""
    for kind in range(SPAN_CLASSES):
        m.live[m.word[kind]] &= ~m.free[kind]
        m.free[kind] = 0


def free(m: Machine, first: int, last: int) -> None:
    """Clear what a mark would not find."""
    for place in range(first, last):
        slot = np.int64(m.slot[m.freed[place]])
        word = m.row[slot >> SLOT_BITS] + ((slot & (1 << SLOT_BITS) - 1) >> 6)
        m.live[word] &= ~(ONE << np.uint64(slot & WORD_BITS - 1))


def _count(m: Machine, span: int) -> int:
    row = m.row[span]
    objects = np.uint64(0)
    for word in range(row, row + _words_of(m, m.kind[span])):
        objects += popcount(m.live[word])
    m.objects[span] = objects
    return int(m.objects[span])


def count_all(m: Machine) -> None:
    """Bring ``objects`` up to date."""
    for span in range(m.registers[HEAP_PAGES]):
        if m.kind[span] != NO_SPAN:
            _count(m, span)


def _sweep_span(m: Machine, kind: int, span: int) -> None:
    objects = _count(m, span)
    if objects == 0:
        m.kind[span] = NO_SPAN
        _drop_row(m, kind, m.row[span])
        m.state[span : span + m.pages[span]] = FREE
    else:
        _push(m, FULL if objects == m.slots_of[kind] else PARTIAL, kind, span)


def _sweep_list(m: Machine, kind: int, first: int) -> None:
    while first >= 0:
        after = m.after[first]
        _sweep_span(m, kind, first)
        first = after


def sweep(m: Machine) -> None:
    """Every span into the list where it now belongs, or back to the page heap."""
    for kind in range(SPAN_CLASSES):
        cached, full, partial = m.cached[kind], m.lists[FULL, kind], m.lists[PARTIAL, kind]
        m.lists[:, kind] = -1
        m.cached[kind] = -1
        if cached >= 0:
            _sweep_span(m, kind, cached)
        _sweep_list(m, kind, full)
        _sweep_list(m, kind, partial)
    m.no_run_below[:] = 0
