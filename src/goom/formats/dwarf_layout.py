"""Layouts of types and addresses of globals from the DWARF of a Go executable, by name.

No walk: Go's linker writes names into the entries themselves, so an entry is found by searching the
section for the code of its abbreviation followed by its name, and only that entry is read. An
executable of any size costs its unpacking and a few searches.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from goom.case.errors import BadInput
from goom.formats import dwarf_entries as dwarf
from goom.formats.dwarf_entries import Entries, Entry, Value
from goom.formats.elf_image import Image
from goom.formats.go_layout import WORD_BYTES, Array, Field, Layouts, Shape, Struct

_STRUCTURE, _ARRAY, _TYPEDEF, _POINTER, _SUBROUTINE, _MEMBER, _SUBRANGE, _VARIABLE = (
    0x13, 0x01, 0x16, 0x0F, 0x15, 0x0D, 0x21, 0x34,
)  # fmt: skip
_ADDRESS, _ADDRESS_INDEX = 0x03, 0xA1  # DW_OP_addr, DW_OP_addrx
_MOST_CANDIDATES = 1000
_MOST_FIELDS = 10_000
_DEEPEST = 16


@dataclass(frozen=True, slots=True)
class Variable:
    """A global: its address in the file's own terms, and its type."""

    address: int
    size_bytes: int
    type: str


@dataclass(frozen=True, slots=True, eq=False)
class GoDwarf:
    """The DWARF of an executable; ``codes`` are those of Go's abbreviations, by tag."""

    entries: Entries
    codes: Mapping[int, tuple[int, ...]]
    table_at: int
    addresses: bytes

    def layouts(self) -> Layouts:
        """Types by name, each read when it is asked for."""
        return Layouts(self.shape)

    def shape(self, name: str) -> Shape | None:
        """A struct or an array by name; None when there is none."""
        for at in self._candidates(name, (_STRUCTURE, _ARRAY, _TYPEDEF)):
            found = self._shape_at(at, name)
            if found is not None:
                return found
        return None

    def variables(self, names: Iterable[str]) -> dict[str, Variable]:
        """Those of these globals that are there."""
        found = ((name, self._variable(name)) for name in names)
        return {name: variable for name, variable in found if variable is not None}

    def _variable(self, name: str) -> Variable | None:
        for at in self._candidates(name, (_VARIABLE,)):
            values = self.entries.entry(at).values
            place, kind = values.get(dwarf.LOCATION), values.get(dwarf.TYPE)
            address = self._address(place, at) if isinstance(place, bytes) else None
            if address is not None and isinstance(kind, int):
                size_bytes, text = self._type(kind)
                return Variable(address, size_bytes, text)
        return None

    def _candidates(self, name: str, tags: tuple[int, ...]) -> Iterator[int]:
        """Where entries of these tags and this name seem to stand."""
        info, at = self.entries.info, 0
        needle = name.encode() + b"\0"
        codes = [_leb(code) for tag in tags for code in self.codes.get(tag, ())]
        for _ in range(_MOST_CANDIDATES):
            at = info.find(needle, at + 1)
            if at < 0:
                return
            for code in codes:
                start = at - len(code)
                if start > 0 and info.startswith(code, start) and self._is_of_go(start):
                    yield start

    def _is_of_go(self, at: int) -> bool:
        return self.entries.unit_of(at).abbreviations_at == self.table_at

    def _shape_at(self, at: int, name: str) -> Shape | None:
        try:
            entry = self._unwrapped(self.entries.entry(at))
            if entry.tag == _STRUCTURE:
                return self._struct(entry, name)
            return self._array(entry, name) if entry.tag == _ARRAY else None
        except BadInput:
            return None  # the bytes of something else that look like the name

    def _unwrapped(self, entry: Entry) -> Entry:
        for _ in range(_DEEPEST):
            target = entry.values.get(dwarf.TYPE)
            if entry.tag != _TYPEDEF or not isinstance(target, int):
                return entry
            entry = self.entries.entry(target)
        raise BadInput("the DWARF's types go round in a circle")

    def _struct(self, entry: Entry, name: str) -> Struct:
        fields = {}
        for member in self._children(entry):
            if member.tag != _MEMBER:
                raise BadInput("the DWARF is damaged")
            label, place, kind = (
                member.values.get(one, 0) for one in (dwarf.NAME, dwarf.MEMBER_AT, dwarf.TYPE)
            )
            if isinstance(label, bytes) and isinstance(place, int) and isinstance(kind, int):
                fields[_text(label)] = Field(place, *self._type(kind))
        return Struct(name, _number(entry.values[dwarf.BYTE_SIZE]), fields)

    def _array(self, entry: Entry, name: str) -> Array | None:
        kind = entry.values.get(dwarf.TYPE)
        size = _number(entry.values.get(dwarf.BYTE_SIZE))
        for child in self._children(entry):
            if child.tag == _SUBRANGE and isinstance(kind, int):
                count = child.values.get(dwarf.COUNT)
                if count is None:
                    count = _number(child.values.get(dwarf.UPPER_BOUND)) + 1
                return Array(name, size, _number(count), self._type(kind)[1])
        return None

    def _children(self, entry: Entry) -> Iterator[Entry]:
        at, left = entry.end, _MOST_FIELDS
        while entry.has_children and left:
            child = self.entries.entry(at)
            if child.tag == 0:
                return
            yield child
            at, left = child.end, left - 1

    def _type(self, at: int) -> tuple[int, str]:
        """Size and name of the type at a position."""
        entry = self.entries.entry(at)
        name = entry.values.get(dwarf.NAME, b"")
        inner = self._unwrapped(entry)
        if inner.tag in (_POINTER, _SUBROUTINE):
            size = WORD_BYTES
        else:
            size = _number(inner.values.get(dwarf.BYTE_SIZE, 0))
        return size, _text(name) if isinstance(name, bytes) else ""

    def _address(self, place: bytes, at: int) -> int | None:
        if place[:1] == bytes([_ADDRESS]) and len(place) == 1 + WORD_BYTES:
            return int.from_bytes(place[1:], "little")
        if place[:1] != bytes([_ADDRESS_INDEX]):
            return None
        first = self.entries.entry(self.entries.unit_of(at).first)
        base = _number(first.values.get(dwarf.ADDR_BASE, WORD_BYTES))
        try:
            index, _ = dwarf.uleb(place, 1)
            (found,) = struct.unpack_from("<Q", self.addresses, base + WORD_BYTES * index)
        except (IndexError, ValueError, struct.error):
            return None
        return int(found)


def read(image: Image) -> GoDwarf:
    """Open an executable's DWARF; raises BadInput when it has none, or none that Go wrote."""
    entries = dwarf.read(image.section(".debug_info"), image.section(".debug_abbrev"))
    table_at = _table_of_go(entries)
    table = entries.table(next(one for one in entries.units if one.abbreviations_at == table_at))
    codes: dict[int, tuple[int, ...]] = {}
    for code, meaning in table.items():
        named = meaning.attributes[:1]
        if named and (named[0].name, named[0].form) == (dwarf.NAME, dwarf.STRING_FORM):
            codes[meaning.tag] = (*codes.get(meaning.tag, ()), code)
    return GoDwarf(entries, codes, table_at, image.section(".debug_addr"))


def _table_of_go(entries: Entries) -> int:
    """Go's units share one table of abbreviations; those of C that cgo brings have their own."""
    for table_at in dict.fromkeys(unit.abbreviations_at for unit in entries.units):
        unit = next(one for one in entries.units if one.abbreviations_at == table_at)
        if entries.entry(unit.first).values.get(dwarf.LANGUAGE) == dwarf.GO:
            return table_at
    raise BadInput("the executable has no DWARF of Go's")


def _number(value: Value | None) -> int:
    if not isinstance(value, int) or value < 0:
        raise BadInput("the DWARF is damaged")
    return value


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "replace")


def _leb(number: int) -> bytes:
    out = b""
    while number >= 0x80:
        out, number = out + bytes([number & 0x7F | 0x80]), number >> 7
    return out + bytes([number])
