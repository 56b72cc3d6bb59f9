"""The ledger at the moment that matters: every byte of the charge in one line, or unexplained.

The kernel says what the pages are (mappings, counters of the cgroup), Go says what it does with
the pages of its arenas. A figure of Go's never makes a line larger than the pages that it is in;
what no counter names stays unexplained. docs/memory-figures.md tells how the figures relate.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import isnan, nan

import numpy as np

from goom.case.evidence import Evidence
from goom.case.ledger import Ledger, LedgerLine
from goom.rooms import signal
from goom.signals import ledger_arenas as arenas
from goom.signals.go_memory import METADATA, GoMemory
from goom.signals.ledger_heap import GoHeap, heap_lines, metadata_line
from goom.signals.ledger_lines import Part, line, remainder
from goom.signals.ledger_moment import AUTO, Moment, anonymous_bytes, moment_of
from goom.signals.ledger_notes import notes
from goom.signals.ledger_physical import (
    GO_ONLY,
    KERNEL_STACK_BYTES,
    Charge,
    charge_of,
    metadata_bytes,
)
from goom.signals.regions import Regions

_OTHERS_FRACTION = 0.01  # under this a gap between cgroup and mappings is time, not a process


@dataclass(frozen=True, slots=True, kw_only=True)
class _Split:
    """Anonymous memory by its kinds; ``between`` is what cgroup and mappings differ by."""

    heap: arenas.Arenas
    metadata: float = 0.0
    outside: tuple[Part, ...] = ()
    variables: float = 0.0
    between: float = 0.0


@signal
def ledger(evidence: Evidence, memory: GoMemory | None, regions: Regions | None) -> Ledger | None:
    """Just before the kill, else at the peak."""
    return ledger_at(evidence, memory, regions, AUTO)


def ledger_at(
    evidence: Evidence, memory: GoMemory | None, regions: Regions | None, at: str | float
) -> Ledger | None:
    """At ``at``: brink, peak, last, or seconds from the start. None when no charge is known."""
    moment = moment_of(evidence, memory, regions, at)
    charge = charge_of(moment, evidence.subject)
    if charge is None:
        return None
    split = _split(moment, charge, evidence)
    heap = GoHeap(
        split=split.heap,
        moment=moment,
        subject=evidence.subject,
        by_size=memory.by_size if memory is not None else {},
    )
    lines = [*heap_lines(heap), *_other_lines(split, charge, moment)]
    rest = remainder(charge.bytes, lines, _unexplained(split, charge))
    return Ledger(
        at_seconds=moment.at_seconds,
        charge_bytes=charge.bytes,
        charge_name=charge.name,
        lines=(*lines, rest),
        notes=tuple(notes(evidence, moment, charge)),
    )


def _split(moment: Moment, charge: Charge, evidence: Evidence) -> _Split:
    counted = arenas.accounted(moment.go, moment.marked_bytes)
    procs = evidence.subject.gomaxprocs or 1
    metadata = metadata_bytes(moment, evidence.subject)
    if charge.name == GO_ONLY:
        return _Split(heap=counted or arenas.Arenas(), metadata=_address_space(moment))
    if moment.regions:
        return _by_mappings(moment, charge, counted, procs, metadata)
    metadata = 0.0 if isnan(metadata) else metadata
    room = charge.anonymous if not isnan(charge.anonymous) else float(charge.bytes)
    if counted is None:
        return _Split(heap=arenas.only_marked(room, moment.marked_bytes))
    beyond = room - counted.total - metadata
    if beyond < 0:
        return _Split(
            heap=arenas.fit(counted, max(room - metadata, 0.0), procs),
            metadata=min(metadata, room),
        )
    known = not isnan(charge.anonymous)
    outside = (Part("anonymous memory beyond Go's accounting", beyond),) if known else ()
    return _Split(heap=counted, metadata=metadata, outside=outside)


def _by_mappings(
    moment: Moment,
    charge: Charge,
    counted: arenas.Arenas | None,
    procs: int,
    metadata: float,
) -> _Split:
    seen = moment.regions
    resident = seen["go_heap_anon_bytes"]
    if counted is None:
        split = arenas.only_marked(resident, moment.marked_bytes)
    else:
        split = arenas.with_huge_pages(
            arenas.fit(counted, resident, procs),
            seen["go_heap_huge_bytes"],
            moment.go.get("heap_released_bytes", 0.0),
        )
    named, nameless = seen["go_metadata_anon_bytes"], seen["anonymous_anon_bytes"]
    own = named if named > 0 else min(metadata, nameless)
    gap = charge.anonymous - anonymous_bytes(seen)
    gap = 0.0 if isnan(gap) else gap
    others = gap if gap > _OTHERS_FRACTION * charge.bytes else 0.0
    return _Split(
        heap=split,
        metadata=own,
        outside=tuple(_outside(moment, nameless - (0.0 if named > 0 else own), others)),
        variables=seen["binary_anon_bytes"] + seen["file_anon_bytes"],
        between=gap - others,
    )


def _outside(moment: Moment, mapped: float, others: float) -> Iterator[Part]:
    seen = moment.regions
    yield Part("C's heap (brk and malloc's arenas)", seen["c_heap_anon_bytes"], source="smaps")
    yield Part("mmap, by C or by Go code", mapped, source="smaps, less Go's metadata")
    threads = int(seen["thread_stack_mappings"])
    label = f"{threads} thread stack{'s' if threads != 1 else ''} outside Go"
    yield Part(label, seen["thread_stack_anon_bytes"], source="smaps")
    yield Part("private shared memory", seen["shared_anon_bytes"], source="smaps")
    yield Part("other processes in the cgroup", others, source="cgroup - smaps")


def _other_lines(split: _Split, charge: Charge, moment: Moment) -> Iterator[LedgerLine]:
    if split.metadata > 0:
        yield metadata_line(split.metadata, moment)
    outside = sum(part.bytes for part in split.outside)
    if outside > 0:
        yield line("outside_go", outside, "anonymous memory that is not Go's", split.outside)
    files = float(np.nan_to_num(charge.mapped_files)) + split.variables
    if files > 0:
        parts = [
            Part("variables of the binary and libraries (.data, .bss)", split.variables),
            Part("pages of mapped files", charge.mapped_files),
        ]
        yield line("files_mapped", files, "charged to this cgroup", parts)
    if charge.page_cache > 0:
        parts = [Part("shared memory (tmpfs, memfd)", min(charge.shared, charge.page_cache))]
        yield line("page_cache", charge.page_cache, "files read and written", parts, rest="files")
    if charge.kernel > 0:
        parts = _kernel_parts(moment)
        yield line("kernel", charge.kernel, "kernel memory", parts, rest="slab and other")


def _kernel_parts(moment: Moment) -> list[Part]:
    tables = moment.cgroup.get("page_tables_bytes", nan)
    stacks = moment.cgroup.get("kernel_stack_bytes", nan)
    threads = moment.process.get("threads", nan)
    return [
        Part(
            "page tables", moment.process.get("page_table_bytes", nan) if isnan(tables) else tables
        ),
        Part("threads' kernel stacks", threads * KERNEL_STACK_BYTES if isnan(stacks) else stacks),
    ]


def _unexplained(split: _Split, charge: Charge) -> list[Part]:
    return [
        Part("in Go's arenas, not told apart", split.heap.unsplit),
        Part("charged ahead by the kernel, in batches for each CPU", charge.apart),
        Part("anonymous memory between the looks", split.between),
    ]


def _address_space(moment: Moment) -> float:
    return sum(value for name, value in moment.go.items() if name in METADATA and not isnan(value))
