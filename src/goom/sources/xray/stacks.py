"""The call stacks of very many goroutines that stand still, walked in step.

Each is read from its saved stack pointer upwards, in one piece up to a MiB, because the outermost
frame is at the end. A step goes outwards only, so no stack, torn or hostile, leads in a circle.

The kernel copies in the order that it is asked to. With the goroutine's record before and after the
window in one call, microseconds lie between them (of a MiB some 100), and not the time of reading
all the others: in that time the runtime's count of a goroutine's stops (a byte) has come round to
the same number.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from goom.case.profile import Flags, Ints
from goom.case.xray_depth import Addresses
from goom.formats.stack_steps import GO_ON, MOVES_STACK, UNKNOWN, Steps
from goom.formats.stack_tree import NOWHERE, Nodes, StackTree
from goom.sources.memory_gather import Bytes, gather
from goom.sources.process_memory import ProcessMemory

MOST_FRAMES = 4096
_WINDOW_BYTES = 1 << 20
_MOST_STACK_BYTES = np.uint64(1 << 40)  # of one: its bounds are what a process says
_MOST_NODES = 1 << 22  # of the tree, some 500 MB
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


@dataclass(frozen=True, slots=True, eq=False)
class Seals:
    """What is read before and after each window; ``hold`` of some rows and both readings.

    ``size_bytes`` is a multiple of 8.
    """

    addresses: Addresses  # [n]
    size_bytes: int
    hold: Callable[[NDArray[np.intp], Bytes, Bytes], Flags]


@dataclass(frozen=True, slots=True, eq=False)
class Walked:
    """``n`` goroutines: the node of each, whether its stack goes on, and whether it moved.

    ``windows`` is in how many readings each was.
    """

    nodes: Nodes
    cut: Flags
    moved: Flags
    windows: Ints


@dataclass(slots=True, eq=False)
class Walker:
    """Walks stacks into one tree; ``left_bytes`` is what may still be read of stacks."""

    memory: ProcessMemory
    steps: Steps
    left_bytes: int
    tree: StackTree = field(default_factory=StackTree)

    def walk(self, standing: Standing, seals: Seals | None = None) -> Walked:
        """All of them; with ``seals`` those that ran meanwhile are said to."""
        state = _State.of(standing, self)
        while len(rows := np.flatnonzero(state.active)):
            taken = self._affordable(state, rows)
            if not len(taken):
                state.cut[rows] = True
                break
            self._round(state, taken, seals)
        return Walked(state.nodes, state.cut, state.moved, state.windows)

    def _affordable(self, state: _State, rows: NDArray[np.intp]) -> NDArray[np.intp]:
        """Those that there is room for, the shortest first: a few deep ones hide nobody."""
        sizes = state.room(rows)
        order = np.argsort(sizes, kind="stable")
        return rows[order][np.cumsum(sizes[order]) <= min(self.left_bytes, _MOST_AT_ONCE)]

    def _round(self, state: _State, rows: NDArray[np.intp], seals: Seals | None) -> None:
        """Walk these as far as one window of each goes."""
        sizes = state.room(rows)
        self.left_bytes -= int(sizes.sum())
        words, starts, there, sealed = self._windows(state.sps[rows], sizes, rows, seals)
        state.end(rows[~there], cut=True)
        state.move(rows[there & ~sealed])
        state.windows[rows] += 1
        kept = there & sealed
        rows, bases = rows[kept], state.sps[rows[kept]]
        starts, sizes = starts[kept], sizes[kept]
        while len(rows):
            if len(self.tree) > _MOST_NODES:
                state.end(rows, cut=True)
                break
            beyond = (state.sps[rows] - bases).astype(np.int64) + state.distances[rows]
            within = beyond + _WORD_BYTES <= sizes
            rows, bases, starts = rows[within], bases[within], starts[within]
            sizes, beyond = sizes[within], beyond[within]
            state.advance(rows, words[starts + beyond // _WORD_BYTES], self)
            on = state.active[rows]
            rows, bases, starts, sizes = rows[on], bases[on], starts[on], sizes[on]

    def _windows(
        self, sps: Addresses, sizes: Ints, rows: NDArray[np.intp], seals: Seals | None
    ) -> tuple[NDArray[np.uint64], Ints, Flags, Flags]:
        """All words, where each window begins in them, which are there, and whose seals hold."""
        if seals is None:
            pieces = gather(self.memory, sps, sizes)
            every = np.ones(len(rows), np.bool_)
            return pieces.data.view("<u8"), pieces.starts[:-1] // _WORD_BYTES, pieces.there, every
        size = seals.size_bytes
        before = seals.addresses[rows]
        addresses = np.stack((before, sps, before), axis=1).ravel()
        lengths = np.stack((np.full(len(rows), size), sizes, np.full(len(rows), size)), axis=1)
        pieces = gather(self.memory, addresses, lengths.ravel(), together=3)
        starts, there = pieces.starts[:-1].reshape(-1, 3), pieces.there[::3]
        held = np.zeros(len(rows), np.bool_)
        words = pieces.data.view("<u8")
        first, last = (
            words[(starts[there, one] // _WORD_BYTES)[:, None] + np.arange(size // _WORD_BYTES)]
            for one in (0, 2)
        )
        held[there] = seals.hold(rows[there], first.view(np.uint8), last.view(np.uint8))
        return words, starts[:, 1] // _WORD_BYTES, there, held


@dataclass(slots=True, eq=False)
class _State:
    nodes: Nodes
    sps: Addresses
    highs: Addresses
    distances: NDArray[np.int64]
    active: Flags
    cut: Flags
    moved: Flags
    frames: Ints
    windows: Ints

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
        cut, moved = np.zeros((2, count), np.bool_)
        frames, windows = np.ones(count, np.int64), np.zeros(count, np.int64)
        return cls(
            nodes,
            standing.sps.copy(),
            standing.highs,
            distances,
            ahead,
            cut,
            moved,
            frames,
            windows,
        )

    def room(self, rows: NDArray[np.intp]) -> Ints:
        """How much of each stack one window holds."""
        left = np.minimum(self.highs[rows] - self.sps[rows], _MOST_STACK_BYTES).astype(np.int64)
        wanted = np.maximum(_WINDOW_BYTES, self.distances[rows] + _WORD_BYTES)
        return np.asarray(np.minimum(left, wanted), np.int64)

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

    def move(self, rows: NDArray[np.intp]) -> None:
        """These ran while their window was read: nothing is known of them."""
        self.end(rows)
        self.moved[rows], self.nodes[rows] = True, NOWHERE


def _leaves_room(sps: Addresses, highs: Addresses, distances: NDArray[np.int64]) -> Flags:
    """Whether the next return address is on the stack."""
    left = np.where(highs > sps, highs - sps, 0)
    return left >= (distances + _WORD_BYTES).astype(np.uint64)
