"""What eBPF saw of one process: the calls that it made, each with its user stack, and the cost.

A look is a window of time in which the kernel told of every hit of a few probes. Events are rows;
what the figures of a row mean goes by its call (see ``CALLS``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from goom.case.profile import Frame

KINDS = ("mmap", "stacks", "gc", "assists", "oom")
FIGURES = 6
# The figures of an event, in order; bytes, addresses and nanoseconds. The first of a system call is
# its result: an address, 0, or minus the number of the error.
CALLS: Mapping[str, tuple[str, ...]] = {
    "mmap": ("result", "address", "size", "protection", "flags", "descriptor"),
    "munmap": ("result", "address", "size"),
    "brk": ("result", "address"),
    "mremap": ("result", "address", "size", "new_size", "flags"),
    # One of sixteen MADV_DONTNEED and MADV_FREE stands for all.
    "madvise": ("result", "address", "size", "advice"),
    "fault": ("stands_for",),  # one of so many page faults, sampled
    "copystack": ("new_size", "old_size"),  # runtime.copystack: a stack grows, or shrinks
    "gcStart": (),
    "startCycle": (),  # the world is stopped, the last sweep is done, marking begins
    "gcMarkDone": (),
    "gcMarkTermination": (),  # once a cycle: the world is stopped, marking is over
    "stopTheWorld": ("reason",),
    "startTheWorld": (),
    "gcAssistAlloc": (),
    "reclaim": ("nanoseconds", "pages"),  # a thread of the process reclaimed for its cgroup
    "victim": ("pid", "anonymous_kib", "total_vm_kib"),  # the OOM killer chose a process
}
BUDGET, PROCESS_ENDED, FULL = "budget", "process ended", "full"


class EbpfEvent(NamedTuple):
    """One hit. ``stack`` is an index into the look's stacks, -1 for none."""

    call: str
    at_seconds: float  # since the look began
    figures: tuple[int, ...]
    stack: int

    def figure(self, name: str) -> int:
        """A figure by its name in CALLS; 0 when the kernel did not say it."""
        place = CALLS[self.call].index(name)
        return self.figures[place] if place < len(self.figures) else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class EbpfCost:
    """What a look cost. ``charged_seconds`` is hits times what a hit is held to cost (see
    ``docs/ebpf.md``); the rest is measured. CPU in seconds of CPU a second; nan: not known.
    """

    hits: int
    charged_seconds: float
    budget_fraction: float  # of one CPU
    tracer_cpu_seconds: float  # bpftrace's own
    subject_cpu_before: float = float("nan")
    subject_cpu_during: float = float("nan")


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class EbpfLook:
    """``n`` events in order of time, in columns; stacks are innermost first.

    ``stopped`` is why it ended before its time: BUDGET, PROCESS_ENDED, FULL or "". ``lost`` events
    came faster than they were read, so that sums are lower bounds. ``heap_end`` is where the C heap
    (brk) ended when the probes were in place, 0 when it was not known.
    """

    kind: str
    pid: int
    began_at_seconds: float  # epoch
    seconds: float
    stopped: str
    lost: int
    cost: EbpfCost
    heap_end: int
    calls: tuple[str, ...]  # the names that ``call_ids`` mean
    call_ids: NDArray[np.int32]  # [n]
    at_seconds: NDArray[np.float64]  # [n]
    figures: NDArray[np.int64]  # [n, FIGURES], 0 where a call has fewer
    stack_ids: NDArray[np.int32]  # [n]
    stacks: tuple[tuple[Frame, ...], ...]
    notes: tuple[str, ...] = ()  # what could not be seen, in sentences
    origin: str = ""

    def events(self, *calls: str) -> tuple[EbpfEvent, ...]:
        """The events of these calls, in order of time; all when none is named."""
        wanted = [row for row, name in enumerate(self.calls) if not calls or name in calls]
        rows = np.flatnonzero(np.isin(self.call_ids, wanted))
        columns = (self.call_ids, self.at_seconds, self.figures, self.stack_ids)
        picked = (column[rows].tolist() for column in columns)
        return tuple(
            EbpfEvent(self.calls[call], at, tuple(figures), stack)
            for call, at, figures, stack in zip(*picked, strict=True)
        )

    def count(self, call: str) -> int:
        """How many events of one call."""
        return len(self.events(call))

    def stack(self, event: EbpfEvent) -> tuple[Frame, ...]:
        """An event's frames, innermost first; () when there are none."""
        return self.stacks[event.stack] if 0 <= event.stack < len(self.stacks) else ()

    def __len__(self) -> int:
        return len(self.at_seconds)


@dataclass(frozen=True, slots=True)
class EbpfLooks:
    """All looks, oldest first."""

    all: tuple[EbpfLook, ...]

    def of(self, kind: str) -> tuple[EbpfLook, ...]:
        """The looks of one kind."""
        return tuple(look for look in self.all if look.kind == kind)
