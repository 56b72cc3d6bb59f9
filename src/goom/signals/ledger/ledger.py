"""The ledger at the moment that matters: every byte of the charge in one line, or unexplained.

The kernel says what the pages are (mappings, counters of the cgroup), Go says what it does with
the pages of its arenas. A figure of Go's never makes a line larger than the pages that it is in;
what no counter names stays unexplained. docs/memory-figures.md tells how the figures relate.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import isnan, nan

import numpy as np

from goom.case.evidence import Evidence
from goom.case.ledger import Ledger, LedgerLine
from goom.rooms import signal
from goom.signals.go_memory import GoMemory
from goom.signals.ledger.heap import GoHeap, heap_lines, metadata_line
from goom.signals.ledger.lines import Part, Whole, line, remainder
from goom.signals.ledger.moment import AUTO, Moment, moment_of
from goom.signals.ledger.notes import notes
from goom.signals.ledger.physical import KERNEL_STACK_BYTES, Charge, charge_of
from goom.signals.ledger.split import Split, split_of
from goom.signals.regions import Regions


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
    split = split_of(moment, charge, evidence.subject)
    heap = GoHeap(
        split=split.heap,
        moment=moment,
        subject=evidence.subject,
        by_size=memory.by_size if memory is not None else {},
    )
    ahead = charge.ahead(evidence.subject.gomaxprocs or 1)
    lines = [*heap_lines(heap), *_other_lines(split, charge, moment, ahead)]
    rest = remainder(charge.bytes, lines, _unexplained(split, charge.apart - ahead))
    return Ledger(
        at_seconds=moment.at_seconds,
        charge_bytes=charge.bytes,
        charge_name=charge.name,
        lines=(*lines, rest),
        notes=tuple(notes(evidence, moment, charge)),
    )


def _other_lines(
    split: Split, charge: Charge, moment: Moment, ahead: float
) -> Iterator[LedgerLine]:
    if split.heap.unsplit > 0:
        what = "garbage, span waste, free pages and stacks: MemStats would tell them apart"
        yield line(Whole("heap_unsplit", split.heap.unsplit, "resident in Go's arenas", rest=what))
    if split.metadata > 0:
        yield metadata_line(split.metadata, moment)
    outside = sum(part.bytes for part in split.outside)
    if outside > 0:
        yield line(Whole("outside_go", outside, "anonymous memory that is not Go's", split.outside))
    if split.others > 0:
        yield line(Whole("other_processes", split.others, "cgroup - smaps"))
    files = float(np.nan_to_num(charge.mapped_files)) + split.variables
    if files > 0:
        parts = [
            Part("variables of the binary and libraries (.data, .bss)", split.variables),
            Part("pages of mapped files", charge.mapped_files),
        ]
        yield line(Whole("files_mapped", files, "charged to this cgroup", parts))
    if charge.page_cache > 0:
        parts = [Part("shared memory (tmpfs, memfd)", min(charge.shared, charge.page_cache))]
        yield line(
            Whole("page_cache", charge.page_cache, "files read and written", parts, rest="files")
        )
    kernel = float(np.nan_to_num(charge.kernel)) + ahead
    if kernel > 0:
        parts = [
            *_kernel_parts(moment),
            Part("charged ahead, in batches for each CPU", ahead),
        ]
        yield line(Whole("kernel", kernel, "kernel memory", parts, rest="slab and other"))


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


def _unexplained(split: Split, apart: float) -> list[Part]:
    return [
        Part("charged, and in no counter of the kernel", apart),
        Part("anonymous memory between the looks", split.between),
    ]
