"""The cycle of the compiled kernel: slots, spans and lists, one allocation after the other.

As in the runtime the P keeps the free slots of one word of its span (mspan.allocCache), and the
next slot is the lowest bit (nextFreeFast). A word counts as taken from the moment it is in the
allocCache; what was not used of it is given back before any free of the cycle clears a bit.

Plain functions that numba compiles (kernel_numba.py); a function stands above those that call it.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from goom.runtime.allocator.loops_pages import allocate_pages
from goom.runtime.allocator.machine import (
    FULL,
    HEAP_PAGES,
    NEXT_LARGE,
    NO_SPAN,
    PAGE_WORDS,
    PARTIAL,
    WORD_BITS,
    Machine,
)
from goom.runtime.allocator.page_heap import FREE
from goom.runtime.allocator.span_classes import LARGE_SPAN_CLASSES, SPAN_CLASSES

_ONE, _EVERY = np.uint64(1), np.uint64((1 << 64) - 1)
_PAIRS, _NIBBLES = np.uint64(0x3333333333333333), np.uint64(0x0F0F0F0F0F0F0F0F)
_ODD, _BYTES = np.uint64(0x5555555555555555), np.uint64(0x0101010101010101)


def _popcount(word: Any) -> Any:
    word = word - ((word >> _ONE) & _ODD)
    word = (word & _PAIRS) + ((word >> np.uint64(2)) & _PAIRS)
    return (((word + (word >> np.uint64(4))) & _NIBBLES) * _BYTES) >> np.uint64(56)


def _lowest_bit(word: Any) -> Any:
    return _popcount((word & (~word + _ONE)) - _ONE)


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


def _grow(m: Machine, kind: int) -> int:
    large = kind < LARGE_SPAN_CLASSES
    pages = m.large_pages[m.registers[NEXT_LARGE]] if large else m.pages_of[kind]
    span = allocate_pages(m, pages)
    if span >= 0:
        m.kind[span], m.pages[span] = kind, pages
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
    m.word[kind] = span * PAGE_WORDS
    m.refills[kind] += kind >= LARGE_SPAN_CLASSES
    return True


def _words_end(m: Machine, kind: int) -> int:
    words = (m.slots_of[kind] + WORD_BITS - 1) // WORD_BITS
    return int(m.cached[kind] * PAGE_WORDS + words)


def _next_word(m: Machine, kind: int) -> bool:
    while m.free[kind] == 0:
        m.word[kind] += 1
        ended = m.cached[kind] < 0 or m.word[kind] >= _words_end(m, kind)
        if ended and not _refill(m, kind):
            m.word[kind] -= 1
            return False
        word = m.word[kind]
        left = m.slots_of[kind] - word % PAGE_WORDS * WORD_BITS
        slots = _EVERY if left >= WORD_BITS else (_ONE << np.uint64(left)) - _ONE
        m.free[kind] = ~m.live[word] & slots
        m.live[word] |= slots
    return True


def allocate(m: Machine, first: int, last: int) -> int:
    """A slot for each; the first that has none because the arrays are too short."""
    for place in range(first, last):
        kind = m.span_classes[place]
        if m.free[kind] == 0 and not _next_word(m, kind):
            return place
        free = m.free[kind]
        m.slot[place] = m.word[kind] * WORD_BITS + np.int64(_lowest_bit(free))
        m.free[kind] = free & (free - _ONE)
    return last


def give_back_unused(m: Machine) -> None:
    """What is left in the allocCaches is free again; ends the allocations of a cycle."""
    for kind in range(SPAN_CLASSES):
        m.live[m.word[kind]] &= ~m.free[kind]
        m.free[kind] = 0


def free(m: Machine, first: int, last: int) -> None:
    """Clear what a mark would not find."""
    for place in range(first, last):
        slot = m.slot[m.freed[place]]
        bit = _ONE << np.uint64(slot & np.uint32(WORD_BITS - 1))
        m.live[slot >> np.uint32(6)] &= ~bit


def _count(m: Machine, span: int) -> int:
    start = span * PAGE_WORDS
    objects = np.uint64(0)
    for word in range(start, start + (m.slots_of[m.kind[span]] + 63) // WORD_BITS):
        objects += _popcount(m.live[word])
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
