"""The account of a histogram whose order nobody knows: what to expect if it is all mixed up.

A histogram says how many requests of a kind there were. Tiny blocks and what a collection leaves of
a span depend on the order as well. Here every order is equally likely, and the figures are the mean
of all orders, rounded. The mallocs of all classes but 2 need no order and stay exact.

**Tiny blocks.** The tiny allocator is a machine of 17 states (``tiny``). Fed with sizes drawn by
their frequency it is a Markov chain. Its state is taken twice, with and without a survivor in the
block, so that it also counts the blocks that stay in use.

**Spans.** Of N slots D die. A span of n of them is free when all n died, which has the probability
D/N * (D-1)/(N-1) * … of n factors (drawn without putting back).
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from goom.runtime.allocator.accounting import Accounting, accounting
from goom.runtime.allocator.malloc import TINY_BLOCK_BYTES
from goom.runtime.allocator.mallocs import Mallocs
from goom.runtime.allocator.occupancy import Occupancy
from goom.runtime.allocator.requests import Requests
from goom.runtime.allocator.slots import TINY_SPAN_CLASS, Slots, slots
from goom.runtime.allocator.span_classes import LARGE_SPAN_CLASSES, SPAN_CLASSES, span_classes
from goom.runtime.allocator.tiny import NO_BLOCK, tiny_step

_OFFSETS = TINY_BLOCK_BYTES + 1
_CIRCLE = 240  # a multiple of every number of equal objects that fill a block: 1 to 5, 8, 16
_SETTLED = 1e-10  # blocks a circle: the chain has forgotten its start
_MOST_STEPS = 24_000


def account_shuffled(
    asked: Requests, version: str | None = None, after_collections: int = 0
) -> Accounting:
    """``accounting.account`` for requests in any order: expected values, as whole numbers."""
    chosen = slots(asked, version)
    alive = asked.lifetime >= after_collections
    tiny = chosen.is_tiny
    expected = expected_blocks(asked.size_bytes[tiny], asked.count[tiny], alive[tiny])
    blocks, blocks_in_use = round(expected[0]), min(round(expected[0]), round(expected[1]))
    made = _mallocs(asked, chosen, blocks)
    in_slots = ~chosen.is_tiny & ~chosen.is_zero
    living = _by_class(chosen, np.where(alive & in_slots, asked.count, 0))
    living[TINY_SPAN_CLASS] += blocks_in_use
    classes = span_classes(version)
    spans = -(-made.by_span_class // classes.slots)
    refills = spans.copy()
    refills[:LARGE_SPAN_CLASSES] = 0
    columns = zip(made.by_span_class.tolist(), living.tolist(), classes.slots.tolist(), strict=True)
    taken = Occupancy(
        slots=made.by_span_class,
        spans=spans,
        refills=refills,
        slots_in_use=living,
        spans_in_use=np.array([_spans_in_use(*column) for column in columns], np.int64),
        tiny_blocks_in_use=blocks_in_use,
    )
    return accounting(asked, made, taken, version, after_collections)


def _mallocs(asked: Requests, chosen: Slots, blocks: int) -> Mallocs:
    in_slots = ~chosen.is_tiny & ~chosen.is_zero
    counts = _by_class(chosen, np.where(in_slots, asked.count, 0))
    counts[TINY_SPAN_CLASS] += blocks
    return Mallocs(
        by_span_class=counts,
        tiny_allocs=int(asked.count[chosen.is_tiny].sum()) - blocks,
        tiny_blocks=blocks,
        zero_sized=int(asked.count[chosen.is_zero].sum()),
        slots=chosen,
    )


def _by_class(chosen: Slots, counts: NDArray[np.int64]) -> NDArray[np.int64]:
    sums = np.bincount(chosen.span_class, weights=counts, minlength=SPAN_CLASSES)
    return sums.astype(np.int64)


def _spans_in_use(taken: int, living: int, objects: int) -> int:
    """The expected number of spans with a survivor, of so many slots of which so many live."""
    whole, rest = divmod(taken, objects)
    kept = whole * _some_live(taken, living, objects) + _some_live(taken, living, rest)
    least = -(-living // objects)
    return max(least, round(kept))


def _some_live(taken: int, living: int, slots_of_span: int) -> float:
    """The probability that not all of so many slots are free; living of taken slots are not."""
    if slots_of_span == 0 or living == 0:
        return 0.0
    if taken - living < slots_of_span:
        return 1.0
    free = sum(math.log1p(-living / (taken - place)) for place in range(slots_of_span))
    return -math.expm1(free)


def expected_blocks(
    size_bytes: NDArray[np.int64], count: NDArray[np.int64], survives: NDArray[np.bool_]
) -> tuple[float, float]:
    """How many blocks tiny requests take, and how many of them hold a survivor.

    The mean over requests drawn by their frequency, as many as ``count`` says in all, from no
    block at the start.
    """
    number = int(count.sum())
    if number == 0:
        return 0.0, 0.0
    kinds = size_bytes * 2 + survives
    shares = np.bincount(kinds, weights=count, minlength=2 * TINY_BLOCK_BYTES) / number
    return _run_chain(*_chain(shares), number)


def _run_chain(
    step: NDArray[np.float64], rewards: NDArray[np.float64], number: int
) -> tuple[float, float]:
    """So many steps from no block; when whole circles gain the same, the rest is multiplied."""
    state = np.zeros(2 * _OFFSETS)
    state[NO_BLOCK] = 1.0
    total, before = np.zeros(2), np.zeros(2)
    left = number
    while left:
        gained = np.zeros(2)
        for _ in range(min(left, _CIRCLE)):
            gained += state @ rewards
            state = state @ step
        left -= min(left, _CIRCLE)
        total += gained
        if np.abs(gained - before).max() < _SETTLED or number - left >= _MOST_STEPS:
            circles = left // _CIRCLE
            total += circles * gained
            left -= circles * _CIRCLE
        before = gained
    return float(total[0]), float(total[1] + state[_OFFSETS + 1 :].sum())


def _chain(shares: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """One request: how states go over, and what each gains: a block, a block that stays in use.

    States are offsets without a survivor in the block, then offsets with one. A block counts as in
    use when the P lets go of it.
    """
    step = np.zeros((2 * _OFFSETS, 2 * _OFFSETS))
    rewards = np.zeros((2 * _OFFSETS, 2))
    for kind in np.flatnonzero(shares).tolist():
        size, survives = divmod(kind, 2)
        for state in range(2 * _OFFSETS):
            survivor, offset = divmod(state, _OFFSETS)
            then, together = tiny_step(offset, size)
            stays = not together and offset != NO_BLOCK and size >= offset
            inside = survivor | survives if together else (survivor if stays else survives)
            step[state, inside * _OFFSETS + then] += shares[kind]
            left = survives if stays else survivor
            rewards[state] += shares[kind] * np.array([not together, left and not together])
    return step, rewards
