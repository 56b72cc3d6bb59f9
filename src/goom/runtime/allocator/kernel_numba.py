"""The simulation as a sequential loop, compiled by numba (the extra ``fast``).

The loops are plain functions in loops_bits.py, loops_pages.py and loops_slots.py. numba is imported
and compiles them when the first trace is run: some seconds, once in a process.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from types import FunctionType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from goom.runtime.allocator import loops_bits, loops_pages, loops_slots
from goom.runtime.allocator.kernel import Counters, Spans
from goom.runtime.allocator.machine import HEAP_PAGES, NO_SPAN, machine, with_room_for
from goom.runtime.allocator.page_heap import HeapPages, heap_too_large
from goom.runtime.allocator.span_classes import SpanClasses
from goom.runtime.allocator.trace import MOST_PAGES, Trace


class NumbaKernel:
    """Calls the compiled loops; gives them longer arrays when the heap outgrows them."""

    def __init__(self, trace: Trace, classes: SpanClasses) -> None:
        self._machine = machine(trace, classes)
        self._loops = compiled_loops()
        self._counted = True  # whether ``objects`` is what the spans hold

    def allocate(self, first: int, last: int) -> None:
        """One slot after the other."""
        while (first := self._loops["allocate"](self._machine, first, last)) < last:
            pages = len(self._machine.state)
            if pages == MOST_PAGES:
                raise heap_too_large()
            self._machine = with_room_for(self._machine, 2 * pages)
        self._loops["give_back_unused"](self._machine)
        self._counted = False

    def free(self, first: int, last: int) -> None:
        """Clear what a mark would not find."""
        self._loops["free"](self._machine, first, last)

    def sweep(self) -> None:
        """A collection."""
        self._loops["sweep"](self._machine)
        self._counted = True

    def slots(self) -> NDArray[np.uint32]:
        """See Kernel."""
        return self._machine.slot

    def pages(self) -> HeapPages:
        """See Kernel."""
        pages = self._machine.registers[HEAP_PAGES]
        return HeapPages(self._machine.state[:pages], self._machine.scavenged[:pages])

    def spans(self) -> Spans:
        """See Kernel."""
        m = self._machine
        if not self._counted:
            self._loops["count_all"](m)
        first = np.flatnonzero(m.kind[: m.registers[HEAP_PAGES]] != NO_SPAN)
        columns = (m.pages, m.kind, m.objects)
        return Spans(first, *(column[first].astype(np.int64) for column in columns))

    def counters(self) -> Counters:
        """See Kernel."""
        m = self._machine
        return Counters(m.refills.copy(), m.grows.copy(), m.faulted.copy())


@cache
def compiled_loops() -> dict[str, Callable[..., Any]]:
    """The functions of the loops_ modules, compiled, by name.

    Each sees the compiled form of those above it: numba calls no function that it did not compile.
    Nothing is allocated in them, so the arrays need no reference counts (``_nrt``): counting the
    22 of a Machine at each call took four times as long as the work itself.
    """
    from numba import njit

    options: dict[str, Any] = {"_nrt": False, "forceinline": True}
    names: dict[str, Any] = {}
    for module in (loops_bits, loops_pages, loops_slots):
        names |= {name: each for name, each in vars(module).items() if name not in names}
        for name, loop in vars(module).items():
            if isinstance(loop, FunctionType) and loop.__module__ == module.__name__:
                names[name] = njit(**options)(FunctionType(loop.__code__, names, name))
    return names
