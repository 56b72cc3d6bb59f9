"""Runs a program's operations during a mark phase, each pointer write behind the barrier."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from goom.runtime.marking.barrier import BUFFER_ENTRIES, ShadesNew
from goom.runtime.marking.graph import NIL, Graph, Pointer
from goom.runtime.marking.marking import Marking, Place
from goom.runtime.marking.operations import (
    Allocate,
    Copy,
    Finish,
    GuardedWrite,
    Load,
    LoadGlobal,
    Operation,
    Receive,
    Send,
    Store,
    StoreGlobal,
)


def perform(marking: Marking, operation: Operation) -> None:
    """Do it to the graph; a write to the heap, a global or another stack runs the barrier."""
    marking.tally.operations += not isinstance(operation, Finish)
    marking.ran_since_scan[operation.stack] = True
    stack = marking.graph.stacks[operation.stack]
    match operation:
        case Allocate(_, slot, fields):
            stack[slot] = marking.add(fields)
        case Load(_, slot, source, field):
            stack[slot] = marking.graph.fields[stack[source]][field]
        case LoadGlobal(_, slot, number):
            stack[slot] = marking.graph.globals[number]
        case Copy(_, slot, value):
            stack[slot] = NIL if value is None else stack[value]
        case Finish(number):
            _store(marking.graph, *_taken(marking, number))
        case Store() | StoreGlobal() | Send() | Receive():
            _guarded_write(marking, operation)


def _guarded_write(marking: Marking, operation: GuardedWrite) -> None:
    place, new, guarded = _write(marking, operation)
    marking.tally.pointer_writes += 1
    if guarded:
        _run_barrier(marking, operation, _row(marking.graph, place)[place.number], new)
    if marking.torn_writes:
        marking.torn[operation.stack] = (place, new)
    else:
        _store(marking.graph, place, new)


def _write(marking: Marking, operation: GuardedWrite) -> tuple[Place, Pointer, bool]:
    """Where it goes, what is written, and whether a barrier stands before it."""
    stack = marking.graph.stacks[operation.stack]
    match operation:
        case Store(_, target, field, value):
            new = NIL if value is None else stack[value]
            return Place("field", stack[target], field), new, True
        case StoreGlobal(_, number, value):
            new = NIL if value is None else stack[value]
            return Place("global", 0, number), new, marking.barrier.guards_globals
        case Send(_, value, other, slot):
            return Place("slot", other, slot), stack[value], marking.barrier.guards_channels
        case Receive(own, slot, other, value):
            new = marking.graph.stacks[other][value]
            return Place("slot", own, slot), new, marking.barrier.guards_channels


def _run_barrier(marking: Marking, operation: GuardedWrite, old: Pointer, new: Pointer) -> None:
    barrier = marking.barrier
    if not barrier.shades_old and barrier.shades_new is ShadesNew.NEVER:
        return
    marking.tally.barrier_hits += 1
    pointers = [old] if barrier.shades_old else []
    pointers += [new] if _shades_new(marking, operation) else []
    marking.tally.shades += sum(one != NIL for one in pointers)
    if barrier.buffered:
        _append(marking, pointers)
    else:
        marking.tally.shaded += sum(map(marking.shade, pointers))


def _shades_new(marking: Marking, operation: GuardedWrite) -> bool:
    """Whether the new pointer is shaded as well.

    The comment in mbarrier.go asks for the current stack; for channel operations, where two are
    involved, the proposal (17503, "Channel operations and go statements") asks for either.
    """
    when, in_channel = marking.barrier.shades_new, isinstance(operation, Send | Receive)
    stacks = {operation.stack}
    if when is ShadesNew.GREY_STACK and isinstance(operation, Send | Receive):
        stacks.add(operation.other)
    match when:
        case ShadesNew.NEVER | ShadesNew.ALWAYS:
            return when is ShadesNew.ALWAYS
        case ShadesNew.IN_CHANNELS:
            return in_channel
        case _:
            return not all(map(marking.is_scanned, stacks))


def _append(marking: Marking, pointers: list[Pointer]) -> None:
    """gcWriteBarrier: nil takes room too; a buffer without room is flushed first."""
    if len(marking.buffer) + len(pointers) > BUFFER_ENTRIES:
        marking.flush()
        marking.tally.flushes += 1
    marking.buffer += pointers


def _taken(marking: Marking, stack: int) -> tuple[Place, Pointer]:
    torn = marking.torn[stack]
    assert torn is not None, "nothing to finish"
    marking.torn[stack] = None
    return torn


def _store(graph: Graph, place: Place, new: Pointer) -> None:
    _row(graph, place)[place.number] = new


def _row(graph: Graph, place: Place) -> list[Pointer]:
    if place.kind == "global":
        return graph.globals
    return (graph.fields if place.kind == "field" else graph.stacks)[place.owner]


def possible(marking: Marking, fields: int) -> Iterator[Operation]:
    """Every operation that the program may do next; new objects get ``fields`` fields."""
    for stack in range(len(marking.graph.stacks)):
        if marking.torn[stack] is not None:
            yield Finish(stack)
        elif not marking.is_stopped(stack):
            yield from _own(marking.graph, stack, fields)
            yield from _with_others(marking, stack)


def _own(graph: Graph, stack: int, fields: int) -> Iterator[Operation]:
    slots = range(len(graph.stacks[stack]))
    held = [slot for slot in slots if graph.stacks[stack][slot] != NIL]
    fields_of = {slot: range(len(graph.fields[graph.stacks[stack][slot]])) for slot in held}
    writable = [None, *held]
    for slot in slots:
        yield from (Copy(stack, slot, value) for value in writable if value != slot)
        yield from (LoadGlobal(stack, slot, number) for number in range(len(graph.globals)))
        yield from (Load(stack, slot, one, f) for one in held for f in fields_of[one])
        yield Allocate(stack, slot, fields)
    for target in held:
        yield from (Store(stack, target, f, v) for f in fields_of[target] for v in writable)
    for number, value in product(range(len(graph.globals)), writable):
        yield StoreGlobal(stack, number, value)


def _with_others(marking: Marking, stack: int) -> Iterator[Operation]:
    stacks = marking.graph.stacks
    for other in range(len(stacks)):
        if other == stack or marking.torn[other] is not None:
            continue
        for own, theirs in product(range(len(stacks[stack])), range(len(stacks[other]))):
            if stacks[stack][own] != NIL:
                yield Send(stack, own, other, theirs)
            if stacks[other][theirs] != NIL:
                yield Receive(stack, own, other, theirs)
