"""Who calls what in a Go executable: the direct calls that a diagnosis asks about.

A heap profile shows who allocated, not who adds to the map that keeps it, hands a buffer to a pool
or maps memory outside Go; the call instructions of the binary do. Kept are the callers of a few
telling functions, and the calls among the functions of the program's own module. Only direct calls
(CALL rel32, BL) are seen.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from goom.case.binary import BinaryCalls
from goom.case.errors import BadInput
from goom.case.profile import Frame
from goom.formats import buildinfo, elf_sections, pclntab
from goom.formats.elf_sections import AMD64, ARM64, Section

CALLEES = (
    "sync.(*Pool).Get",
    "sync.(*Pool).Put",
    "runtime.selectnbsend",  # select with a default: how a channel serves as a free list
    "runtime.selectnbrecv",
    "syscall.Mmap",
    "syscall.(*mmapper).Mmap",
    "syscall.mmap",
    "golang.org/x/sys/unix.Mmap",
    "golang.org/x/sys/unix.(*mmapper).Mmap",
    "syscall.Syscall",
    "syscall.Syscall6",
    "syscall.RawSyscall6",
    "runtime.cgocall",
    "runtime.LockOSThread",
    "runtime.GC",
    "runtime/debug.FreeOSMemory",
    "runtime/debug.SetGCPercent",
    "runtime/debug.setGCPercent",
    "runtime/debug.SetMemoryLimit",
    "runtime/debug.setMemoryLimit",
    "time.NewTicker",
    "time.Tick",
)
KEEPING = (
    "runtime.mapassign",
    "sync.(*Map).Store",
    "sync.(*Map).LoadOrStore",
    "sync.(*Map).Swap",
    "container/list.(*List).Push",
    "container/list.(*List).insert",
    "container/heap.Push",
    "runtime.growslice",
)
_CGO_STUB = "._Cfunc_"  # cgo's own wrappers: main._Cfunc_malloc
_MOST_CALLERS = 400
_MOST_OWN = 6000  # of a larger program the calls within it are left out


def read(data: memoryview) -> BinaryCalls:
    """Find the callers; raises BadInput for a file that is no Go ELF executable."""
    try:
        elf = elf_sections.read(data)
        table = pclntab.read(data, elf)
        names = table.names()
        own = _own_functions(names, data)
        wanted = {
            name: index for index, name in enumerate(names) if _is_wanted(name) or index in own
        }
        text = elf.sections.get(".text")
        if text is None:
            raise BadInput("the executable has no .text section")
        entries = table.entries[np.fromiter(wanted.values(), dtype=np.int64, count=len(wanted))]
        sites, targets = _calls(data, text, elf.machine, entries)
        by_entry = {int(table.entries[index]): name for name, index in wanted.items()}
        return BinaryCalls(_callers(table, names, own, by_entry, zip(sites, targets, strict=True)))
    except (struct.error, IndexError, KeyError, OverflowError, ValueError):
        raise BadInput("the executable's tables point outside of the file") from None


def _is_wanted(name: str) -> bool:
    return name in CALLEES or _CGO_STUB in name or name.startswith(KEEPING)


def _own_functions(names: list[str], data: memoryview) -> frozenset[int]:
    """Indices of the functions of the main package and the main module; none of a huge program."""
    try:
        modules = buildinfo.read(data).main_packages
    except BadInput:
        modules = ()
    starts = ("main.", *(f"{module}{end}" for module in modules for end in "./"))
    own = [index for index, name in enumerate(names) if name.startswith(starts)]
    return frozenset(own) if len(own) <= _MOST_OWN else frozenset()


def _calls(
    data: memoryview, text: Section, machine: int, entries: NDArray[np.uint64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Addresses of call instructions that lead to one of ``entries``, and where each leads."""
    code = np.frombuffer(data[text.offset : text.offset + text.size], dtype=np.uint8)
    if machine == AMD64:
        sites = np.flatnonzero(code[:-4] == 0xE8)
        words = [
            code[sites + place].astype(np.int64) << (8 * (place - 1)) for place in (1, 2, 3, 4)
        ]
        distance = (words[0] | words[1] | words[2] | words[3]).astype(np.uint32).view(np.int32)
        targets = sites + 5 + distance.astype(np.int64)
    elif machine == ARM64:
        words32 = np.frombuffer(code[: len(code) // 4 * 4].tobytes(), dtype="<u4")
        rows = np.flatnonzero((words32 >> 26) == 0x25)
        distance = (words32[rows] << 6).view(np.int32).astype(np.int64) >> 4
        sites, targets = rows * 4, rows * 4 + distance
    else:
        raise BadInput("goom reads call sites of amd64 and arm64 executables only")
    sites, targets = sites + text.address, targets + text.address
    chosen = np.isin(targets, entries.astype(np.int64))
    return sites[chosen], targets[chosen]


def _callers(
    table: pclntab.FunctionTable,
    names: list[str],
    own: frozenset[int],
    by_entry: dict[int, str],
    calls: Iterable[tuple[np.int64, np.int64]],
) -> dict[str, tuple[Frame, ...]]:
    """Callers by callee; of calls that keep things and of own functions, own callers only."""
    found: dict[str, dict[str, Frame]] = {}
    for site, target in calls:
        callee = by_entry[int(target)]
        index = table.index_of(int(site))
        callers = found.setdefault(callee, {})
        told = callee in CALLEES or _CGO_STUB in callee
        if index < 0 or names[index] in callers or len(callers) >= _MOST_CALLERS:
            continue
        if told or index in own:
            file, line = table.place(index, int(site))
            callers[names[index]] = Frame(names[index], file, line)
    return {callee: tuple(callers.values()) for callee, callers in sorted(found.items()) if callers}


def to_json(calls: BinaryCalls) -> bytes:
    """As kept in a bundle (``binary/calls.json``)."""
    rows = {callee: [list(frame) for frame in callers] for callee, callers in calls.callers.items()}
    return json.dumps({"callers": rows}, indent=0).encode()


def from_json(data: bytes) -> BinaryCalls:
    """The inverse; raises BadInput for anything else."""
    try:
        rows = json.loads(data)["callers"]
        return BinaryCalls({str(callee): _frames(callers) for callee, callers in rows.items()})
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise BadInput("binary/calls.json is not what goom writes") from None


def _frames(rows: Iterable[list[object]]) -> tuple[Frame, ...]:
    frames = []
    for row in rows:
        function, file, line = row
        frames.append(Frame(str(function), str(file), int(str(line))))
    return tuple(frames[:_MOST_CALLERS])
