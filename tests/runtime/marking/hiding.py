"""A program that hides objects: it sees the colours, and moves pointers to where none looks again.

Operations at random almost never lose an object, even without a barrier. This adversary does in a
third of the runs, so that a search by chance means something.
"""

from __future__ import annotations

from collections.abc import Iterator

from goom.runtime.marking.graph import NIL, Pointer
from goom.runtime.marking.marking import Color, Marking
from goom.runtime.marking.operations import (
    Copy,
    Load,
    LoadGlobal,
    Operation,
    Receive,
    Send,
    Store,
    StoreGlobal,
)

Recipe = list[Operation]


def recipes(marking: Marking) -> list[Recipe]:
    """Each moves a pointer to a white object and removes it from where it was."""
    stacks = range(len(marking.graph.stacks))
    return [
        recipe
        for stack in stacks
        if all(one is None for one in marking.torn)
        for recipe in (*_off_the_heap(marking, stack), *_off_the_stack(marking, stack))
        if not any(marking.is_stopped(operation.stack) for operation in recipe)
    ]


def _off_the_heap(marking: Marking, stack: int) -> Iterator[Recipe]:
    """To a stack, which may have been read; the deletion part of a barrier must see it."""
    held, graph = marking.graph.stacks[stack], marking.graph
    for slot, one in enumerate(held):
        others = [other for other in range(len(held)) if other != slot]
        for field, pointer in enumerate(graph.fields[one] if one != NIL else []):
            if _is_white(marking, pointer):
                take = [Load(stack, to, slot, field) for to in others]
                yield from ([one, Store(stack, slot, field, None)] for one in take)
    for number, pointer in enumerate(graph.globals):
        if _is_white(marking, pointer):
            loads = [LoadGlobal(stack, to, number) for to in range(len(held))]
            yield from ([one, StoreGlobal(stack, number, None)] for one in loads)


def _off_the_stack(marking: Marking, stack: int) -> Iterator[Recipe]:
    """To the heap, a global or another stack; the insertion part of a barrier must see it."""
    held, graph = marking.graph.stacks[stack], marking.graph
    for slot, one in enumerate(held):
        if not _is_white(marking, one):
            continue
        dropped = [Copy(stack, other, None) for other, same in enumerate(held) if same == one]
        for target, object_ in enumerate(held):
            fields = range(len(graph.fields[object_])) if object_ not in (NIL, one) else ()
            yield from ([Store(stack, target, field, slot), *dropped] for field in fields)
        for number in range(len(graph.globals)):
            yield [StoreGlobal(stack, number, slot), *dropped]
        for other in range(len(graph.stacks)):
            for to in range(len(graph.stacks[other]) if other != stack else 0):
                yield [Send(stack, slot, other, to), *dropped]
                yield [Receive(other, to, stack, slot), *dropped]


def _is_white(marking: Marking, pointer: Pointer) -> bool:
    return pointer != NIL and marking.color[pointer] is Color.WHITE
