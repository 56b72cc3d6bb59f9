"""Traces at random: short ones that hypothesis shrinks, long ones from a seed."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from hypothesis import strategies as st

from goom.runtime.allocator.trace import Trace, trace_of_events

COLLECT, FREE = -1, -2
# Few slots to a span, so that a short trace fills, empties and reuses spans; and some with many.
_SPAN_CLASSES = (0, 1, 5, 6, 13, 65, 76, 77, 80, 81, 88, 89, 102, 103, 104, 119, 132, 133, 135)


def steps() -> st.SearchStrategy[list[tuple[int, int]]]:
    """What ``trace_of_steps`` reads: (span class, pages), (FREE, which) or (COLLECT, 0)."""
    allocate = st.tuples(st.sampled_from(_SPAN_CLASSES), st.integers(0, 600))
    free = st.tuples(st.just(FREE), st.integers(0, 1 << 16))
    return st.lists(allocate | allocate | free | st.tuples(st.just(COLLECT), st.just(0)))


def trace_of_steps(chosen: Sequence[tuple[int, int]]) -> Trace:
    """The trace; freeing when nothing lives does nothing."""
    events: list[int] = []
    alive: list[int] = []
    pages: list[int] = []
    collections: list[int] = []
    objects = 0
    for what, which in chosen:
        if what == COLLECT:
            collections.append(len(events))
        elif what != FREE:
            events.append(-1 - what)
            alive.append(objects)
            objects += 1
            pages += [which + 1] * (what < 2)
        elif alive:
            events.append(alive.pop(which % len(alive)))
    return trace_of_events(events, pages, collections)


def long_trace(seed: int, allocations: int, collections: int) -> Trace:
    """Some span classes, lifetimes from short to endless, some of the objects large."""
    chance = np.random.default_rng(seed)
    kinds = chance.choice(136, size=int(chance.integers(1, 12)), replace=False)
    chosen = chance.choice(kinds, allocations).astype(np.uint8)
    life = chance.exponential(chance.choice([10, 300, 5000]), allocations).astype(np.int64)
    life[chance.random(allocations) < 0.1] = 2 * allocations
    dies = np.arange(allocations) + 1 + life
    order = np.argsort(dies, kind="stable")
    order = order[dies[order] <= allocations]
    times = np.sort(chance.integers(0, allocations + 1, collections))
    freed = np.searchsorted(dies[order], times, "right")
    large = int(np.count_nonzero(chosen < 2))
    pages = chance.integers(1, chance.choice([3, 20, 700]), large, endpoint=True)
    return Trace(
        chosen,
        pages.astype(np.int32),
        order.astype(np.uint32),
        np.column_stack((times, freed)).astype(np.int64),
    )
