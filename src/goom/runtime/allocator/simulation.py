"""A heap under a trace of allocations, frees and collections: spans, slots and pages over time.

    trace = workload(size_bytes, has_pointers, dies_before).trace(every=100_000)
    run = simulate(trace, "1.22.10")
    run.heap_in_use_bytes, run.heap_alloc_bytes       one value for each collection, and the end

What is modelled and what is left out stands in ``kernel`` (slots, spans, lists), ``page_heap``
(pages) and ``scavenger``. In short: one P, and each sweep is done before the next allocation.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from importlib.util import find_spec

import numpy as np
from numpy.typing import NDArray

from goom.case.errors import BadInput
from goom.runtime.allocator.course import Course, CourseRecorder, bytes_of
from goom.runtime.allocator.eras import release_of
from goom.runtime.allocator.kernel import Kernel
from goom.runtime.allocator.kernel_numba import NumbaKernel
from goom.runtime.allocator.kernel_numpy import NumpyKernel
from goom.runtime.allocator.kernel_plain import PlainKernel
from goom.runtime.allocator.malloc import PAGE_BYTES
from goom.runtime.allocator.page_heap import FREE, IN_USE
from goom.runtime.allocator.page_map import PageMap, page_map
from goom.runtime.allocator.scavenger import PageScavenger
from goom.runtime.allocator.span_classes import LARGE_SPAN_CLASSES, SpanClasses, span_classes
from goom.runtime.allocator.trace import Trace
from goom.runtime.pacer.mgcscavenge import gc_percent_goal_bytes

EVENTS_WORTH_COMPILING = 5_000_000
HEAP_MINIMUM_BYTES = 4 << 20
GOGC_OFF = -1
_KERNELS: dict[str, Callable[[Trace, SpanClasses], Kernel]] = {
    "numpy": NumpyKernel,
    "numba": NumbaKernel,
    "plain": PlainKernel,
}


class Scavenging(StrEnum):
    """When free pages go back to the system."""

    OFF = "off"
    BACKGROUND = "background"  # down to the goal after each sweep, as if it had all the time
    FREE_OS_MEMORY = "free_os_memory"  # debug.FreeOSMemory at each collection


@dataclass(frozen=True, slots=True)
class Options:
    """How to run a trace.

    ``kernel``      "auto", "numpy", "numba" or "plain"; the results are the same. "auto" takes
                    numba when it is installed and the trace has 5 million events.
    ``scavenging``  and ``gogc``, from which the background scavenger's goal follows.
    ``page_maps``   rows of the course of which to keep the page map; -1 is the end.
    """

    kernel: str = "auto"
    scavenging: Scavenging = Scavenging.OFF
    gogc: int = 100
    page_maps: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Simulation:
    """What became of a trace; arrays of one value for each row of ``course``.

    ``slots`` uint32[allocations]: where each object lies, ``page of its span << 10 | index``.
    ``page_maps`` as asked for, by row.
    """

    version: str | None
    classes: SpanClasses
    slots: NDArray[np.uint32]
    course: Course
    page_maps: dict[int, PageMap]

    @property
    def heap_in_use_bytes(self) -> NDArray[np.int64]:
        """MemStats.HeapInuse: bytes of spans in use."""
        return bytes_of(self.course.in_use_pages)

    @property
    def heap_idle_bytes(self) -> NDArray[np.int64]:
        """MemStats.HeapIdle: bytes that no span has, released ones among them."""
        return bytes_of(self.course.free_pages + self.course.released_pages)

    @property
    def heap_released_bytes(self) -> NDArray[np.int64]:
        """MemStats.HeapReleased."""
        return bytes_of(self.course.released_pages)

    @property
    def heap_objects(self) -> NDArray[np.int64]:
        """MemStats.HeapObjects, a tiny block counted as one."""
        return np.asarray(self.course.objects.sum(axis=1))

    @property
    def heap_alloc_bytes(self) -> NDArray[np.int64]:
        """MemStats.HeapAlloc: bytes of slots that are taken, a large object its whole span."""
        return np.asarray(self.slot_bytes.sum(axis=1))

    @property
    def slot_bytes(self) -> NDArray[np.int64]:
        """int64[rows, 136]: ``heap_alloc_bytes`` by span class."""
        taken = self.course.objects * self.classes.slot_bytes
        taken[:, :LARGE_SPAN_CLASSES] = bytes_of(self.course.span_pages[:, :LARGE_SPAN_CLASSES])
        return taken


def simulate(trace: Trace, version: str | None = None, options: Options = Options()) -> Simulation:
    """Run a trace on an empty heap of a Go version (the newest for None).

    BadInput when the heap grows beyond 32 GiB, for a kernel that is not there, and for the page map
    of a row that the course does not have.
    """
    classes = span_classes(version)
    rows = len(trace.collections) + 1
    if not all(-rows <= row < rows for row in options.page_maps):
        raise BadInput(f"a page map of row {options.page_maps}; the course has {rows} rows.")
    run = _Run(trace, _kernel(options.kernel, trace)(trace, classes), classes)
    wanted = {row % rows for row in options.page_maps}
    scavenger = _Scavenger(release_of(version), options)
    maps = {row: made for row in range(rows) if (made := run.row(row, scavenger, row in wanted))}
    return Simulation(version, classes, run.kernel.slots(), run.recorder.course(), maps)


class _Scavenger:
    """The page scavenger and its goal from cycle to cycle."""

    def __init__(self, release: tuple[int, int], options: Options) -> None:
        self.wanted = options.scavenging is not Scavenging.OFF
        self._index, self._options = PageScavenger(release), options
        self._heap_goal_bytes = float(self._goal_of(0))

    def after_sweep(self, kernel: Kernel, marked_bytes: int, state: NDArray[np.uint8]) -> int:
        """Release what there is to release; ``state`` was that of the pages at mark termination."""
        pages = kernel.pages()
        self._index.next_generation(pages._replace(state=state))
        self._index.note_freed(np.flatnonzero((state == IN_USE) & (pages.state == FREE)))
        last, self._heap_goal_bytes = self._heap_goal_bytes, float(self._goal_of(marked_bytes))
        if self._options.scavenging is Scavenging.FREE_OS_MEMORY:
            return self._index.release_all(pages)
        in_use_bytes = int(np.count_nonzero(state == IN_USE)) * PAGE_BYTES
        goal = gc_percent_goal_bytes(self._heap_goal_bytes, last, in_use_bytes)
        return self._index.release_down_to(pages, int(goal) // PAGE_BYTES)

    def _goal_of(self, marked_bytes: int) -> int:
        gogc = self._options.gogc
        if gogc < 0:
            return 1  # GOGC=off: the same goal without end from cycle to cycle
        return max(HEAP_MINIMUM_BYTES * gogc // 100, marked_bytes + marked_bytes * gogc // 100)


class _Run:
    """Goes through the cycles of a trace."""

    def __init__(self, trace: Trace, kernel: Kernel, classes: SpanClasses) -> None:
        self.kernel, self._trace, self._classes = kernel, trace, classes
        self.recorder = CourseRecorder(kernel, classes)
        end = (len(trace.span_classes), len(trace.freed))
        self._bounds = [(0, 0), *map(tuple, trace.collections.tolist()), end]

    def row(self, row: int, scavenger: _Scavenger, keep_map: bool) -> PageMap | None:
        """One cycle and its collection, or what comes after the last."""
        (allocated, freed), (allocated_then, freed_then) = self._bounds[row : row + 2]
        self.kernel.allocate(allocated, allocated_then)
        mark_in_use_pages = int(np.count_nonzero(self.kernel.pages().state == IN_USE))
        collects = row < len(self._trace.collections)
        returned = self._collect((freed, freed_then), scavenger) if collects else 0
        self.recorder.add(mark_in_use_pages, returned)
        return page_map(self.kernel, self._classes.slots) if keep_map else None

    def _collect(self, frees: tuple[int, int], scavenger: _Scavenger) -> int:
        state = self.kernel.pages().state.copy() if scavenger.wanted else None
        self.kernel.free(*frees)
        self.kernel.sweep()
        return 0 if state is None else scavenger.after_sweep(self.kernel, self._marked(), state)

    def _marked(self) -> int:
        spans = self.kernel.spans()
        small = (spans.objects * self._classes.slot_bytes[spans.span_class]).sum()
        return int(small + bytes_of(spans.pages[spans.span_class < LARGE_SPAN_CLASSES]).sum())


def _kernel(name: str, trace: Trace) -> Callable[[Trace, SpanClasses], Kernel]:
    has_numba = find_spec("numba") is not None
    if name == "auto":
        name = "numba" if has_numba and trace.events >= EVENTS_WORTH_COMPILING else "numpy"
    if name not in _KERNELS:
        raise BadInput(
            f"there is no kernel {name!r}.", f"Take auto or one of {', '.join(_KERNELS)}."
        )
    if name == "numba" and not has_numba:
        raise BadInput("the numba kernel needs numba.", "Install it:  pip install 'goom[fast]'")
    return _KERNELS[name]
