"""Objects with pointer fields, and the roots that hold them: globals and goroutine stacks.

The words are those of the runtime: a *slot* of a stack, a *field* of an object, a *global*. A
pointer is the number of an object, or ``NIL``. Objects without pointers have no fields.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

NIL = -1
Pointer = int  # the number of an object, or NIL


@dataclass(slots=True)
class Graph:
    """The heap and its roots, as the program sees them; it changes as the program runs."""

    fields: list[list[Pointer]]  # of each object
    stacks: list[list[Pointer]]  # the slots of each goroutine
    globals: list[Pointer]

    def add(self, fields: int) -> Pointer:
        """A new object whose fields are nil."""
        self.fields.append([NIL] * fields)
        return len(self.fields) - 1

    def roots(self) -> list[Pointer]:
        """What every global and every slot points to, nil left out."""
        held = [*self.globals, *(pointer for stack in self.stacks for pointer in stack)]
        return [pointer for pointer in held if pointer != NIL]

    def reachable(self) -> set[Pointer]:
        """The objects that the program can still get at."""
        return self.reached_from(self.roots())

    def reached_from(self, pointers: Iterable[Pointer]) -> set[Pointer]:
        """These objects and all that they lead to."""
        found = {pointer for pointer in pointers if pointer != NIL}
        waiting = list(found)
        while waiting:
            fresh = set(self.fields[waiting.pop()]) - found - {NIL}
            found |= fresh
            waiting += fresh
        return found

    def copy(self) -> Graph:
        """The same graph, to run another mark phase on."""
        return Graph(
            [list(one) for one in self.fields],
            [list(one) for one in self.stacks],
            list(self.globals),
        )
