"""What a process mapped while eBPF looked at it and has not unmapped, by the stack that asked.

Matched by address: a range ends with the munmap, mremap or mmap over it, in whole or in part.
Mappings from before the look are not in it. What kind of memory it is goes by the functions on the
stack (runtime/mem_linux.go, malloc.go; glibc's malloc) and the flags of the call.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from math import isnan, nan

import numpy as np

from goom.case.ebpf import EbpfEvent, EbpfLook, EbpfLooks
from goom.case.ebpf_found import MappedBy, StillMapped
from goom.case.evidence import MappingLooks
from goom.case.profile import Frame
from goom.case.series import Mappings
from goom.rooms import signal
from goom.signals.ebpf.ranges import Ranges

GO_HEAP, GO_METADATA, THREAD_STACK, C_CODE, MMAP, FILE = (
    "go_heap",  # arenas: objects, goroutine stacks
    "go_metadata",  # the runtime's own tables
    "thread_stack",  # of threads that C made
    "c",  # malloc and whoever else maps from C
    "mmap",  # Go code that maps by itself
    "file",  # a file that was mapped
)
OUTSIDE = (THREAD_STACK, C_CODE, MMAP)  # of all that Go accounts for
_PAGE_BYTES = 4096
_MAP_ANONYMOUS, _MAP_STACK = 0x20, 0x20000
_GO_FILES = (".go", ".s")
_DONT_UNMAP = 4  # MREMAP_DONTUNMAP
_ARENAS = ("runtime.(*mheap).sysAlloc", "runtime.(*mheap).grow", "runtime.sysReserveAligned")
_THREADS = ("pthread_create", "_cgo_sys_thread_start", "_cgo_try_pthread_create")
_MADVISES_A_SAMPLE = 16  # of sources/ebpf/programs.py
_GIVE_BACK = (4, 8)  # MADV_DONTNEED, MADV_FREE


@signal
def still_mapped(looks: EbpfLooks, mappings: MappingLooks | None) -> StillMapped | None:
    """From the longest look at mappings, with the last smaps that was taken."""
    found = looks.of("mmap")
    if not found:
        return None
    look = max(found, key=lambda one: one.seconds)
    return account(look, mappings.all[-1] if mappings is not None else None)


def account(look: EbpfLook, smaps: Mappings | None = None) -> StillMapped:
    """Play the calls through; ``smaps`` is of the look's end."""
    book = _Book(look)
    for event in look.events():
        book.take(event)
    return StillMapped(
        rows=tuple(sorted(book.rows(smaps), key=_weight, reverse=True)),
        seconds=look.seconds,
        lost=look.lost,
        stopped=look.stopped,
        faulted=_by_stack(look, book.faults),
        given_back=_by_stack(look, book.given),
        unmapped_older_bytes=book.older_bytes,
        origin=look.origin,
    )


def kind_of(stack: tuple[Frame, ...], flags: int) -> str:
    """What memory a mapping is, by who asked for it and how."""
    names = [frame.function for frame in stack]
    if flags & _MAP_STACK or any(name in _THREADS for name in names):
        return THREAD_STACK
    if flags and not flags & _MAP_ANONYMOUS:
        return FILE
    if names and not stack[0].file.endswith(_GO_FILES):
        return C_CODE
    if any(name.startswith(_ARENAS) for name in names):
        return GO_HEAP
    own = next((name for name in names if not _is_system_call(name)), "")
    return GO_METADATA if _is_runtime(own) else MMAP


def _is_runtime(name: str) -> bool:
    return name.startswith("runtime.")


def _is_system_call(name: str) -> bool:
    return name.startswith(("syscall.", "internal/runtime/syscall", "runtime/internal/syscall"))


def _by_stack(look: EbpfLook, sums: Counter[int]) -> tuple[tuple[tuple[Frame, ...], int], ...]:
    return tuple((look.stacks[stack], count) for stack, count in sums.most_common(20) if stack >= 0)


class _Book:
    def __init__(self, look: EbpfLook) -> None:
        self.faults: Counter[int] = Counter()  # bytes by stack
        self.given: Counter[int] = Counter()  # the same
        self.older_bytes = 0
        self._look = look
        self._ranges = Ranges()
        self._break = look.heap_end
        self._kinds: dict[int, str] = {}  # by owner
        self._owners: dict[tuple[str, int], int] = {}
        self._calls: Counter[int] = Counter()
        self._mapped: Counter[int] = Counter()
        self._takers = {"mmap": self._mmap, "munmap": self._munmap, "mremap": self._mremap,
                        "madvise": self._madvise}  # fmt: skip

    def take(self, event: EbpfEvent) -> None:
        name = event.call
        if name == "fault":
            self.faults[event.stack] += event.figure("stands_for") * _PAGE_BYTES
        elif name == "brk":
            self._brk(event)
        elif name in self._takers and event.figure("result") >= 0 and event.figure("size") > 0:
            self._takers[name](event)

    def rows(self, smaps: Mappings | None) -> list[MappedBy]:
        left: Counter[int] = Counter()
        count: Counter[int] = Counter()
        resident: dict[int, float] = {}
        share = _resident(smaps)
        for start, end, owner in self._ranges:
            left[owner] += end - start
            count[owner] += 1
            if share:
                resident[owner] = resident.get(owner, 0.0) + share(start, end)
        found = []
        for (kind, stack), owner in self._owners.items():
            row = MappedBy(
                kind=kind,
                stack=self._look.stacks[stack] if stack >= 0 else (),
                calls=self._calls[owner],
                mapped_bytes=self._mapped[owner],
                still_mapped_bytes=left[owner],
                still_mapped_ranges=count[owner],
                resident_bytes=resident.get(owner, 0.0) if share else nan,
            )
            found.append(row)
        return found

    def _mmap(self, event: EbpfEvent) -> None:
        size = _whole_pages(event.figure("size"))
        self._put(event, event.figure("result"), size, event.figure("flags"))

    def _munmap(self, event: EbpfEvent) -> None:
        start, size = event.figure("address"), _whole_pages(event.figure("size"))
        known = sum(count for _, count in self._ranges.cut(start, start + size))
        self.older_bytes += size - known

    def _mremap(self, event: EbpfEvent) -> None:
        start, size = event.figure("address"), _whole_pages(event.figure("size"))
        if not event.figure("flags") & _DONT_UNMAP:
            self._ranges.cut(start, start + size)
        self._put(event, event.figure("result"), _whole_pages(event.figure("new_size")), 0)

    def _brk(self, event: EbpfEvent) -> None:
        now = event.figure("result")
        if 0 < self._break < now:
            self._put(event, self._break, now - self._break, 0)
        elif 0 < now < self._break:
            self._ranges.cut(now, self._break)
        self._break = now

    def _madvise(self, event: EbpfEvent) -> None:
        if event.figure("advice") in _GIVE_BACK:
            self.given[event.stack] += event.figure("size") * _MADVISES_A_SAMPLE

    def _put(self, event: EbpfEvent, start: int, size: int, flags: int) -> None:
        kind = kind_of(self._look.stack(event), flags)
        owner = self._owners.setdefault((kind, event.stack), len(self._owners))
        self._ranges.put(start, start + size, owner)
        self._calls[owner] += 1
        self._mapped[owner] += size


def _resident(smaps: Mappings | None) -> Callable[[int, int], float] | None:
    """How much of a range is resident: the kernel merges neighbours, so a part has its share."""
    if smaps is None or not len(smaps.start):
        return None
    starts, ends = smaps.start.astype(np.int64), smaps.end.astype(np.int64)
    density = np.nan_to_num(smaps.rss_bytes) / np.maximum(ends - starts, 1)

    def share(start: int, end: int) -> float:
        low = int(np.searchsorted(ends, start, side="right"))
        high = int(np.searchsorted(starts, end, side="left"))
        inside = np.minimum(ends[low:high], end) - np.maximum(starts[low:high], start)
        return float((np.maximum(inside, 0) * density[low:high]).sum())

    return share


def _weight(row: MappedBy) -> tuple[float, int]:
    """By what is resident of it where that is known: Go reserves far more than it uses."""
    still = row.still_mapped_bytes if isnan(row.resident_bytes) else row.resident_bytes
    return float(still), row.mapped_bytes


def _whole_pages(size: int) -> int:
    return -(-size // _PAGE_BYTES) * _PAGE_BYTES
