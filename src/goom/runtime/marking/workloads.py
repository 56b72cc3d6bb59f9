"""Programs that change the graph as real ones do, made of single pointer operations.

Each starts from a graph that it makes, and goes on for as long as marking needs. What it does next
hangs on the graph and on the seed alone, never on colours: under every barrier it does the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random

from goom.runtime.marking.graph import NIL, Graph
from goom.runtime.marking.operations import (
    Allocate,
    Copy,
    Load,
    LoadGlobal,
    Operation,
    Send,
    Store,
)

Operations = Iterator[Operation]
_ENTRY = 2  # fields of an entry, node or list cell


@dataclass(frozen=True, slots=True)
class Workload:
    """``size`` scales the graph: about so many objects at the start."""

    name: str
    what: str
    graph: Callable[[Random, int], Graph]
    operations: Callable[[Graph, Random], Operations]


def _cache_graph(_: Random, size: int) -> Graph:
    """A table of buckets, each with one entry, each with a value without pointers."""
    entries = size // 2
    table = [1 + number for number in range(entries)]
    values = [[1 + entries + number, NIL] for number in range(entries)]
    return Graph([table, *values, *([] for _ in range(entries))], [[NIL] * 8], [0])


def _cache(graph: Graph, chance: Random) -> Operations:
    """Replace the entry of a bucket and its value: six pointer writes to the heap of ten."""
    table, old, entry, value = range(4)
    yield LoadGlobal(0, table, 0)
    while True:
        bucket = chance.randrange(len(graph.fields[0]))
        yield Allocate(0, entry, _ENTRY)
        yield Allocate(0, value, 0)
        yield Store(0, entry, 0, value)
        yield Load(0, old, table, bucket)
        yield Load(0, value, old, 1)
        yield Store(0, entry, 1, value)
        yield Store(0, table, bucket, entry)
        yield Store(0, old, 0, None)  # what a cache with a free list does to what it evicts


def _queue_graph(_: Random, size: int) -> Graph:
    """A linked list with its head and its end in one object."""
    cells = [[1 + number + 1, NIL] for number in range(size)]
    cells[-1][0] = NIL
    return Graph([[1, size], *cells], [[NIL] * 8], [0])


def _queue(_graph: Graph, _random: Random) -> Operations:
    """Append one at the end, take one from the head."""
    queue, end, made, head = range(4)
    yield LoadGlobal(0, queue, 0)
    while True:
        yield Allocate(0, made, _ENTRY)
        yield Load(0, end, queue, 1)
        yield Store(0, end, 0, made)
        yield Store(0, queue, 1, made)
        yield Load(0, head, queue, 0)
        yield Load(0, head, head, 0)
        yield Store(0, queue, 0, head)


def _tree_graph(chance: Random, size: int) -> Graph:
    """A binary search tree of keys put in at random; the first field of the global leads to it."""
    fields = [[1, NIL], [NIL, NIL]]
    for _ in range(size - 1):
        parent = 1
        side = chance.randrange(2)
        while fields[parent][side] != NIL:
            parent, side = fields[parent][side], chance.randrange(2)
        fields[parent][side] = len(fields)
        fields.append([NIL, NIL])
    return Graph(fields, [[NIL] * 8], [0])


def _tree(graph: Graph, chance: Random) -> Operations:
    """Walk down at random and rotate: three pointer writes that move old objects about."""
    parent, node, child, inner = range(4)
    while True:
        yield LoadGlobal(0, parent, 0)
        side = 0
        yield Load(0, node, parent, side)
        for _ in range(chance.randrange(12)):
            turn = chance.randrange(2)
            if graph.fields[graph.stacks[0][node]][turn] == NIL:
                break
            yield Copy(0, parent, node)
            yield Load(0, node, parent, turn)
            side = turn
        turn = chance.randrange(2)
        if graph.fields[graph.stacks[0][node]][turn] == NIL:
            continue
        yield Load(0, child, node, turn)
        yield Load(0, inner, child, 1 - turn)
        yield Store(0, child, 1 - turn, node)
        yield Store(0, node, turn, inner)
        yield Store(0, parent, side, child)


_DEPTH = 256


def _deep_graph(chance: Random, size: int) -> Graph:
    """A tree, and one deep stack full of pointers into it."""
    graph = _tree_graph(chance, size)
    graph.stacks = [[chance.randrange(1, size) for _ in range(_DEPTH)]]
    return graph


def _deep(graph: Graph, chance: Random) -> Operations:
    """Calls and returns: reads and copies on the stack, one pointer write to the heap in fifty."""
    while True:
        for _ in range(49):
            slot, other = chance.sample(range(_DEPTH), 2)
            held, side = graph.stacks[0][other], chance.randrange(2)
            reads = held != NIL and graph.fields[held][side] != NIL
            yield Load(0, slot, other, side) if reads else Copy(0, slot, other)
        slot, other = chance.sample(range(_DEPTH), 2)
        if graph.stacks[0][slot] != NIL:
            yield Store(0, slot, chance.randrange(2), other)


def _request_graph(chance: Random, size: int) -> Graph:
    """A tree that stays as it is, and a stack for what a request makes."""
    return _tree_graph(chance, size)


def _requests(_graph: Graph, _random: Random) -> Operations:
    """Make seven objects that hold each other, use them, drop them: nothing of it stays."""
    while True:
        yield Allocate(0, 0, _ENTRY)
        for _ in range(3):
            yield Allocate(0, 1, _ENTRY)
            yield Allocate(0, 2, 0)
            yield Store(0, 1, 0, 2)
            yield Store(0, 1, 1, 0)
            yield Copy(0, 0, 1)
        yield Copy(0, 0, None)
        yield Copy(0, 1, None)
        yield Copy(0, 2, None)


_WAY = 24  # objects between the global and the list, so that the collector comes there late


def _batch_graph(chance: Random, size: int) -> Graph:
    """A tree that stays, and at the end of a long way a list of orders that came in."""
    graph = _tree_graph(chance, size // 2)
    first = len(graph.fields)
    graph.fields += [[first + number + 1, NIL] for number in range(_WAY - 1)]
    graph.fields += [[NIL, first + _WAY]]
    graph.fields += [[first + _WAY + number + 1, NIL] for number in range(size // 2 - 1)]
    graph.add(_ENTRY)
    graph.globals.append(first)
    return graph


def _batches(graph: Graph, chance: Random) -> Operations:
    """Take the whole list, leave an empty one, work through what was taken, order by order.

    ``batch := s.pending; s.pending = nil``: one pointer write moves many objects from the heap to
    a stack that has been read already.
    """
    server, batch, order, made = range(4)
    for _ in range(chance.randrange(8, 24)):
        yield from _walk(server)
    while True:
        yield from _walk(server)
        yield Load(0, batch, server, 1)
        yield Store(0, server, 1, None)
        yield Copy(0, order, batch)
        while graph.stacks[0][order] != NIL:
            yield Allocate(0, made, 0)
            yield Store(0, order, 1, made)
            yield Load(0, order, order, 0)
        yield Copy(0, batch, None)
        yield Allocate(0, made, _ENTRY)
        yield Store(0, server, 1, made)


def _walk(slot: int) -> Operations:
    """From the global to the object with the list."""
    yield LoadGlobal(0, slot, 1)
    for _ in range(_WAY - 1):
        yield Load(0, slot, slot, 0)


_GOROUTINES, _SLOTS = 200, 32


def _crowd_graph(chance: Random, size: int) -> Graph:
    """Many goroutines, each with a stack full of pointers to objects of its own and of a tree."""
    graph = _tree_graph(chance, size)
    graph.stacks = [
        [graph.add(_ENTRY) if chance.random() < 0.3 else chance.randrange(1, size) for _ in slots]
        for slots in [range(_SLOTS)] * _GOROUTINES
    ]
    return graph


def _crowd(graph: Graph, chance: Random) -> Operations:
    """One after the other does a little: reads, copies, a write, now and then a channel."""
    while True:
        own, other = chance.sample(range(_GOROUTINES), 2)
        slot, source, target = chance.sample(range(_SLOTS), 3)
        yield Allocate(own, slot, _ENTRY)
        if graph.stacks[own][source] != NIL:
            yield Load(own, slot, source, chance.randrange(2))
        if graph.stacks[own][target] != NIL:
            yield Store(own, target, chance.randrange(2), slot)
        yield Copy(own, slot, source)
        if chance.random() < 0.2:
            yield Send(own, source, other, slot)


WORKLOADS = (
    Workload("cache", "entries of a table are replaced", _cache_graph, _cache),
    Workload("queue", "a list grows at one end, shrinks at the other", _queue_graph, _queue),
    Workload("tree", "a search tree is rotated", _tree_graph, _tree),
    Workload("deep stack", "calls and returns, few writes to the heap", _deep_graph, _deep),
    Workload("requests", "objects are made and dropped", _request_graph, _requests),
    Workload("batch", "a list is taken off the heap and worked through", _batch_graph, _batches),
    Workload("goroutines", f"{_GOROUTINES} stacks of {_SLOTS} slots", _crowd_graph, _crowd),
)
