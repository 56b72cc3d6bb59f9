"""The process that eBPF looks at: where its probes go, and the names of what a stack holds.

Built before a look begins, so that stacks have names when the process is gone at its end.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePath

from goom.case.errors import BadInput
from goom.case.profile import Frame
from goom.case.series import Mappings
from goom.formats import smaps
from goom.formats.bpftrace import Place, Symbol
from goom.formats.go_layout import Layouts
from goom.formats.pc_frames import PcFrames
from goom.sources import procfs
from goom.sources.ebpf.libraries import Libraries
from goom.sources.process_rights import gone, refusal
from goom.sources.xray import names as xray_names
from goom.sources.xray.attach import attach
from goom.sources.xray.program import Program, load_bias, open_program

# cmp rsp (or r12 = rsp less a large frame), stackguard0 or 1 of the g in r14: what a prologue does
# first (cmd/internal/obj/x86/obj6.go stacksplit).
_PROLOGUE = re.compile(
    rb"(?:\x4c\x8d\x64\x24(?P<near>.)|\x4c\x8d\xa4\x24(?P<far>....))?[\x49\x4d]\x3b\x66(?P<guard>[\x10\x18])",
    re.DOTALL,
)
# mov reg, fs:offset; or mov reg, offset and then mov reg, fs:(reg), as linkers relax it.
_G_IN_TLS = re.compile(rb"\x64[\x48\x4c]\x8b[\x04-\x3c]\x25(?P<offset>....)", re.DOTALL)
_G_RELAXED = re.compile(
    rb"[\x48\x49]\xc7[\xc0-\xc7](?P<offset>....)[^\xc3]{0,8}?\x64[\x48-\x4d]\x8b", re.DOTALL
)
_TYPES = re.compile(r"\[.*\]")  # of an instance of a generic function; pclntab leaves them out
_G_AT_TLS = -8  # where Go's own linker puts it
_CODE_BYTES = 512
_HALF_FUNCTION = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class GoroutineOffsets:
    """Byte offsets in runtime.g and runtime.m (runtime/runtime2.go)."""

    sched_sp: int
    sched_pc: int
    sched_bp: int
    m: int
    curg: int
    syscall_sp: int
    syscall_pc: int


@dataclass(slots=True, eq=False)
class EbpfSubject:
    """``close`` it. ``offsets`` is None for a version whose layouts goom does not know."""

    pid: int
    program: Program
    bias: int
    frames: PcFrames
    offsets: GoroutineOffsets | None
    modules: Mappings  # at the beginning
    libraries: Libraries
    addresses: Mapping[str, int] = field(default_factory=dict)  # run-time entries by name

    def has(self, function: str) -> bool:
        """Whether the program has a function of its own of that name (not inlined away)."""
        return function in self.addresses

    def probe(self, function: str) -> str:
        """A user probe at a function's entry: by symbol, in a stripped program by file offset."""
        path = f"/proc/{self.pid}/exe"
        if self.program.image.symbols([function]):
            return f'uprobe:{path}:"{function}"'
        address = self.addresses[function] - self.bias
        for segment in self.program.image.segments:
            if 0 <= address - segment.address < segment.size_bytes:
                return f"uprobe:{path}:{address - segment.address + segment.offset:#x}"
        raise BadInput(f"{function} lies outside of the program's file.")

    def prologue(self, function: str) -> tuple[int, int] | None:
        """(frame bytes, offset of the guard in g) that its entry compares; None: it has no check.

        A function whose stack is too small runs from its entry again after the stack has grown, so
        an entry at which the check fails must not be counted.
        """
        found = _PROLOGUE.match(self._code(function))
        if found is None:
            return None
        shift = found["near"] or found["far"] or b"\0"
        return -int.from_bytes(shift, "little", signed=True), found["guard"][0]

    def g_at_tls(self) -> int:
        """Where a thread of the program keeps its g, from the thread's fs base."""
        for function in ("runtime.asmcgocall", "runtime.cgocallback", "runtime.sigtramp"):
            code = self._code(function) if self.has(function) else b""
            found = _G_IN_TLS.search(code) or _G_RELAXED.search(code)
            if found:
                offset = int.from_bytes(found["offset"], "little", signed=True)
                if -4096 <= offset < 0:
                    return offset
        return _G_AT_TLS

    def cgocall_frame_bytes(self) -> int:
        """From the stack pointer to the return address while runtime.cgocall calls; 0: unknown."""
        if not self.has("runtime.cgocall"):
            return 0
        entry = self.addresses["runtime.cgocall"]
        index = self.frames.index(entry)
        seen = [
            self.frames.frame_bytes(pc) or 0
            for pc in range(entry + 16, entry + _HALF_FUNCTION, 4)
            if self.frames.index(pc) == index
        ]
        return max(set(seen), key=seen.count) if seen else 0

    def is_go(self, place: Place) -> bool:
        """Whether a place of a stack is in a Go function."""
        if isinstance(place, Symbol):
            name = _TYPES.sub("[...]", place.name.removesuffix(".abi0"))
            return name in self.addresses
        return bool(self._is_code_of_go(place) and self.frames.calls(place))

    def is_in(self, place: Place, function: str) -> bool:
        """Whether an address is in a function."""
        if isinstance(place, Symbol) or not self.has(function):
            return False
        return self.frames.index(place) == self.frames.index(self.addresses[function])

    def names(self, stacks: Sequence[tuple[Place, ...]]) -> tuple[tuple[Frame, ...], ...]:
        """Frames, innermost first, inlined calls unfolded where the program says them."""
        wanted = {place.name for stack in stacks for place in stack if isinstance(place, Symbol)}
        known = self.program.image.symbols(wanted)
        starts = {name: at + self.bias for name, at in known.items()}
        return tuple(
            tuple(frame for place in stack for frame in self._named(place, starts))
            for stack in stacks
        )

    def heap_end(self) -> int:
        """Where the C heap (brk) ends now; 0 when there is none. BadInput when it has ended."""
        look = smaps.parse(_mappings(self.pid))
        ends = [
            int(end) for end, name in zip(look.end, look.names, strict=True) if name == "[heap]"
        ]
        return max(ends, default=0)

    def close(self) -> None:
        """Give the program's file back."""
        self.program.give_back()

    def _code(self, function: str) -> bytes:
        at = self.addresses[function] - self.bias
        return bytes(self.program.image.bytes_at(at, _CODE_BYTES))

    def _named(self, place: Place, starts: Mapping[str, int]) -> Iterable[Frame]:
        if isinstance(place, Symbol):
            if place.name not in starts:
                return (Frame(place.name, "", 0),)  # of a C library
            place = starts[place.name] + place.offset
        calls = self.frames.calls(place) if self._is_code_of_go(place) else ()
        return tuple(call.frame for call in calls) or self._foreign(place)

    def _is_code_of_go(self, address: int) -> bool:
        """Behind the last of Go's functions lies C code, in the same file."""
        entries = self.frames.functions.entries
        return bool(len(entries)) and int(entries[0]) <= address <= int(entries[-1]) + 4096

    def _foreign(self, address: int) -> tuple[Frame, ...]:
        """C code; nothing for what is in no code: C had other things in rbp."""
        look = self.modules
        row = bisect_right(look.start.tolist(), address) - 1
        if row < 0 or address >= int(look.end[row]) or "x" not in look.permissions[row]:
            return ()
        path = look.names[row]
        name = self.libraries.name(path, address)
        unnamed = f"{PurePath(path).name or 'code'}+{address - int(look.start[row]):#x}"
        return (Frame(name or unnamed, path, 0),)


def _mappings(pid: int) -> bytes:
    try:
        return procfs.read_mappings(pid, "maps")
    except OSError as error:
        raise refusal(pid, error.errno or 0) or gone(pid) from None


def open_subject(pid: int) -> EbpfSubject:
    """The process; BadInput says why it cannot be read. X-ray's knowledge is used where it fits."""
    program = open_program(pid)
    try:
        bias = load_bias(pid, program.image)
        offsets, inline_base = _known(pid)
        functions = program.functions().moved(bias)
        modules = smaps.parse(_mappings(pid))
    except BaseException:
        program.give_back()
        raise

    def read(address: int, size_bytes: int) -> bytes:  # of the file: the process may be gone
        found = bytes(program.image.bytes_at(address - bias, size_bytes))
        if len(found) < size_bytes:
            raise ValueError
        return found

    names, entries = functions.names(), functions.entries.tolist()
    return EbpfSubject(
        pid=pid,
        program=program,
        bias=bias,
        frames=PcFrames(functions, read if inline_base else None, inline_base),
        offsets=offsets,
        modules=modules,
        libraries=Libraries(pid, modules),
        addresses=dict(zip(reversed(names), reversed(entries), strict=True)),
    )


def _known(pid: int) -> tuple[GoroutineOffsets | None, int]:
    """Offsets in a goroutine, and where the inline trees are; (None, 0) of an unknown version."""
    try:
        target = attach(pid)
    except BadInput:
        return None, 0
    try:
        return _offsets(target.layouts), xray_names.pc_frames(target).inline_base
    finally:
        target.close()


def _offsets(layouts: Layouts) -> GoroutineOffsets | None:
    try:
        return GoroutineOffsets(
            sched_sp=layouts.at("runtime.g", "sched", "sp").offset,
            sched_pc=layouts.at("runtime.g", "sched", "pc").offset,
            sched_bp=layouts.at("runtime.g", "sched", "bp").offset,
            m=layouts.at("runtime.g", "m").offset,
            curg=layouts.at("runtime.m", "curg").offset,
            syscall_sp=layouts.at("runtime.g", "syscallsp").offset,
            syscall_pc=layouts.at("runtime.g", "syscallpc").offset,
        )
    except BadInput:
        return None
