"""How far an exhaustive search goes, and all the graphs that it starts from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from goom.case.errors import BadInput
from goom.runtime.marking.graph import NIL, Graph, Pointer

MOST_OBJECTS = 6
MOST_BITS = 62  # a state must fit a 64-bit integer


@dataclass(frozen=True, slots=True)
class Bound:
    """The size of the little world that is searched whole.

    ``operations`` counts those of the program while marking goes on; None is as many as it likes
    (then runs cannot be counted). With ``torn_writes`` others may run between a barrier and the
    write that it guards, as on real processors.
    """

    objects: int = 2
    fields: int = 2
    stacks: int = 1
    slots: int = 2
    globals: int = 1
    operations: int | None = 4
    torn_writes: bool = False

    def __post_init__(self) -> None:
        """Refuse what has no meaning."""
        least = (self.objects, self.fields, self.stacks, self.slots)
        if min(least) < 1 or min(self.globals, self.operations or 0) < 0:
            raise BadInput(
                "a search needs at least one object, field, stack and slot.",
                "Say for example:  goom model barriers --objects 2 --operations 4",
            )
        if self.objects > MOST_OBJECTS:
            raise BadInput(
                f"{self.objects} objects are too many to try every graph of them.",
                f"At most {MOST_OBJECTS} can be searched, and more than 3 take very long.",
            )

    def words(self) -> str:
        """The bound in words."""
        count = "any number of" if self.operations is None else f"up to {self.operations}"
        torn = ", writes torn from their barriers" if self.torn_writes else ""
        return (
            f"up to {_plural(self.objects, 'object')} of {_plural(self.fields, 'field')}, "
            f"{_plural(self.stacks, 'stack')} of {_plural(self.slots, 'slot')}, "
            f"{_plural(self.globals, 'global')}, {count} operations{torn}"
        )


def graphs(bound: Bound) -> Iterator[Graph]:
    """Every graph within the bound whose objects can all be reached, up to their names.

    What cannot be reached at the start can never be reached, so it cannot be lost. Objects are
    numbered in the order in which one finds them from the roots, so of graphs that differ in
    names alone exactly one is here.
    """
    roots = bound.globals + bound.stacks * bound.slots
    for held, found in _rows((), 0, roots, bound):
        for fields in _heaps((), found, bound):
            yield _graph(held, fields, bound)


def _heaps(
    fields: tuple[tuple[Pointer, ...], ...], found: int, bound: Bound
) -> Iterator[tuple[tuple[Pointer, ...], ...]]:
    if len(fields) == found:
        yield fields
        return
    for row, more in _rows((), found, bound.fields, bound):
        yield from _heaps((*fields, row), more, bound)


def _rows(
    row: tuple[Pointer, ...], found: int, words: int, bound: Bound
) -> Iterator[tuple[tuple[Pointer, ...], int]]:
    """Every content of a row of words: nil, what was found before, or the next new object."""
    if len(row) == words:
        yield row, found
        return
    for pointer in range(NIL, min(found + 1, bound.objects)):
        yield from _rows((*row, pointer), max(found, pointer + 1), words, bound)


def _graph(
    held: tuple[Pointer, ...], fields: tuple[tuple[Pointer, ...], ...], bound: Bound
) -> Graph:
    first, width = bound.globals, bound.slots
    starts = range(first, first + bound.stacks * width, width)
    stacks = [list(held[start : start + width]) for start in starts]
    return Graph([list(row) for row in fields], stacks, list(held[:first]))


def _plural(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
