"""Who calls what in a Go executable: the direct calls that a diagnosis asks about.

A heap profile shows who allocated, not who adds to the map that keeps it, hands a buffer to a pool
or maps memory outside Go; the call instructions of the binary do. Kept are the callers of a few
telling functions, and the calls among the functions of the program's own module. Only direct calls
(CALL rel32, BL) are seen.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Callable, Iterable, Mapping

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
    "net/http.Get",
    "net/http.Post",
    "net/http.(*Client).Do",
    "net/http.(*Client).do",
    "net/http.(*Client).Get",
    "net/http.(*Client).Head",
    "net/http.(*Client).Post",
    "net/http.(*Client).PostForm",
    "net/http.(*Transport).RoundTrip",
    "database/sql.Open",  # starts a goroutine that only Close ends, like the next ones
    "database/sql.OpenDB",
    "os/exec.(*Cmd).Start",
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
Addresses = NDArray[np.int64]
_CODE_AT_ONCE = 1 << 21
_MOST_SITES = 2_000_000
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
        return BinaryCalls(_callers(table, names, own, by_entry, (sites, targets)))
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
) -> tuple[Addresses, Addresses]:
    """Addresses of call instructions that lead to one of ``entries``, and where each leads."""
    if machine not in _FINDERS:
        raise BadInput("goom reads call sites of amd64 and arm64 executables only")
    code = np.frombuffer(data[text.offset : text.offset + text.size], dtype=np.uint8)
    wanted = np.unique(entries.astype(np.int64))
    parts: list[tuple[Addresses, Addresses]] = []
    for start in range(0, len(code), _CODE_AT_ONCE):
        # an instruction may reach into the next stretch
        sites, targets = _FINDERS[machine](code[start : start + _CODE_AT_ONCE + 4])
        sites, targets = sites + (text.address + start), targets + (text.address + start)
        chosen = (sites < text.address + start + _CODE_AT_ONCE) & np.isin(targets, wanted)
        parts.append((sites[chosen], targets[chosen]))
        if sum(len(sites) for sites, _ in parts) > _MOST_SITES:
            raise BadInput("the executable has more calls than any program that goom knows of")
    if not parts:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    sites, targets = (np.concatenate(side) for side in zip(*parts, strict=True))
    return sites, targets


def _amd64(code: NDArray[np.uint8]) -> tuple[Addresses, Addresses]:
    """CALL rel32: where each stands and where it leads, from the start of ``code``."""
    sites = np.flatnonzero(code[:-4] == 0xE8)
    words = [code[sites + place].astype(np.int64) << (8 * (place - 1)) for place in (1, 2, 3, 4)]
    distance = (words[0] | words[1] | words[2] | words[3]).astype(np.uint32).view(np.int32)
    return sites, sites + 5 + distance.astype(np.int64)


def _arm64(code: NDArray[np.uint8]) -> tuple[Addresses, Addresses]:
    """BL imm26."""
    words = np.frombuffer(code[: len(code) // 4 * 4].tobytes(), dtype="<u4")
    rows = np.flatnonzero((words >> 26) == 0x25)
    distance = (words[rows] << 6).view(np.int32).astype(np.int64) >> 4
    return rows * 4, rows * 4 + distance


_FINDERS: Mapping[int, Callable[[NDArray[np.uint8]], tuple[Addresses, Addresses]]] = {
    AMD64: _amd64,
    ARM64: _arm64,
}


def _callers(
    table: pclntab.FunctionTable,
    names: list[str],
    own: frozenset[int],
    by_entry: dict[int, str],
    calls: tuple[Addresses, Addresses],
) -> dict[str, tuple[Frame, ...]]:
    """Callers by callee; of calls that keep things and of own functions, own callers only."""
    found: dict[str, dict[str, Frame]] = {}
    sites, targets = calls
    indices = table.indices_of(sites)
    rows = zip(sites.tolist(), targets.tolist(), indices.tolist(), strict=True)
    for site, target, index in rows:
        callee = by_entry[target]
        callers = found.setdefault(callee, {})
        told = callee in CALLEES or _CGO_STUB in callee
        if index < 0 or names[index] in callers or len(callers) >= _MOST_CALLERS:
            continue
        if told or index in own:
            file, line = table.place(index, site)
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
