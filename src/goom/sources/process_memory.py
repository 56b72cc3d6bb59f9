"""Another process's memory, read from outside: no stop, no signal, nothing written.

``process_vm_readv`` (2) copies many regions in one call; where a sandbox forbids the call,
``/proc/PID/mem`` says the same region by region. Both ask the kernel for the right to trace.

Every region is checked before the kernel is asked: an address is within a user's half of the
address space, a length is at most what the caller allows. What a process says about itself can so
cost no more than was granted, whatever it says.
"""

from __future__ import annotations

import ctypes
import errno
import os
import select
import struct
from collections.abc import Sequence
from typing import NamedTuple

from goom.case.errors import BadInput
from goom.sources.process_rights import refusal

MOST_REGION_BYTES = 64 << 20
MOST_CALL_BYTES = 256 << 20
_MOST_REGIONS = 1024  # IOV_MAX
_END_OF_USER = 1 << 47  # of the address space that Go on amd64 and arm64 Linux uses
_WORD = struct.Struct("<Q")


class _Iovec(ctypes.Structure):
    _fields_ = (("base", ctypes.c_void_p), ("length", ctypes.c_size_t))


def _system_call() -> ctypes._FuncPointer | None:
    found = getattr(ctypes.CDLL(None, use_errno=True), "process_vm_readv", None)
    if found is None:  # no glibc and no musl of this century
        return None
    word = ctypes.c_ulong
    found.argtypes = (ctypes.c_int, ctypes.c_void_p, word, ctypes.c_void_p, word, word)
    found.restype = ctypes.c_ssize_t
    return found  # type: ignore[no-any-return]


_READ = _system_call()
_NOT_ALLOWED_HERE = (errno.ENOSYS, errno.EPERM)


class Region(NamedTuple):
    """``size_bytes`` of memory from ``address``."""

    address: int
    size_bytes: int


class UnreadableError(BadInput):
    """The process has nothing at an address that was asked for, or is gone."""


class ProcessMemory:
    """The memory of one process. BadInput says why it may not be read, and what to type.

    ``read_bytes`` counts what was copied, ``calls`` how often the kernel was asked. Threads may
    share it.
    """

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.read_bytes = 0
        self.calls = 0
        self._file = -1 if _READ is not None else _open(pid)
        self._handle = _handle(pid)

    def is_same(self) -> bool:
        """Whether the process is still the one that was opened, and not a later one of its number.

        True where the kernel has no handles on processes (before 5.3).
        """
        if self._handle < 0:
            return True
        ending = select.poll()  # threads may share this memory, but not one of these
        ending.register(self._handle, select.POLLIN)
        return not ending.poll(0)

    def read(self, address: int, size_bytes: int) -> bytes:
        """One region, whole; UnreadableError when any of it is not there."""
        return bytes(self.plan((Region(address, size_bytes),)).read())

    def word(self, address: int) -> int:
        """A pointer or another uint64."""
        return int(_WORD.unpack(self.read(address, 8))[0])

    def text(self, address: int, size_bytes: int, most_bytes: int = 4096) -> str:
        """The bytes of a Go string, cut at ``most_bytes``."""
        return self.read(address, min(size_bytes, most_bytes)).decode("utf-8", "replace")

    def read_all(self, regions: Sequence[Region]) -> list[memoryview]:
        """Many regions, in as few calls as the kernel allows; UnreadableError when one is not."""
        out: list[memoryview] = []
        for start in range(0, len(regions), _MOST_REGIONS):
            part = regions[start : start + _MOST_REGIONS]
            whole, at = self.plan(part).read(), 0
            for region in part:
                out.append(whole[at : at + region.size_bytes])
                at += region.size_bytes
        return out

    def plan(self, regions: Sequence[Region]) -> Plan:
        """Regions that will be read again and again, at once and into the same buffer."""
        return Plan(self, regions)

    def fill(self, table: int, count: int, buffer: memoryview) -> int:
        """Copy ``count`` regions, an array of (address, length) words at ``table``, into a buffer.

        The caller has checked them. How many bytes came before the first region that is not there.
        """
        local = _Iovec(ctypes.addressof(ctypes.c_char.from_buffer(buffer)), len(buffer))
        remote = ctypes.cast(table, ctypes.POINTER(_Iovec))
        self.calls += 1
        done = -1
        if _READ is not None:
            done = _READ(self.pid, ctypes.byref(local), 1, remote, count, 0)
        number = 0 if done >= 0 else ctypes.get_errno()
        if _READ is None or number in _NOT_ALLOWED_HERE:
            done = self._copied([Region(one.base, one.length) for one in remote[:count]], buffer)
        elif number and number != errno.EFAULT:
            raise refusal(self.pid, number) or _nothing_at(self.pid, Region(remote[0].base, 1))
        self.read_bytes += max(done, 0)
        return max(done, 0)

    def _copied(self, regions: Sequence[Region], buffer: memoryview) -> int:
        """As ``copy``; how far it came."""
        at = 0
        for region in regions:
            try:
                self.copy([region], buffer[at : at + region.size_bytes])
            except UnreadableError:
                return at
            at += region.size_bytes
        return at

    def close(self) -> None:
        """Give back what was opened."""
        for descriptor in (self._file, self._handle):
            if descriptor >= 0:
                os.close(descriptor)
        self._file = self._handle = -1

    def copy(self, regions: Sequence[Region], buffer: memoryview) -> None:
        """Region by region through /proc/PID/mem; for a kernel that forbids the call."""
        if self._file < 0:
            self._file = _open(self.pid)
        at = 0
        for region in regions:
            self.calls += 1
            piece = buffer[at : at + region.size_bytes]
            try:
                count = os.preadv(self._file, [piece], region.address)
            except OSError as error:
                raise refusal(self.pid, error.errno or 0) or _nothing_at(self.pid, region) from None
            if count != region.size_bytes:
                raise _nothing_at(self.pid, region)
            at += count


class Plan:
    """Regions checked and laid out once; ``read`` fills one buffer and costs one system call.

    The buffer is the plan's own: what ``read`` gave before shows what was read last.
    """

    def __init__(self, memory: ProcessMemory, regions: Sequence[Region]) -> None:
        self.regions = tuple(regions)
        self.size_bytes = _checked(self.regions, memory.pid)
        self._memory = memory
        self._buffer = ctypes.create_string_buffer(max(self.size_bytes, 1))
        self._view = memoryview(self._buffer).cast("B")[: self.size_bytes]
        self._local = _Iovec(ctypes.addressof(self._buffer), self.size_bytes)
        self._remote = (_Iovec * len(regions))(*(_Iovec(*region) for region in regions))
        self._at = ctypes.addressof(self._local), ctypes.addressof(self._remote)

    def read(self) -> memoryview:
        """All regions one after the other, as they were at one moment or nearly so."""
        memory, (local, remote) = self._memory, self._at
        if not self.regions:
            return self._view
        if _READ is not None:
            memory.calls += 1
            count = _READ(memory.pid, local, 1, remote, len(self.regions), 0)
            if count == self.size_bytes:
                memory.read_bytes += count
                return self._view
            if count >= 0:
                raise _nothing_at(memory.pid, _broken(self.regions, count))
            self._judge(ctypes.get_errno())
        memory.copy(self.regions, self._view)
        memory.read_bytes += self.size_bytes
        return self._view

    def _judge(self, number: int) -> None:
        """Raise, unless /proc/PID/mem is worth a try."""
        if number in _NOT_ALLOWED_HERE:
            return
        pid = self._memory.pid
        raise refusal(pid, number) or _nothing_at(pid, self.regions[0])


def _checked(regions: Sequence[Region], pid: int) -> int:
    if len(regions) > _MOST_REGIONS:
        raise BadInput(f"more than {_MOST_REGIONS} regions at once")
    whole = 0
    for region in regions:
        address, size = region
        if not 0 < size <= MOST_REGION_BYTES or not 0 < address <= _END_OF_USER - size:
            raise _nothing_at(pid, region)
        whole += size
    if whole > MOST_CALL_BYTES:
        raise BadInput(f"more than {MOST_CALL_BYTES >> 20} MiB at once")
    return whole


def _broken(regions: Sequence[Region], count: int) -> Region:
    """The region after ``count`` bytes that could be read."""
    for region in regions:
        count -= region.size_bytes
        if count < 0:
            return region
    return regions[-1]


def _nothing_at(pid: int, region: Region) -> UnreadableError:
    return UnreadableError(
        f"process {pid} has no {region.size_bytes} bytes at {region.address:#x}: "
        "its tables are not where goom looks for them, or it has just ended."
    )


def _handle(pid: int) -> int:
    try:
        return os.pidfd_open(pid)
    except OSError:  # a kernel before 5.3, or a sandbox; a process that is gone is seen by reading
        return -1


def _open(pid: int) -> int:
    try:
        return os.open(f"/proc/{pid}/mem", os.O_RDONLY | os.O_CLOEXEC)
    except OSError as error:
        number = error.errno or 0
        raise refusal(pid, number) or BadInput(
            f"cannot read the memory of process {pid}: {error.strerror}."
        ) from None
