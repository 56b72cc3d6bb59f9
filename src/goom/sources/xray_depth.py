"""Who holds a process's memory, read from outside in the shortest time and named afterwards.

Reading copies what may change: buckets of the heap profile, goroutines and their stacks. Naming
needs only the program's file, so it can wait until a held process goes on, or is dead.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass

from goom.case.errors import BadInput
from goom.case.xray_depth import HeapBuckets
from goom.formats import pprof_writer
from goom.formats.heap_buckets import to_profile
from goom.sources.xray_heap import read_heap
from goom.sources.xray_names import pc_frames
from goom.sources.xray_target import Target

File = tuple[str, str, float, bytes]  # stem, suffix, when, what: as Recorder.file takes them


@dataclass(frozen=True, slots=True, kw_only=True)
class Depth:
    """What was read; ``not_read`` says (what, why, what to do) of the rest."""

    taken_at_seconds: float
    heap: HeapBuckets | None = None
    not_read: tuple[tuple[str, str, str], ...] = ()


def read_depth(target: Target) -> Depth:
    """Heap profile and goroutines of the process as it is now; what is not to be had is noted."""
    at_seconds = time.time()
    not_read = []
    heap = None
    try:
        heap = read_heap(target)
        if heap.doubt:
            not_read.append(("a part of the heap profile", heap.doubt, ""))
    except BadInput as error:
        not_read.append(("heap profile from memory", error.message, error.hint))
    return Depth(taken_at_seconds=at_seconds, heap=heap, not_read=tuple(not_read))


class Namer:
    """Names what was read of one process, alive or not, in the formats that Go writes itself."""

    def __init__(self, target: Target) -> None:
        self._names = pc_frames(target)
        self._version = target.build.go_version

    def files(self, depth: Depth) -> Iterator[File]:
        """The entries of a bundle: the heap profile in protobuf, the goroutine dump as text."""
        if depth.heap is not None:
            profile = to_profile(depth.heap, self._names, self._version)
            yield "pprof/heap", ".pb.gz", depth.taken_at_seconds, pprof_writer.write(profile)
