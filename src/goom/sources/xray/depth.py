"""Who holds a process's memory, read from outside in the shortest time and named afterwards.

Reading copies what may change: buckets of the heap profile, goroutines and their stacks. Naming
needs only the program's file, so it can wait until a held process goes on, or is dead.
"""

from __future__ import annotations

from collections.abc import Iterator

from goom.formats import goroutine_table, goroutine_writer, heap_buckets, pprof_writer
from goom.formats.stack_steps import Steps
from goom.sources.xray.evidence import Depth, read_depth
from goom.sources.xray.names import pc_frames
from goom.sources.xray.target import Target

_MOST_DUMPED = 10_000  # goroutines that are also told one by one; the profile groups them all
_GROWN = 2  # times as many goroutines are worth another dump
File = tuple[str, str, float, bytes]  # stem, suffix, when, what: as Recorder.file takes them


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
        return read_depth(self._target, self._steps, ", by X-ray")

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
