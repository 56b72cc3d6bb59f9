"""Anonymous memory by its kinds: Go's arenas and metadata, what is outside Go, variables."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import isnan

from goom.case.subject import Subject
from goom.signals.go_memory import METADATA
from goom.signals.ledger.arenas import Arenas, accounted, fit, only_marked, with_huge_pages
from goom.signals.ledger.lines import Part
from goom.signals.ledger.moment import Moment, anonymous_bytes
from goom.signals.ledger.physical import GO_ONLY, Charge, metadata_bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """Bytes by kind; ``others`` is anonymous memory of other processes in the cgroup, ``between``
    what the cgroup's anonymous memory and the mappings' differ beyond that.
    """

    heap: Arenas
    metadata: float = 0.0
    outside: tuple[Part, ...] = ()
    others: float = 0.0
    variables: float = 0.0
    between: float = 0.0


def split_of(moment: Moment, charge: Charge, subject: Subject) -> Split:
    """Fit Go's accounting into what the kernel says is resident."""
    counted = accounted(moment.go, moment.marked_bytes)
    procs = subject.gomaxprocs or 1
    metadata = metadata_bytes(moment, subject)
    if charge.name == GO_ONLY:
        return Split(heap=counted or Arenas(), metadata=_address_space(moment))
    if moment.regions:
        return _by_mappings(moment, charge, counted, procs, metadata)
    metadata = 0.0 if isnan(metadata) else metadata
    room = charge.anonymous if not isnan(charge.anonymous) else float(charge.bytes)
    if counted is None:
        # nothing says that the rest is Go's: it stays unexplained
        return Split(heap=replace(only_marked(room, moment.marked_bytes), unsplit=0.0))
    beyond = room - counted.total - metadata
    if beyond < 0:
        return Split(
            heap=fit(counted, max(room - metadata, 0.0), procs),
            metadata=min(metadata, room),
        )
    known = not isnan(charge.anonymous)
    outside = (Part("anonymous memory beyond Go's accounting", beyond),) if known else ()
    return Split(heap=counted, metadata=metadata, outside=outside)


def _by_mappings(
    moment: Moment,
    charge: Charge,
    counted: Arenas | None,
    procs: int,
    metadata: float,
) -> Split:
    seen = moment.regions
    resident = seen["go_heap_anon_bytes"]
    if counted is None:
        split = only_marked(resident, moment.marked_bytes)
    else:
        split = with_huge_pages(
            fit(counted, resident, procs),
            seen["go_heap_huge_bytes"],
            moment.go.get("heap_released_bytes", 0.0),
        )
    named, nameless = seen["go_metadata_anon_bytes"], seen["anonymous_anon_bytes"]
    own = named if named > 0 else min(metadata, nameless)
    gap = charge.anonymous - anonymous_bytes(seen)
    gap = 0.0 if isnan(gap) else gap
    others = min(moment.others_bytes, max(gap, 0.0))
    return Split(
        heap=split,
        metadata=own,
        outside=tuple(_outside(moment, nameless - (0.0 if named > 0 else own))),
        others=others,
        variables=seen["binary_anon_bytes"] + seen["file_anon_bytes"],
        between=gap - others,
    )


def _outside(moment: Moment, mapped: float) -> Iterator[Part]:
    seen = moment.regions
    yield Part("C's heap (brk and malloc's arenas)", seen["c_heap_anon_bytes"], source="smaps")
    yield Part("mmap, by C or by Go code", mapped, source="smaps, less Go's metadata")
    threads = int(seen["thread_stack_mappings"])
    label = f"{threads} thread stack{'s' if threads != 1 else ''} outside Go"
    yield Part(label, seen["thread_stack_anon_bytes"], source="smaps")
    yield Part("private shared memory", seen["shared_anon_bytes"], source="smaps")


def _address_space(moment: Moment) -> float:
    return sum(value for name, value in moment.go.items() if name in METADATA and not isnan(value))
