"""The call stacks of very many goroutines that stand still, walked in step.

Each is read from its saved stack pointer upwards, a window at a time, because most stacks are short
and a few are very long. A step goes outwards only, so no stack, torn or hostile, leads in a circle.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from goom.case.profile import Flags, Ints
from goom.case.xray_depth import Addresses
from goom.formats.stack_steps import GO_ON, MOVES_STACK, UNKNOWN, Steps
from goom.formats.stack_tree import NOWHERE, Nodes, StackTree
from goom.sources.memory_gather import gather
from goom.sources.process_memory import ProcessMemory

MOST_FRAMES = 4096
_FIRST_WINDOW_BYTES, _WIDER, _MOST_WINDOW_BYTES = 1024, 8, 1 << 20
_MOST_AT_ONCE = 64 << 20
_WORD_BYTES = 8


@dataclass(frozen=True, slots=True, eq=False)
class Standing:
    """Where ``n`` goroutines stand: saved registers and the end of the stack.

    Of those that are ``trapped`` the address is of an instruction, not one to return to.
    """

    pcs: Addresses
    sps: Addresses
    highs: Addresses
    in_system_call: Flags
    trapped: Flags


@dataclass(slots=True, eq=False)
class Walker:
    """Walks stacks into one tree; ``left_bytes`` is what may still be read of stacks."""

    memory: ProcessMemory
    steps: Steps
    left_bytes: int
    tree: StackTree = field(default_factory=StackTree)

    def walk(self, standing: Standing) -> tuple[Nodes, Flags]:
        """Each goroutine's node, and whether there is more of its stack than was read."""
        state = _State.of(standing, self)
        window = _FIRST_WINDOW_BYTES
        while len(rows := np.flatnonzero(state.active)):
            taken = self._affordable(state, rows, window)
            if not len(taken):
                state.cut[rows] = True
                break
            self._round(state, taken, window)
            if len(taken) == len(rows):
                window = min(window * _WIDER, _MOST_WINDOW_BYTES)
        return state.nodes, state.cut

    def _affordable(self, state: _State, rows: NDArray[np.intp], window: int) -> NDArray[np.intp]:
        sizes = np.cumsum(state.room(rows, window))
        return rows[sizes <= min(self.left_bytes, _MOST_AT_ONCE)]

    def _round(self, state: _State, rows: NDArray[np.intp], window: int) -> None:
        """Walk these as far as one window of each goes."""
        sizes = state.room(rows, window)
        self.left_bytes -= int(sizes.sum())
        pieces = gather(self.memory, state.sps[rows], sizes)
        words = pieces.data.view("<u8")
        state.end(rows[~pieces.there], cut=True)
        kept = pieces.there
        rows, bases = rows[kept], state.sps[rows[kept]]
        starts, sizes = pieces.starts[:-1][kept] // _WORD_BYTES, sizes[kept]
        while len(rows):
            beyond = (state.sps[rows] - bases).astype(np.int64) + state.distances[rows]
            within = beyond + _WORD_BYTES <= sizes
            rows, bases, starts = rows[within], bases[within], starts[within]
            sizes, beyond = sizes[within], beyond[within]
            state.advance(rows, words[starts + beyond // _WORD_BYTES], self)
            on = state.active[rows]
            rows, bases, starts, sizes = rows[on], bases[on], starts[on], sizes[on]


@dataclass(slots=True, eq=False)
class _State:
    nodes: Nodes
    sps: Addresses
    highs: Addresses
    distances: NDArray[np.int64]
    active: Flags
    cut: Flags
    frames: Ints

    @classmethod
    def of(cls, standing: Standing, walker: Walker) -> _State:
        """At the innermost frames."""
        count = len(standing.pcs)
        distances, kinds = walker.steps.of(standing.pcs)
        known = kinds != UNKNOWN
        nodes = np.full(count, NOWHERE, np.int64)
        nodes[known] = walker.tree.grow(nodes[known], (standing.pcs + standing.trapped)[known])
        ahead = (kinds == GO_ON) | ((kinds == MOVES_STACK) & standing.in_system_call)
        ahead &= (standing.sps % _WORD_BYTES == 0) & (standing.highs % _WORD_BYTES == 0)
        ahead &= _leaves_room(standing.sps, standing.highs, distances)
        none = np.zeros(count, np.bool_)
        frames = np.ones(count, np.int64)
        return cls(nodes, standing.sps.copy(), standing.highs, distances, ahead, none, frames)

    def room(self, rows: NDArray[np.intp], window: int) -> Ints:
        """How much of each stack one window holds."""
        left = (self.highs[rows] - self.sps[rows]).astype(np.int64)
        wanted = np.maximum(window, self.distances[rows] + _WORD_BYTES)
        return np.minimum(left, wanted)

    def advance(self, rows: NDArray[np.intp], callers: Addresses, walker: Walker) -> None:
        """One frame outwards, to these return addresses."""
        distances, kinds = walker.steps.of(callers)
        known = kinds != UNKNOWN
        self.end(rows[~known])
        rows, distances, kinds = rows[known], distances[known], kinds[known]
        self.sps[rows] += (self.distances[rows] + _WORD_BYTES).astype(np.uint64)
        self.nodes[rows] = walker.tree.grow(self.nodes[rows], callers[known])
        self.distances[rows] = distances
        room = _leaves_room(self.sps[rows], self.highs[rows], distances)
        self.active[rows] = (kinds == GO_ON) & room
        self.frames[rows] += 1
        self.end(rows[self.active[rows] & (self.frames[rows] >= MOST_FRAMES)], cut=True)

    def end(self, rows: NDArray[np.intp], *, cut: bool = False) -> None:
        """These go no further."""
        self.active[rows] = False
        self.cut[rows] |= cut


def _leaves_room(sps: Addresses, highs: Addresses, distances: NDArray[np.int64]) -> Flags:
    """Whether the next return address is on the stack."""
    left = np.where(highs > sps, highs - sps, 0)
    return left >= (distances + _WORD_BYTES).astype(np.uint64)
