"""The blocks of the tiny allocator for millions of requests, exactly and in order.

``tiny.tiny_step`` is a machine of 17 states (no block, or an offset of 1 to 16) that reads sizes of
1 to 15. Such machines compose: what a stretch of requests does is a map of 17 states to 17 states.
So the list is cut into lanes of equal length; all lanes run side by side, each from all 17 states;
then the lanes are chained, and run once more from the states they really start in.

A row of many equal requests is not spelled out. After 17 of them the block is of this size alone
and fills up in a circle of ``tiny_per_block`` requests; whole circles are counted, not walked.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from goom.runtime.allocator.malloc import TINY_BLOCK_BYTES
from goom.runtime.allocator.tiny import NO_BLOCK, tiny_per_block, tiny_step

STATES = TINY_BLOCK_BYTES + 1
COLLECTION = 0  # the symbol that takes the block away
_SYMBOLS = TINY_BLOCK_BYTES + 1  # COLLECTION, sizes 1 to 15, and one that does nothing
_NOTHING = TINY_BLOCK_BYTES
_SETTLED = STATES  # so many equal requests after any state, and the circle has begun
_LANE_REQUESTS = 512


@dataclass(frozen=True, slots=True)
class TinyBlocks:
    """Runs of blocks in the order in which they are taken, and how many requests needed none.

    ``row`` is the row of requests that took them, ``count`` how many, ``lifetime`` the longest
    lifetime of what lies in them; int64 each.
    """

    row: NDArray[np.int64]
    count: NDArray[np.int64]
    lifetime: NDArray[np.int64]
    combined: int


def tiny_blocks(
    size_bytes: NDArray[np.int64], count: NDArray[np.int64], lifetime: NDArray[np.int64]
) -> TinyBlocks:
    """The blocks that rows of tiny requests of one P take, from no block at the start.

    A size of COLLECTION takes the block away; its count is 1.
    """
    share = _share()[size_bytes]
    circles = np.maximum(count - _SETTLED, 0) // share
    spelled = np.repeat(np.arange(size_bytes.size), count - circles * share)
    symbols = size_bytes[spelled].astype(np.uint8)
    offsets = _states_before(symbols)
    together = _together()[symbols, offsets]
    taken = np.flatnonzero(~together & (symbols != COLLECTION))
    longest = _longest(symbols, offsets, lifetime[spelled], together)
    whole = np.flatnonzero(circles)
    rows = np.concatenate((spelled[taken], whole))
    order = np.argsort(rows, kind="stable")
    return TinyBlocks(
        row=rows[order],
        count=np.concatenate((np.ones(taken.size, np.int64), circles[whole]))[order],
        lifetime=np.concatenate((longest[taken], lifetime[whole]))[order],
        combined=int(together.sum()) + int(np.dot(circles, share - 1)),
    )


def _longest(
    symbols: NDArray[np.uint8],
    offsets: NDArray[np.uint8],
    lifetime: NDArray[np.int64],
    together: NDArray[np.bool_],
) -> NDArray[np.int64]:
    """For each request that took a block the longest lifetime in it."""
    places = np.arange(symbols.size)
    kept = ~together & ((offsets == NO_BLOCK) | (symbols < offsets)) & (symbols != COLLECTION)
    block = np.where(together, np.maximum.accumulate(np.where(kept, places, -1)), places)
    longest = lifetime.copy()
    np.maximum.at(longest, block[together], lifetime[together])
    return longest


def _states_before(symbols: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The state of the machine before each symbol."""
    steps = min(_LANE_REQUESTS, max(1, symbols.size))
    lanes = -(-symbols.size // steps)
    padded = np.full(lanes * steps, _NOTHING, np.uint8)
    padded[: symbols.size] = symbols
    columns = np.ascontiguousarray(padded.reshape(lanes, steps).T).astype(np.intp) * STATES
    state = _lane_starts(columns)
    before = np.empty((steps, lanes), np.uint8)
    table = _next().ravel()
    for step, column in enumerate(columns):
        before[step] = state
        state = table[column + state]
    return before.T.ravel()[: symbols.size]


def _lane_starts(columns: NDArray[np.intp]) -> NDArray[np.uint8]:
    """The state in which each lane starts: what all lanes before it come to."""
    lanes = columns.shape[1]
    reached = np.tile(np.arange(STATES, dtype=np.uint8), (lanes, 1))
    table = _next().ravel()
    for column in columns:
        reached = table[column[:, None] + reached]
    starts = np.empty(lanes, np.uint8)
    state = NO_BLOCK
    for lane in range(lanes):
        starts[lane] = state
        state = int(reached[lane, state])
    return starts


@cache
def _next() -> NDArray[np.uint8]:
    """The next state, by symbol and state."""
    table = np.empty((_SYMBOLS, STATES), np.uint8)
    table[COLLECTION] = NO_BLOCK
    table[_NOTHING] = np.arange(STATES)
    for size in range(1, TINY_BLOCK_BYTES):
        table[size] = [tiny_step(offset, size)[0] for offset in range(STATES)]
    return table


@cache
def _together() -> NDArray[np.bool_]:
    """Whether a request goes into the block at hand, by symbol and state."""
    table = np.zeros((_SYMBOLS, STATES), np.bool_)
    for size in range(1, TINY_BLOCK_BYTES):
        table[size] = [tiny_step(offset, size)[1] for offset in range(STATES)]
    return table


@cache
def _share() -> NDArray[np.int64]:
    return np.array([1, *(tiny_per_block(size) for size in range(1, TINY_BLOCK_BYTES))])
