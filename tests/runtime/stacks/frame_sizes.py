"""The size of every function's frame, read from a binary as the runtime reads it.

runtime/symtab.go funcMaxSPDelta: the largest value of the function's SP table (pcsp). On amd64 it
is the frame as ``-gcflags=-S`` prints it, with the saved frame pointer, without the return address.
"""

from __future__ import annotations

import mmap
import struct
from pathlib import Path

from goom.formats import elf_sections, pclntab

_PCSP_OFFSET = 16  # of runtime._func


def frame_sizes(binary: Path) -> dict[str, int]:
    """Frame bytes by the name of the function."""
    with binary.open("rb") as file:
        data = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
    table = pclntab.read(data, elf_sections.read(data))
    return {
        table.name(index): _largest(table, index)
        for index in range(len(table.entries))
        if table.name(index).startswith(("main.", "runtime."))
    }


def _largest(table: pclntab.FunctionTable, index: int) -> int:
    at = table.functions_at + int(table.function_offsets[index])
    (program,) = struct.unpack_from("<I", table.table, at + _PCSP_OFFSET)
    place, value, largest, first = table.programs_at + program, -1, 0, True
    while True:
        change, place = _varint(table.table, place)
        if change == 0 and not first:
            return largest
        value += (change >> 1) ^ -(change & 1)
        largest, first = max(largest, value), False
        _, place = _varint(table.table, place)


def _varint(table: memoryview, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        value |= (table[at] & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if table[at - 1] < 0x80:
            return value, at
