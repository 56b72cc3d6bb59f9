"""Who holds a process's memory, read from outside in the shortest time and named afterwards.

Reading copies what may change: buckets of the heap profile, goroutines and their stacks. Naming
needs only the program's file, so it can wait until a held process goes on, or is dead.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass

from goom.case.errors import BadInput
from goom.case.evidence import NotRead
from goom.case.xray_depth import HeapBuckets, XrayGoroutines
from goom.formats import goroutine_table, goroutine_writer, heap_buckets, pprof_writer
from goom.formats.stack_steps import Steps
from goom.sources.xray_evidence import notes_of_goroutines, notes_of_heap
from goom.sources.xray_goroutines import read_goroutines
from goom.sources.xray_heap import read_heap
from goom.sources.xray_names import pc_frames
from goom.sources.xray_target import Target

_MOST_DUMPED = 10_000  # goroutines that are also told one by one; the profile groups them all
_GROWN = 2  # times as many goroutines are worth another dump
File = tuple[str, str, float, bytes]  # stem, suffix, when, what: as Recorder.file takes them


@dataclass(frozen=True, slots=True, kw_only=True)
class Depth:
    """What was read, and of what could not be: what, why and what to do about it."""

    taken_at_seconds: float
    heap: HeapBuckets | None
    goroutines: XrayGoroutines | None
    not_read: tuple[NotRead, ...]


class DepthReader:
    """Reads one process again and again, and names what was read, alive or not."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self._names = pc_frames(target)
        self._steps = Steps(self._names)
        self._version = target.build.go_version
        self._dumped = 0

    def read(self) -> Depth:
        """Heap profile and goroutines of the process as it is now."""
        at_seconds = time.time()
        not_read: list[NotRead] = []
        heap = goroutines = None
        try:
            goroutines = read_goroutines(self._target, self._steps)
            not_read += notes_of_goroutines(goroutines)
        except BadInput as error:
            not_read.append(NotRead("goroutines, by X-ray", error.message, error.hint))
        try:
            heap = read_heap(self._target)
            not_read += notes_of_heap(heap)
        except BadInput as error:
            not_read.append(NotRead("heap profile, by X-ray", error.message, error.hint))
        return Depth(
            taken_at_seconds=at_seconds,
            heap=heap,
            goroutines=goroutines,
            not_read=tuple(not_read),
        )

    def files(self, depth: Depth, *, thorough: bool) -> Iterator[File]:
        """The entries of a bundle, in the formats that Go writes itself; ``thorough`` or when they
        became many, each goroutine by itself too.
        """
        at_seconds, version = depth.taken_at_seconds, self._version
        if depth.heap is not None:
            heap = heap_buckets.to_profile(depth.heap, self._names, version)
            yield "pprof/heap", ".pb.gz", at_seconds, pprof_writer.write(heap)
        table = depth.goroutines
        if table is None:
            return
        groups = goroutine_table.to_profile(table, self._names, version)
        yield "pprof/goroutine", ".pb.gz", at_seconds, pprof_writer.write(groups)
        if len(table) <= _MOST_DUMPED and (thorough or len(table) >= _GROWN * self._dumped):
            self._dumped = len(table)
            dump = goroutine_table.to_dump(table, self._names, version)
            yield "pprof/goroutine", ".debug2.txt", at_seconds, goroutine_writer.write(dump)
