"""The end of marking for many packed states at once: which may end, and which lose an object."""

from __future__ import annotations

import numpy as np

from goom.runtime.marking.packed import FIRST_GREY, FREE, WHITE, Layout, States, Truths


def may_end(layout: Layout, states: States) -> Truths:
    """Whether nothing is left to read, as ``Marking.may_end``."""
    bound, ends = layout.bound, np.ones(len(states), dtype=bool)
    for number in range(bound.objects):
        color = layout.objects.get(states, number)
        ends &= (color < FIRST_GREY) | (color == layout.black)
    for stack in range(bound.stacks):
        ends &= layout.is_scanned(states, stack) & layout.is_whole(states, stack)
    for number in range(bound.globals):
        ends &= layout.global_done.get(states, number) == 1
    if layout.barrier.flushed_at_end:
        for number in range(layout.owed.count):
            ends &= layout.owed.get(states, number) == 0
    return ends


def loses(layout: Layout, ended: States) -> Truths:
    """Of states in which marking ends, those where a reachable object is white."""
    white = _where(layout, ended, WHITE)
    if layout.barrier.stops_to_rescan:
        white &= ~_reached(layout, ended, _held_by_stacks(layout, ended) & white, white)
    everything = ~_where(layout, ended, FREE)
    roots = _held_by_stacks(layout, ended)
    for number in range(layout.bound.globals):
        roots |= _bit(layout.cells.get(ended, layout.global_(number)))
    lost: Truths = (_reached(layout, ended, roots, everything) & white) != 0
    return lost


def _held_by_stacks(layout: Layout, states: States) -> States:
    held = np.zeros(len(states), dtype=np.int64)
    for stack in range(layout.bound.stacks):
        for slot in range(layout.bound.slots):
            held |= _bit(layout.cells.get(states, layout.slot(stack, slot)))
    return held


def _reached(layout: Layout, states: States, start: States, through: States) -> States:
    """The set of objects found from ``start`` by way of those in ``through``, as bits."""
    found = start & through
    for _ in range(layout.bound.objects):
        for number in range(layout.bound.objects):
            inside = -((found >> number) & 1)  # all bits when the object is found
            for field in range(layout.bound.fields):
                pointer = layout.cells.get(states, layout.field(number, field))
                found |= _bit(pointer) & inside & through
    return found


def _where(layout: Layout, states: States, state: int) -> States:
    """The set of objects in this state, as bits."""
    found = np.zeros(len(states), dtype=np.int64)
    for number in range(layout.bound.objects):
        is_so = layout.objects.get(states, number) == state
        found |= is_so.astype(np.int64) << number
    return found


def _bit(values: States) -> States:
    """Cell values as sets of one object; nil is the empty set."""
    one: States = np.int64(1) << values
    return one >> 1
