"""From a return address to the calls that were under way there, inlined ones too.

Sources: runtime/symtab.go (``pcvalue``, ``funcdata``), symtabinl.go (``inlinedCall``,
``inlineUnwinder``; before 1.20 symtab.go), internal/abi/symtab.go (numbers of the tables).
The inline trees lie outside of the function table, so they are read from the process's memory.
"""

from __future__ import annotations

import struct
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from goom.case.profile import Frame
from goom.formats.pclntab import FunctionTable, varint

ReadBytes = Callable[[int, int], bytes]
_OLD_MAGIC = 0xFFFFFFF0  # 1.18, 1.19
_PCSP, _PCFILE, _PCLN, _NPCDATA, _UNIT = 16, 20, 24, 28, 32
_INLINE_VALUES, _INLINE_TREE = 2, 3  # PCDATA_InlTreeIndex, FUNCDATA_InlTree
_TOP_FRAME = 1  # FuncFlagTopFrame
_NOTHING = 0xFFFFFFFF
_MOST_INLINED, _MOST_TABLES, _MOST_STEPS = 100, 256, 50_000_000
_LAST_FUNCTION_BYTES = 1 << 20


class Call(NamedTuple):
    """A call under way; ``function_id`` is the runtime's number for special functions."""

    frame: Frame
    function_id: int


@dataclass(slots=True, eq=False)
class PcFrames:
    """Names and places by return address; answers are kept.

    ``read`` reads ``inline_base`` (moduledata.gofunc) and beyond; None: inlined calls are not
    known, and a call is named by the function that holds its code.
    """

    functions: FunctionTable
    read: ReadBytes | None = None
    inline_base: int = 0
    _programs: dict[int, tuple[list[int], list[int]]] = field(default_factory=dict)
    _calls: dict[int, tuple[Call, ...]] = field(default_factory=dict)
    _steps_left: int = _MOST_STEPS

    def index(self, pc: int) -> int:
        """The function that holds an address, -1 for none."""
        entries = self.functions.entries
        if not len(entries) or not int(entries[0]) <= pc:
            return -1
        if pc >= int(entries[-1]) + _LAST_FUNCTION_BYTES:
            return -1
        return int(np.searchsorted(entries, np.uint64(pc), side="right")) - 1

    def calls(self, pc: int) -> tuple[Call, ...]:
        """All calls at a return address, innermost first; () when it is in no function."""
        if pc not in self._calls:
            try:
                self._calls[pc] = self._unfold(pc)
            except (IndexError, struct.error, ValueError):  # a table that Go did not write
                self._calls[pc] = ()
        return self._calls[pc]

    def enclosing(self, pc: int) -> tuple[int, ...]:
        """Return addresses that stand for the calls around the innermost one at ``pc``
        (runtime_expandFinalInlineFrame, symtab.go); () when it is in no inlined call.
        """
        count, found = len(self.calls(pc)) - 1, []
        if count <= 0:
            return ()
        index = self.index(pc)
        tree, entry = self._tree(index), int(self.functions.entries[index])
        at = pc - 1 if pc > entry else pc
        for _ in range(count):
            row = self._value_of(self._pc_data(index, _INLINE_VALUES), at - entry)
            at = entry + self._inlined(tree, row)[2]
            found.append(at + 1)
        return tuple(found)

    def innermost(self, pc: int) -> Frame | None:
        """As runtime.CallersFrames names one element of a profile's stack."""
        calls = self.calls(pc)
        return calls[0].frame if calls else None

    def frame_bytes(self, pc: int) -> int | None:
        """From the stack pointer to the return address (funcspdelta); None at a stack's top."""
        index = self.index(pc)
        try:
            if index < 0 or self.flags(index) & _TOP_FRAME:
                return None
            value = self._value(index, _PCSP, pc)
        except (IndexError, struct.error):
            return None
        return value if value >= 0 else None

    def flags(self, index: int) -> int:
        """abi.FuncFlag of a function: 1 top frame, 2 writes to the stack pointer, 4 assembly."""
        return self._byte(index, self._fixed_bytes() - 3)

    def wrapper_id(self) -> int:
        """FuncIDWrapper, which names code that the compiler made: the last of the numbers."""
        table = self.functions
        places = table.function_offsets.astype(np.int64) + table.functions_at + self._id_at()
        every = np.frombuffer(table.table, np.uint8)
        return int(every[np.minimum(places, len(every) - 1)].max()) if len(places) else -1

    def place_of(self, pc: int) -> Frame | None:
        """The function that holds a return address, and the line there (funcline), not unfolded."""
        calls = self.calls(pc)
        if not calls:
            return None
        return Frame(calls[-1].frame.function, calls[0].frame.file, calls[0].frame.line)

    def _unfold(self, pc: int) -> tuple[Call, ...]:
        index = self.index(pc)
        if index < 0:
            return ()
        entry = int(self.functions.entries[index])
        at = pc - 1 if pc > entry else pc
        found: list[Call] = []
        tree = self._tree(index)
        while tree and len(found) < _MOST_INLINED:
            row = self._value_of(self._pc_data(index, _INLINE_VALUES), at - entry)
            if row < 0:
                break
            function_id, name, parent = self._inlined(tree, row)
            found.append(Call(Frame(name, *self._place(index, at)), function_id))
            at = entry + parent
        own = Frame(self.functions.name(index), *self._place(index, at))
        return (*found, Call(own, self._byte(index, self._id_at())))

    def _inlined(self, tree: int, row: int) -> tuple[int, str, int]:
        assert self.read is not None
        if self._is_old():
            raw = self.read(tree + 20 * row, 20)
            function_id, name, parent = struct.unpack("<2xBx4x4xii", raw)
        else:
            raw = self.read(tree + 16 * row, 16)
            function_id, name, parent = struct.unpack("<B3xii4x", raw)
        if name < 0 or parent < 0:
            raise ValueError
        return function_id, self.functions.text(self.functions.names_at + name), parent

    def _tree(self, index: int) -> int:
        """The run-time address of a function's inline tree, 0 when it has none."""
        programs = self._word(index, _NPCDATA)
        tables = self._byte(index, self._fixed_bytes() - 1)
        if self.read is None or programs > _MOST_TABLES or tables <= _INLINE_TREE:
            return 0
        offset = self._word(index, self._fixed_bytes() + 4 * (programs + _INLINE_TREE))
        return 0 if offset == _NOTHING else self.inline_base + offset

    def _pc_data(self, index: int, table: int) -> int:
        programs = self._word(index, _NPCDATA)
        return self._word(index, self._fixed_bytes() + 4 * table) if programs > table else 0

    def _place(self, index: int, at: int) -> tuple[str, int]:
        """File and line of an instruction: the innermost inlined call's."""
        number, line = self._value(index, _PCFILE, at), self._value(index, _PCLN, at)
        unit = self._word(index, _UNIT)
        if number < 0:
            return "", max(line, 0)
        table = self.functions
        (offset,) = struct.unpack_from("<I", table.table, table.units_at + 4 * (unit + number))
        name = "" if offset == _NOTHING else self.functions.text(table.files_at + offset)
        return name, max(line, 0)

    def _value(self, index: int, field_at: int, pc: int) -> int:
        entry = int(self.functions.entries[index])
        return self._value_of(self._word(index, field_at), pc - entry)

    def _value_of(self, program: int, distance: int) -> int:
        """The value of a pc-value program at a distance from the function's entry, else -1."""
        if program == 0:
            return -1
        if program not in self._programs:
            self._programs[program] = self._decoded(program)
        ends, values = self._programs[program]
        row = bisect_right(ends, distance)
        return values[row] if row < len(values) else -1

    def _decoded(self, program: int) -> tuple[list[int], list[int]]:
        """Where each value of a program ends, and the values."""
        table, at = self.functions.table, self.functions.programs_at + program
        ends: list[int] = []
        values: list[int] = []
        value, reached = -1, 0
        while self._steps_left > 0:
            self._steps_left -= 1
            change, at = varint(table, at)
            if change == 0 and ends:
                break
            value += (change >> 1) ^ -(change & 1)
            advance, at = varint(table, at)
            reached += advance * self.functions.pc_quantum
            ends.append(reached)
            values.append(value)
        return ends, values

    def _word(self, index: int, at: int) -> int:
        (word,) = struct.unpack_from("<I", self.functions.table, self.functions.at(index) + at)
        return int(word)

    def _byte(self, index: int, at: int) -> int:
        return self.functions.table[self.functions.at(index) + at]

    def _is_old(self) -> bool:
        (magic,) = struct.unpack_from("<I", self.functions.table)
        return int(magic) == _OLD_MAGIC

    def _fixed_bytes(self) -> int:
        return 40 if self._is_old() else 44

    def _id_at(self) -> int:
        return self._fixed_bytes() - 4
