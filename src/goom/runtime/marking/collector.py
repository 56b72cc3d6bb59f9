"""The collector of a run: globals, then stacks, then grey objects in the order they were found.

Go's order is that of gcDrain (mgcmark.go): root jobs first (data, bss, then stacks), then the work
queue. What a model finds out about safety must not hang on it: ``explore`` tries every order.
"""

from __future__ import annotations

from collections.abc import Iterator

from goom.runtime.marking.barrier import Stacks
from goom.runtime.marking.marking import Marking, Reads, Step


class Collector:
    """Does the marking of one mark phase, as much at a time as it is told."""

    def __init__(self, marking: Marking) -> None:
        self.marking = marking
        self.done = False
        self._roots = _roots(marking)
        self._root: Step | None = next(self._roots, None)

    def work(self, words: int) -> None:
        """Read up to so many words; ends marking when nothing is left to read."""
        for _ in range(words):
            step = self.next_step()
            if step is None:
                self._finish()
                return
            self.marking.take(step)

    def next_step(self) -> Step | None:
        """The word that is read next, None when only buffers can hold more."""
        while self._root is not None:
            if not self._is_read(self._root):
                return self._root
            self._root = next(self._roots, None)
        return Step(Reads.FIELD, self.marking.grey[0]) if self.marking.grey else None

    def _is_read(self, root: Step) -> bool:
        if root.reads is Reads.GLOBAL:
            return self.marking.global_done[root.number]
        return self.marking.is_scanned(root.number)

    def _finish(self) -> None:
        """Flush the buffers; what they bring must be marked before marking can end."""
        self.marking.flush()
        if self.marking.may_end():
            self.marking.end()
            self.done = True


def _roots(marking: Marking) -> Iterator[Step]:
    globals_ = (Step(Reads.GLOBAL, number) for number in range(len(marking.global_done)))
    stacks = (Step(Reads.SLOT, number) for number in range(len(marking.slots_done)))
    if marking.barrier.stacks is Stacks.BEFORE_HEAP:
        yield from stacks
    yield from globals_
    yield from stacks
