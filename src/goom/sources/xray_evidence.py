"""What X-ray reads of a process as the evidence kinds that a case knows.

Heap profile and goroutine dump are the nouns that an endpoint's answers become, so that every
signal and detector works on them. To keep them in a bundle, ``pprof_writer`` and
``goroutine_writer`` write them in Go's own formats. To read now and name later (a held process must
go on), use ``read_heap`` and ``read_goroutines``, and ``to_profile`` and ``to_dump`` afterwards.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from goom.case.errors import BadInput
from goom.case.evidence import NotRead
from goom.case.profile import GoroutineDump, Profile
from goom.case.xray import XraySample
from goom.case.xray_depth import HeapBuckets, XrayGoroutines
from goom.formats import goroutine_table, heap_buckets
from goom.formats.stack_steps import Steps
from goom.sources.xray_goroutines import read_goroutines
from goom.sources.xray_heap import read_heap
from goom.sources.xray_names import pc_frames
from goom.sources.xray_state import Sampler
from goom.sources.xray_target import Target


@dataclass(frozen=True, slots=True, kw_only=True)
class XrayEvidence:
    """All that can be had of one process; ``not_read`` says what could not, in whole or in part.

    ``sample`` holds MemStats' figures and the pacer.
    """

    sample: XraySample
    heap: Profile | None
    goroutines: GoroutineDump | None
    not_read: tuple[NotRead, ...]


def evidence(target: Target) -> XrayEvidence:
    """One look at everything; BadInput when the process has ended or cannot be read at all."""
    names, version = pc_frames(target), target.build.go_version
    sample = Sampler(target).sample()
    not_read = [NotRead(", ".join(one.affects), f"torn: not {one.rule}") for one in sample.torn]
    goroutines = heap = None
    try:
        table = read_goroutines(target, Steps(names))
        goroutines = goroutine_table.to_dump(table, names, version)
        not_read += notes_of_goroutines(table)
    except BadInput as error:
        not_read.append(NotRead("goroutines", error.message, error.hint))
    try:
        buckets = read_heap(target)
        heap = heap_buckets.to_profile(buckets, names, version)
        not_read += notes_of_heap(buckets)
    except BadInput as error:
        not_read.append(NotRead("heap profile", error.message, error.hint))
    return XrayEvidence(sample=sample, heap=heap, goroutines=goroutines, not_read=tuple(not_read))


def notes_of_goroutines(table: XrayGoroutines) -> Iterator[NotRead]:
    """What the table does not say."""
    return (NotRead("stacks of some goroutines", why) for why in table.unread)


def notes_of_heap(buckets: HeapBuckets) -> Iterator[NotRead]:
    """Whether the profile is in one piece."""
    if buckets.doubt:
        yield NotRead("a part of the heap profile", buckets.doubt)
