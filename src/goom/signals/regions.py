"""What each mapping of the process is, and how much of each kind is resident.

Go's heap arenas are told by their place: the runtime asks for them far below where the kernel puts
other mappings (0xc000000000 up to 1.25, a random base from 1.26; arenaHints, malloc.go). Kernels
with CONFIG_ANON_VMA_NAME name Go's mappings outright ("[anon: Go: heap]", Go 1.25+). What else is
anonymous and has no name is Go's own metadata or somebody's mmap: the kernel merges neighbours, so
that only Go's accounting can part them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from goom.case.evidence import MappingLooks
from goom.case.series import Mappings, Series
from goom.case.units import KIB, MIB
from goom.rooms import signal

KINDS = (
    "go_heap",  # the arenas: spans of objects, of stacks and of the collector's work buffers
    "go_metadata",  # where the kernel names it
    "anonymous",  # Go's metadata and anybody's mmap
    "thread_stack",  # of threads that C made, and the process's own
    "c_heap",  # brk and malloc's arenas
    "binary",
    "file",
    "shared",  # shared memory
    "kernel_page",  # vdso, vvar
    "reserved",  # no access: address space only
)
_LOWEST_ARENA = 0x40_0000_0000  # the first hint on arm64; 0xc0_0000_0000 on amd64
_ARENA_BYTES = 64 * MIB  # Go's, and the heaps of glibc's malloc as well
_MOST_GUARD_BYTES = 64 * KIB
_STACK_TO_MMAP_BYTES = 1 << 41  # the kernel leaves up to a random 2**40 and the stack's limit
_MMAP_GAP_BYTES = 64 << 30
_USER_SPACE_END = 0x7FFF_FFFF_F000
_BOTTOM_UP_BASE = 0x2AAA_0000_0000  # where mmap begins when the stack has no limit
_SHARED_NAMES = ("/dev/zero", "/SYSV", "/memfd:", "/dev/shm/")


@dataclass(frozen=True, slots=True, eq=False)
class Regions(Series):
    """``n`` smaps looks. For each kind of KINDS: KIND_anon_bytes (anonymous and resident),
    KIND_file_bytes (resident pages of a file or of shared memory), KIND_swap_bytes,
    KIND_huge_bytes (in huge pages) and KIND_mappings (their number).
    """


@signal
def regions(looks: MappingLooks) -> Regions | None:
    """Sort every mapping of every look and sum by kind."""
    known = [look for look in looks.all if not np.isnan(look.rss_bytes).all()]
    if not known:
        return None
    sums = [_sums(look) for look in known]
    return Regions(
        np.array([look.taken_at_seconds for look in known]),
        {name: np.array([one[name] for one in sums]) for name in sums[0]},
    )


def kinds_of(look: Mappings) -> tuple[str, ...]:
    """The kind of each mapping, in their order."""
    return tuple(_kinds(look))


def _sums(look: Mappings) -> dict[str, float]:
    kind = np.array([KINDS.index(name) for name in kinds_of(look)], dtype=np.int64)
    anonymous = np.nan_to_num(look.anonymous_bytes)
    figures = {
        "anon_bytes": anonymous,
        "file_bytes": np.nan_to_num(look.rss_bytes) - anonymous,
        "swap_bytes": np.nan_to_num(look.swap_bytes),
        "huge_bytes": np.nan_to_num(look.anon_huge_bytes),
        "mappings": np.ones(len(kind)),
    }
    return {
        f"{name}_{figure}": total
        for figure, values in figures.items()
        for name, total in zip(KINDS, _by_kind(kind, values), strict=True)
    }


def _by_kind(kind: NDArray[np.int64], values: NDArray[np.float64]) -> list[float]:
    return [float(total) for total in np.bincount(kind, values, minlength=len(KINDS))]


def _kinds(look: Mappings) -> Iterator[str]:
    starts, ends = look.start.tolist(), look.end.tolist()
    mmap_floor = _mmap_floor(starts, ends, look.names)
    binary = _binary(look)
    in_binary = False  # its .bss is anonymous and follows it without a gap
    for index, name in enumerate(look.names):
        touches = index > 0 and starts[index] == ends[index - 1]
        in_binary = name == binary != "" or (in_binary and touches and not name)
        if look.permissions[index].startswith("---"):
            in_binary = False
            yield "reserved"
        elif in_binary:
            yield "binary"
        elif name:
            yield _named(name)
        elif starts[index] < mmap_floor:
            yield "go_heap" if starts[index] >= _LOWEST_ARENA else "anonymous"
        else:
            yield _unnamed(look, index)


def _named(name: str) -> str:
    if name.startswith("[anon: Go: "):
        return "go_heap" if name == "[anon: Go: heap]" else "go_metadata"
    if name.startswith(("[stack", "[anon:stack")):
        return "thread_stack"
    if name == "[heap]":
        return "c_heap"
    if name.startswith("[anon"):
        return "shared" if name.startswith("[anon_shmem") else "anonymous"
    if name.startswith("["):
        return "kernel_page"
    return "shared" if name.startswith(_SHARED_NAMES) else "file"


def _unnamed(look: Mappings, index: int) -> str:
    """An anonymous mapping among the kernel's mmaps: by the company it keeps."""
    start, end = int(look.start[index]), int(look.end[index])
    before = index > 0 and int(look.end[index - 1]) == start
    if before and _is_guard(look, index - 1):
        return "thread_stack"
    after = index + 1 < len(look.names) and int(look.start[index + 1]) == end
    closed = after and look.permissions[index + 1].startswith("---")
    if closed and start % _ARENA_BYTES == 0 and int(look.end[index + 1]) == start + _ARENA_BYTES:
        return "c_heap"
    return "anonymous"


def _is_guard(look: Mappings, index: int) -> bool:
    """The page without access below a thread's stack; Go's own reservations are larger."""
    size = int(look.end[index] - look.start[index])
    shut = look.permissions[index].startswith("---") and not look.names[index]
    return shut and size <= _MOST_GUARD_BYTES


def _binary(look: Mappings) -> str:
    """The program's own file: the lowest one with code in it."""
    for name, permissions in zip(look.names, look.permissions, strict=True):
        if name.startswith("/") and "x" in permissions:
            return name
    return ""


def _mmap_floor(starts: list[int], ends: list[int], names: tuple[str, ...]) -> int:
    """The lowest address of the mappings that the kernel placed, downwards from the stack."""
    stack = starts[names.index("[stack]")] if "[stack]" in names else _USER_SPACE_END
    floor, gap = stack, _STACK_TO_MMAP_BYTES
    for start, end, name in zip(reversed(starts), reversed(ends), reversed(names), strict=True):
        if end > floor or name.startswith("[v"):
            continue
        if floor - end > gap:
            break
        floor, gap = start, _MMAP_GAP_BYTES
    return floor if floor < stack else _BOTTOM_UP_BASE
