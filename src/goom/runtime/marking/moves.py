"""Every next step, of collector and program, for many packed states at once.

The rules are those of ``Marking.steps`` and ``take``, ``mutator.possible`` and ``perform``.
Operations that change nothing at all are left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import product
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from goom.runtime.marking.barrier import NewObjects, ShadesNew, Stacks
from goom.runtime.marking.packed import FIRST_GREY, FREE, WHITE, Cell, Layout, States, Truths

Move = tuple[NDArray[np.intp], States]  # which states can do it, and what becomes of them
Change = Callable[[States], States]


class Write(NamedTuple):
    """A pointer written to a cell; two ``stacks`` are those of a channel operation."""

    stacks: tuple[int, ...]  # the writer's first
    cell: Cell
    new: States
    guarded: bool  # by the barrier


def moves(layout: Layout, states: States) -> Iterator[Move]:
    """All of them."""
    yield from collector_moves(layout, states)
    yield from program_moves(layout, states)


def collector_moves(layout: Layout, states: States) -> Iterator[Move]:
    """Read one slot, global or field, or shade what stands in the buffer."""
    bound, all_scanned = layout.bound, np.ones(len(states), dtype=bool)
    for stack in range(bound.stacks):
        scanned = layout.is_scanned(states, stack)
        all_scanned &= scanned
        whole = layout.is_whole(states, stack)
        for slot in range(bound.slots):
            next_one = layout.slots_done.get(states, stack) == slot
            yield _moved(states, next_one & whole, _reads_slot(layout, stack, slot))
    free = all_scanned if layout.barrier.stacks is Stacks.BEFORE_HEAP else True
    for number in range(bound.globals):
        unread = layout.global_done.get(states, number) == 0
        yield _moved(states, unread & free, _reads_global(layout, number))
    for number, field in product(range(bound.objects), range(bound.fields)):
        next_one = layout.objects.get(states, number) == FIRST_GREY + field
        yield _moved(states, next_one & free, _reads_field(layout, number, field))
    for number in range(layout.owed.count):
        owes = layout.owed.get(states, number) == 1
        yield _moved(states, owes & free, _flushes(layout, number))


def _reads_slot(layout: Layout, stack: int, slot: int) -> Change:
    def read(states: States) -> States:
        done = layout.slots_done.add(states, stack)
        return layout.shade(done, layout.cells.get(states, layout.slot(stack, slot)))

    return read


def _reads_global(layout: Layout, number: int) -> Change:
    def read(states: States) -> States:
        done = layout.global_done.add(states, number)
        return layout.shade(done, layout.cells.get(states, layout.global_(number)))

    return read


def _reads_field(layout: Layout, number: int, field: int) -> Change:
    def read(states: States) -> States:
        done = layout.objects.add(states, number)
        return layout.shade(done, layout.cells.get(states, layout.field(number, field)))

    return read


def _flushes(layout: Layout, number: int) -> Change:
    return lambda states: layout.shade(states, np.full(len(states), number + 1))


def program_moves(layout: Layout, states: States) -> Iterator[Move]:
    """Every operation of every goroutine that runs, while operations are left."""
    limit = layout.bound.operations
    left = layout.operations.get(states, 0) < limit if limit is not None else True
    for stack in range(layout.bound.stacks):
        runs = np.flatnonzero(layout.is_running(states, stack) & left)
        mine = states[runs]
        for which, after in _operations(layout, mine, stack):
            changed = after != mine[which]
            counts = 0 if limit is None else 1
            yield runs[which[changed]], layout.operations.add(after[changed], 0, counts)
        if layout.torn_cell.count:
            torn = ~layout.is_whole(states, stack)
            yield _moved(states, torn, _finishes(layout, stack))


def _operations(layout: Layout, states: States, stack: int) -> Iterator[Move]:
    bound, cells = layout.bound, layout.cells
    slots = range(bound.slots)
    held = [cells.get(states, layout.slot(stack, slot)) for slot in slots]
    nil = np.zeros(len(states), dtype=np.int64)
    for slot in slots:
        yield from _allocations(layout, states, layout.slot(stack, slot))
        sources = [cells.get(states, layout.global_(number)) for number in range(bound.globals)]
        for value in (nil, *sources):
            yield _all(states), cells.put(states, layout.slot(stack, slot), value)
        for value in (value for other, value in enumerate(held) if other != slot):
            some = np.flatnonzero(value > 0)
            yield some, cells.put(states[some], layout.slot(stack, slot), value[some])
    for slot in slots:
        some = np.flatnonzero(held[slot] > 0)
        mine, number = states[some], held[slot][some] - 1
        yield from _through(layout, stack, (some, mine, number))
    yield from _global_writes(layout, states, stack, [nil, *held])
    yield from _channels(layout, states, stack)


def _allocations(layout: Layout, states: States, slot: int) -> Iterator[Move]:
    born = _born(layout, states)
    for number in range(layout.bound.objects):
        is_next = layout.objects.get(states, number) == FREE
        if number:
            is_next &= layout.objects.get(states, number - 1) != FREE
        which = np.flatnonzero(is_next)
        made = layout.objects.put(states[which], number, born[which])
        yield which, layout.cells.put(made, slot, number + 1)


def _born(layout: Layout, states: States) -> States:
    policy = layout.barrier.new_objects
    color = np.full(len(states), layout.black if policy is not NewObjects.WHITE else WHITE)
    if policy is NewObjects.GREY_UNTIL_STACKS_SCANNED:
        for stack in range(layout.bound.stacks):
            color[~layout.is_scanned(states, stack)] = FIRST_GREY
    return color


def _through(
    layout: Layout, stack: int, holding: tuple[NDArray[np.intp], States, States]
) -> Iterator[Move]:
    """Loads from, and stores to, the object that one slot holds."""
    some, states, number = holding
    cells, slots = layout.cells, range(layout.bound.slots)
    nil = np.zeros(len(states), dtype=np.int64)
    values = [nil, *(cells.get(states, layout.slot(stack, slot)) for slot in slots)]
    for field in range(layout.bound.fields):
        cell = number * layout.bound.fields + field
        pointer = cells.get(states, cell)
        for slot in slots:
            yield some, cells.put(states, layout.slot(stack, slot), pointer)
        for at, value in enumerate(values):
            written = np.flatnonzero((value > 0) | (at == 0))
            write = Write((stack,), cell[written], value[written], True)
            yield some[written], _written(layout, states[written], write)


def _global_writes(
    layout: Layout, states: States, stack: int, values: list[States]
) -> Iterator[Move]:
    guarded = layout.barrier.guards_globals
    for number in range(layout.bound.globals):
        for at, value in enumerate(values):
            which = np.flatnonzero((value > 0) | (at == 0))
            write = Write((stack,), layout.global_(number), value[which], guarded)
            yield which, _written(layout, states[which], write)


def _channels(layout: Layout, states: States, stack: int) -> Iterator[Move]:
    """Sends to, and receives from, every other goroutine that is not in the middle of a write."""
    slots, guarded = range(layout.bound.slots), layout.barrier.guards_channels
    for other in range(layout.bound.stacks):
        if other == stack:
            continue
        waits = layout.is_whole(states, other)
        for own, theirs in product(slots, slots):
            pair = layout.slot(stack, own), layout.slot(other, theirs)
            for source, target in (pair, pair[::-1]):
                value = layout.cells.get(states, source)
                which = np.flatnonzero((value > 0) & waits)
                write = Write((stack, other), target, value[which], guarded)
                yield which, _written(layout, states[which], write)


def _written(layout: Layout, states: States, write: Write) -> States:
    """The barrier, and the write itself or, when writes are torn, the promise of it."""
    after = _barrier(layout, states, write) if write.guarded else states
    if not layout.torn_cell.count:
        return layout.cells.put(after, write.cell, write.new)
    after = layout.torn_value.put(after, write.stacks[0], write.new)
    return layout.torn_cell.put(after, write.stacks[0], write.cell + 1)


def _barrier(layout: Layout, states: States, write: Write) -> States:
    barrier, after = layout.barrier, states
    touch = layout.owe if barrier.buffered else layout.shade
    if barrier.shades_old:
        after = touch(after, layout.cells.get(states, write.cell))
    return touch(after, np.where(_shades_new(layout, states, write), write.new, 0))


def _shades_new(layout: Layout, states: States, write: Write) -> Truths:
    when = layout.barrier.shades_new
    if when in (ShadesNew.GREY_STACK, ShadesNew.CURRENT_STACK_GREY):
        asked = write.stacks if when is ShadesNew.GREY_STACK else write.stacks[:1]
        scanned: Truths = np.logical_and.reduce([layout.is_scanned(states, one) for one in asked])
        return ~scanned
    in_channel = when is ShadesNew.IN_CHANNELS and len(write.stacks) > 1
    return np.full(len(states), when is ShadesNew.ALWAYS or in_channel)


def _finishes(layout: Layout, stack: int) -> Change:
    def finish(states: States) -> States:
        cell = layout.torn_cell.get(states, stack) - 1
        done = layout.cells.put(states, cell, layout.torn_value.get(states, stack))
        return layout.torn_value.put(layout.torn_cell.put(done, stack, 0), stack, 0)

    return finish


def _moved(states: States, can: Truths, change: Change) -> Move:
    which = np.flatnonzero(can)
    return which, change(states[which])


def _all(states: States) -> NDArray[np.intp]:
    return np.arange(len(states))
