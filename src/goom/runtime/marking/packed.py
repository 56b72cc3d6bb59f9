"""A whole mark phase in one 64-bit integer, and millions of them as an array.

The exhaustive search meets millions of states, so it keeps each as an integer and does the same
operation to all states of a generation at once. What a bit means is said here; ``moves`` has the
same rules as ``marking`` and ``mutator``, which are written to be read. A test plays both against
each other.

From the lowest bit: the pointer cells (fields of all objects, globals, slots of all stacks; 0 is
nil, n + 1 object n), the state of each object (0 not allocated, 1 white, 2 + n grey with n fields
read, F + 2 black), how many slots of each stack are read, whether each global is read, which white
objects the barrier's buffer holds, the torn write of each goroutine (cell + 1, and the pointer),
and how many operations the program has done.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from goom.case.errors import BadInput
from goom.runtime.marking.barrier import Barrier, Stacks
from goom.runtime.marking.bound import MOST_BITS, Bound
from goom.runtime.marking.graph import Graph

States = NDArray[np.int64]
Truths = NDArray[np.bool_]  # one for each state
Cell = int | States  # the number of a cell, one for all states or one for each

FREE, WHITE, FIRST_GREY = 0, 1, 2


@dataclass(frozen=True)
class Row:
    """Equal pieces of bits side by side."""

    first: int  # the lowest bit
    width: int  # of a piece
    count: int

    @property
    def end(self) -> int:
        """The first bit after it."""
        return self.first + self.width * self.count

    def get(self, states: States, number: Cell) -> States:
        """The value of one piece."""
        return (states >> (self.first + self.width * number)) & ((1 << self.width) - 1)

    def put(self, states: States, number: Cell, value: int | States) -> States:
        """The states with another value there."""
        shift = self.first + self.width * number
        return (states & ~(((1 << self.width) - 1) << shift)) | (value << shift)

    def add(self, states: States, number: Cell, more: int | States = 1) -> States:
        """The states with more there; it must not overflow the piece."""
        return states + (more << (self.first + self.width * number))


class Layout:
    """Where everything is for one bound and barrier."""

    def __init__(self, bound: Bound, barrier: Barrier) -> None:
        self.bound, self.barrier = bound, barrier
        self.black = bound.fields + 2
        cells = bound.objects * bound.fields + bound.globals + bound.stacks * bound.slots
        value = bound.objects.bit_length()
        self.cells = Row(0, value, cells)
        self.objects = Row(self.cells.end, self.black.bit_length(), bound.objects)
        self.slots_done = Row(self.objects.end, bound.slots.bit_length(), bound.stacks)
        self.global_done = Row(self.slots_done.end, 1, bound.globals)
        self.owed = Row(self.global_done.end, 1, bound.objects if barrier.buffered else 0)
        torn = bound.stacks if bound.torn_writes else 0
        self.torn_cell = Row(self.owed.end, cells.bit_length(), torn)
        self.torn_value = Row(self.torn_cell.end, value, torn)
        counted = (bound.operations or 0).bit_length()
        self.operations = Row(self.torn_value.end, counted, 1)
        if self.operations.end > MOST_BITS:
            raise BadInput(
                f"a state of {bound.words()} needs {self.operations.end} bits, not {MOST_BITS}.",
                "Search with fewer objects, fields, stacks or slots.",
            )

    def field(self, number: int, field: int) -> int:
        """The cell of a field of an object."""
        return number * self.bound.fields + field

    def global_(self, number: int) -> int:
        """The cell of a global."""
        return self.bound.objects * self.bound.fields + number

    def slot(self, stack: int, slot: int) -> int:
        """The cell of a slot of a stack."""
        return self.global_(self.bound.globals) + stack * self.bound.slots + slot

    def start(self, graph: Graph) -> int:
        """The state in which marking of this graph starts, without the work of the start's stop."""
        rows = [*graph.fields, *([[-1] * self.bound.fields] * self.bound.objects)]
        words = [word for row in rows[: self.bound.objects] for word in row]
        words += [*graph.globals, *(word for stack in graph.stacks for word in stack)]
        packed = sum((word + 1) << (self.cells.width * cell) for cell, word in enumerate(words))
        width, first = self.objects.width, self.objects.first
        return packed + sum(WHITE << (first + width * one) for one in range(len(graph.fields)))

    def starts(self, graphs: list[Graph]) -> States:
        """The states in which marking starts; for a snapshot with all stacks read."""
        states = np.array([self.start(graph) for graph in graphs], dtype=np.int64)
        if self.barrier.stacks is Stacks.AT_START:
            for stack in range(self.bound.stacks):
                for slot in range(self.bound.slots):
                    states = self.shade(states, self.cells.get(states, self.slot(stack, slot)))
                states = self.slots_done.put(states, stack, self.bound.slots)
        return states

    def shade(self, states: States, values: States) -> States:
        """Turn the objects behind these cell values grey where they are white."""
        number, white = self._white(states, values)
        shaded = self.objects.add(states, number, white.astype(np.int64))
        if not self.owed.count:
            return shaded
        kept = self.owed.get(states, number) & ~white.astype(np.int64)
        return self.owed.put(shaded, number, kept)

    def owe(self, states: States, values: States) -> States:
        """Put them into the buffer instead; an entry that is not white would do nothing later."""
        number, white = self._white(states, values)
        held = self.owed.get(states, number)
        return self.owed.add(states, number, white.astype(np.int64) & ~held)

    def _white(self, states: States, values: States) -> tuple[States, Truths]:
        number = np.maximum(values - 1, 0)
        return number, (values > 0) & (self.objects.get(states, number) == WHITE)

    def is_scanned(self, states: States, stack: int) -> Truths:
        """Whether a stack is read to its end."""
        scanned: Truths = self.slots_done.get(states, stack) == self.bound.slots
        return scanned

    def is_running(self, states: States, stack: int) -> Truths:
        """Whether a goroutine is not stopped for its stack, and not in the middle of a write."""
        done = self.slots_done.get(states, stack)
        stands: Truths = (done == 0) | (done == self.bound.slots)
        return stands & self.is_whole(states, stack)

    def is_whole(self, states: States, stack: int) -> Truths:
        """Whether a goroutine is not between a barrier and its write."""
        if not self.torn_cell.count:
            return np.ones(len(states), dtype=bool)
        whole: Truths = self.torn_cell.get(states, stack) == 0
        return whole
