"""What X-ray reads of a process as the evidence kinds that a case knows.

Heap profile and goroutine dump are the nouns that an endpoint's answers become, so that every
signal and detector works on them. To keep them in a bundle, ``pprof_writer`` and
``goroutine_writer`` write them in Go's own formats. To read now and name later (a held process must
go on), use ``read_depth``, and ``to_profile`` and ``to_dump`` afterwards.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass

from goom.case.errors import BadInput
from goom.case.evidence import NotRead
from goom.case.profile import GoroutineDump, Profile
from goom.case.xray import XraySample
from goom.case.xray_depth import HeapBuckets, XrayGoroutines
from goom.formats import goroutine_table, heap_buckets
from goom.formats.stack_steps import Steps
from goom.sources.xray.goroutines import read_goroutines
from goom.sources.xray.heap import read_heap
from goom.sources.xray.names import pc_frames
from goom.sources.xray.state import Sampler
from goom.sources.xray.target import Target


@dataclass(frozen=True, slots=True, kw_only=True)
class XrayEvidence:
    """All that can be had of one process; ``not_read`` says what could not, in whole or in part.

    ``sample`` holds MemStats' figures and the pacer.
    """

    sample: XraySample
    heap: Profile | None
    goroutines: GoroutineDump | None
    not_read: tuple[NotRead, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Depth:
    """What was read, and of what could not be: what, why and what to do about it."""

    taken_at_seconds: float
    heap: HeapBuckets | None
    goroutines: XrayGoroutines | None
    not_read: tuple[NotRead, ...]


def read_depth(target: Target, steps: Steps, by: str = "") -> Depth:
    """Heap profile and goroutines of the process as it is now, not named yet; ``by`` is added to
    what is missing where others read the same.
    """
    at_seconds = time.time()
    not_read: list[NotRead] = []
    heap = goroutines = None
    try:
        goroutines = read_goroutines(target, steps)
        not_read += notes_of_goroutines(goroutines)
    except BadInput as error:
        not_read.append(NotRead(f"goroutines{by}", error.message, error.hint))
    try:
        heap = read_heap(target)
        not_read += notes_of_heap(heap)
    except BadInput as error:
        not_read.append(NotRead(f"heap profile{by}", error.message, error.hint))
    return Depth(
        taken_at_seconds=at_seconds,
        heap=heap,
        goroutines=goroutines,
        not_read=tuple(not_read),
    )


def evidence(target: Target) -> XrayEvidence:
    """One look at everything; BadInput when the process has ended or cannot be read at all."""
    names, version = pc_frames(target), target.build.go_version
    sample = Sampler(target).sample()
    torn = tuple(NotRead(", ".join(one.affects), f"torn: not {one.rule}") for one in sample.torn)
    depth = read_depth(target, Steps(names))
    heap, goroutines = depth.heap, depth.goroutines
    return XrayEvidence(
        sample=sample,
        heap=heap_buckets.to_profile(heap, names, version) if heap is not None else None,
        goroutines=goroutine_table.to_dump(goroutines, names, version)
        if goroutines is not None
        else None,
        not_read=(*torn, *depth.not_read),
    )


def notes_of_goroutines(table: XrayGoroutines) -> Iterator[NotRead]:
    """What the table does not say."""
    return (NotRead("stacks of some goroutines", why) for why in table.unread)


def notes_of_heap(buckets: HeapBuckets) -> Iterator[NotRead]:
    """Whether the profile is in one piece."""
    if buckets.doubt:
        yield NotRead("a part of the heap profile", buckets.doubt)
