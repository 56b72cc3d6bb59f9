"""Go's function table (pclntab): every function's entry, name, file and lines, stripped or not.

Layout: runtime/symtab.go ``pcHeader`` and runtime2.go ``_func``; 1.18-1.19 magic 0xfffffff0,
1.20+ 0xfffffff1 (internal/abi/symtab.go). 1.27 leaves the header's textStart empty.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from goom.case.errors import BadInput
from goom.formats.elf_sections import Elf

_MAGICS = (0xFFFFFFF0, 0xFFFFFFF1)
_MOST_FUNCTIONS = 1_000_000
_SECTIONS = (".gopclntab", ".data.rel.ro.gopclntab")
_MODULE_TEXT_OFFSET = 176  # moduledata.text, 1.27
_MOST_PC_STEPS = 100_000
_FUNCTION_BYTES = 40  # of _func in 1.18; later ones have one word more


@dataclass(slots=True)
class Work:
    """What may still be spent on a table that anybody may have written."""

    steps_left: int = 10_000_000


@dataclass(frozen=True, slots=True, eq=False)
class FunctionTable:
    """``n`` functions in address order; file and line are decoded on demand."""

    table: memoryview
    entries: NDArray[np.uint64]  # [n] virtual addresses
    function_offsets: NDArray[np.uint32]  # [n] of each _func, from the start of ``functions_at``
    functions_at: int
    names_at: int
    units_at: int
    files_at: int
    programs_at: int
    pc_quantum: int
    work: Work = field(default_factory=Work)

    def name(self, index: int) -> str:
        """A function's name."""
        (offset,) = struct.unpack_from("<i", self.table, self.at(index) + 4)
        return self.text(self.names_at + offset)

    def names(self) -> list[str]:
        """All names, in address order."""
        names: list[str] = []
        room = len(self.table)  # no two functions share the bytes of their names
        for index in range(len(self.entries)):
            names.append(self.name(index))
            room -= len(names[-1])
            if room < 0:
                raise BadInput("the Go function table names more than it holds")
        return names

    def moved(self, bias: int) -> FunctionTable:
        """The same functions where a process has loaded them."""
        return FunctionTable(
            table=self.table,
            entries=self.entries + np.uint64(bias),
            function_offsets=self.function_offsets,
            functions_at=self.functions_at,
            names_at=self.names_at,
            units_at=self.units_at,
            files_at=self.files_at,
            programs_at=self.programs_at,
            pc_quantum=self.pc_quantum,
        )

    def indices_of(self, addresses: NDArray[np.int64]) -> NDArray[np.int64]:
        """The function that holds each address, -1 for none."""
        return np.searchsorted(self.entries, addresses.astype(np.uint64), side="right") - 1

    def place(self, index: int, address: int) -> tuple[str, int]:
        """File and line within a function; where an inlined callee's file is meant, the function's
        own file and first line (1.20+). ("", 0) when the table does not say.
        """
        own, line = self._file(index, int(self.entries[index])), self._line(index, address)
        if own and self._file(index, address) == own:
            return own, line
        (first,) = struct.unpack_from("<i", self.table, self.at(index) + 36)
        return own, max(int(first), 0)

    def _line(self, index: int, address: int) -> int:
        (program,) = struct.unpack_from("<I", self.table, self.at(index) + 24)
        return max(self._value(program, address - int(self.entries[index])), 0)

    def _file(self, index: int, address: int) -> str:
        at = self.at(index)
        (program,) = struct.unpack_from("<I", self.table, at + 20)
        (unit,) = struct.unpack_from("<I", self.table, at + 32)
        number = self._value(program, address - int(self.entries[index]))
        if number < 0:
            return ""
        (offset,) = struct.unpack_from("<I", self.table, self.units_at + 4 * (unit + number))
        return "" if offset == 0xFFFFFFFF else self.text(self.files_at + offset)

    def at(self, index: int) -> int:
        """Where the _func of a function is in the table."""
        return self.functions_at + int(self.function_offsets[index])

    def text(self, start: int) -> str:
        """What the table says at a place, to its end."""
        raw = bytes(self.table[start : start + 1024])
        return raw.split(b"\0", 1)[0].decode("utf-8", "replace")

    def _value(self, program: int, distance: int) -> int:
        """Run a pc-value program (runtime.pcvalue, symtab.go) up to ``distance`` bytes."""
        at, value, reached = self.programs_at + program, -1, 0
        for step in range(_MOST_PC_STEPS):
            self.work.steps_left -= 1
            change, at = varint(self.table, at)
            if change == 0 and step:
                return -1
            value += (change >> 1) ^ -(change & 1)
            advance, at = varint(self.table, at)
            reached += advance * self.pc_quantum
            if reached > distance:
                return value
            if self.work.steps_left <= 0:
                raise BadInput("the executable's line tables are longer than any that Go writes")
        return -1


def read(data: memoryview, elf: Elf) -> FunctionTable:
    """Find and read the table; raises BadInput when the file has none that goom knows."""
    table = next((part for name in _SECTIONS if (part := elf.bytes_of(data, name))), None)
    if table is None or len(table) < 72:
        raise BadInput("no Go function table in this file")
    magic, minimum, pointer = struct.unpack_from("<IxxBB", table)
    if magic not in _MAGICS or pointer != 8 or minimum not in (1, 2, 4):
        raise BadInput("a Go function table of a version that goom does not know (before 1.18?)")
    count, _, text, names, units, files, programs, functions = struct.unpack_from("<8Q", table, 8)
    if count > _MOST_FUNCTIONS or functions + 8 * count + 4 > len(table):
        raise BadInput("the Go function table is cut off")
    if max(names, units, files, programs) > len(table):
        raise BadInput("the Go function table points outside of itself")
    rows = np.frombuffer(table, dtype="<u4", count=2 * count, offset=functions).reshape(-1, 2)
    if len(rows) and int(rows[:, 1].max()) + functions + _FUNCTION_BYTES > len(table):
        raise BadInput("the Go function table points outside of itself")
    start = np.uint64(text or _text_start(data, elf))
    return FunctionTable(
        table=table,
        entries=rows[:, 0].astype(np.uint64) + start,
        function_offsets=np.ascontiguousarray(rows[:, 1]),
        functions_at=functions,
        names_at=names,
        units_at=units,
        files_at=files,
        programs_at=programs,
        pc_quantum=minimum,
    )


def _text_start(data: memoryview, elf: Elf) -> int:
    module = elf.bytes_of(data, ".go.module")
    if module is not None and len(module) >= _MODULE_TEXT_OFFSET + 8:
        (text,) = struct.unpack_from("<Q", module, _MODULE_TEXT_OFFSET)
        if text:
            return int(text)
    section = elf.sections.get(".text")
    return section.address if section else 0


def varint(table: memoryview, at: int) -> tuple[int, int]:
    """A number of a pc-value program, and where the next one is (readvarint, symtab.go)."""
    value = shift = 0
    while True:
        byte = table[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80 or shift > 28:
            return value, at
        shift += 7
