"""Entries of .debug_info, read one by one: units, abbreviations and the forms of attributes.

DWARF 4 (Go up to 1.24) and 5 (since 1.25), in the 32-bit form that Go's linker writes. Pure and
bounded: every position is checked against the section, every list has a longest length.
"""

from __future__ import annotations

import struct
from bisect import bisect_right
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from goom.case.errors import BadInput

_MOST_UNITS = 200_000
_MOST_CODES = 10_000
_MOST_ATTRIBUTES = 256

# DW_AT
NAME, LOCATION, BYTE_SIZE, LANGUAGE, COUNT, MEMBER_AT, TYPE, ADDR_BASE = (
    0x03, 0x02, 0x0B, 0x13, 0x37, 0x38, 0x49, 0x73,
)  # fmt: skip
UPPER_BOUND = 0x2F
STRING_FORM, IMPLICIT_FORM = 0x08, 0x21
GO = 0x16  # DW_LANG_Go

Value = int | bytes


class Attribute(NamedTuple):
    """How an entry states one attribute; ``implicit`` is the value that stands here for all."""

    name: int
    form: int
    implicit: int


class Abbreviation(NamedTuple):
    """What an entry's code stands for."""

    tag: int
    has_children: bool
    attributes: tuple[Attribute, ...]


class Unit(NamedTuple):
    """A compilation unit; ``first`` is where its first entry stands."""

    start: int
    version: int
    abbreviations_at: int
    first: int


class Entry(NamedTuple):
    """One entry; ``end`` is where the next stands. ``tag`` 0 ends a list of children."""

    tag: int
    has_children: bool
    values: Mapping[int, Value]
    end: int


@dataclass(frozen=True, slots=True, eq=False)
class Entries:
    """A .debug_info section with its abbreviations."""

    info: bytes
    abbreviations: bytes
    units: tuple[Unit, ...]
    starts: tuple[int, ...]
    tables: dict[int, Mapping[int, Abbreviation]] = field(default_factory=dict)

    def unit_of(self, at: int) -> Unit:
        """The unit in which an entry stands."""
        row = bisect_right(self.starts, at) - 1
        if row < 0:
            raise BadInput("the DWARF points outside of itself")
        return self.units[row]

    def table(self, unit: Unit) -> Mapping[int, Abbreviation]:
        """The unit's abbreviations by code."""
        at = unit.abbreviations_at
        if at not in self.tables:
            self.tables[at] = _read_table(self.abbreviations, at)
        return self.tables[at]

    def entry(self, at: int) -> Entry:
        """The entry at a position; BadInput when there is none that can be read."""
        try:
            return self._entry(at)
        except (IndexError, KeyError, ValueError, struct.error):
            raise BadInput("the DWARF is damaged") from None

    def _entry(self, at: int) -> Entry:
        code, at = uleb(self.info, at)
        if code == 0:
            return Entry(0, False, {}, at)
        meaning = self.table(self.unit_of(at))[code]
        values: dict[int, Value] = {}
        for attribute in meaning.attributes:
            if attribute.form == IMPLICIT_FORM:
                values[attribute.name] = attribute.implicit
            else:
                values[attribute.name], at = _FORMS[attribute.form](self.info, at)
        return Entry(meaning.tag, meaning.has_children, values, at)


def read(info: bytes, abbreviations: bytes) -> Entries:
    """Find the units; raises BadInput when there is no DWARF, or one of a form that Go has not."""
    units: list[Unit] = []
    at = 0
    while at + 12 <= len(info) and len(units) < _MOST_UNITS:
        length, version = struct.unpack_from("<IH", info, at)
        if version not in (4, 5) or length >= 0xFFFFFFF0:
            raise BadInput("a version of DWARF that goom does not read")
        place = at + (8 if version == 5 else 6)
        (table,) = struct.unpack_from("<I", info, place)
        units.append(Unit(at, version, table, at + (12 if version == 5 else 11)))
        at += 4 + length
    if not units:
        raise BadInput("the executable has no DWARF")
    return Entries(info, abbreviations, tuple(units), tuple(unit.start for unit in units))


def uleb(data: bytes, at: int) -> tuple[int, int]:
    """An unsigned LEB128 number and where it ends; at most ten bytes are looked at."""
    value = shift = 0
    while shift < 70:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7
    raise ValueError("a number of no end")


def _sleb(data: bytes, at: int) -> tuple[int, int]:
    value, end = uleb(data, at)
    bits = 7 * (end - at)
    return (value - (1 << bits) if data[end - 1] & 0x40 else value), end


def _read_table(data: bytes, at: int) -> Mapping[int, Abbreviation]:
    found: dict[int, Abbreviation] = {}
    try:
        while len(found) < _MOST_CODES:
            code, at = uleb(data, at)
            if code == 0:
                break
            tag, at = uleb(data, at)
            attributes, end = _read_attributes(data, at + 1)
            found[code] = Abbreviation(tag, bool(data[at]), attributes)
            at = end
    except (IndexError, ValueError):
        raise BadInput("the DWARF's abbreviations are damaged") from None
    return found


def _read_attributes(data: bytes, at: int) -> tuple[tuple[Attribute, ...], int]:
    found: list[Attribute] = []
    while len(found) < _MOST_ATTRIBUTES:
        name, at = uleb(data, at)
        form, at = uleb(data, at)
        if name == 0 and form == 0:
            return tuple(found), at
        implicit = 0
        if form == IMPLICIT_FORM:
            implicit, at = _sleb(data, at)
        found.append(Attribute(name, form, implicit))
    raise ValueError("attributes of no end")


Form = Callable[[bytes, int], tuple[Value, int]]


def _fixed(letter: str) -> Form:
    reader = struct.Struct("<" + letter)

    def form(data: bytes, at: int) -> tuple[Value, int]:
        return reader.unpack_from(data, at)[0], at + reader.size

    return form


def _text(data: bytes, at: int) -> tuple[Value, int]:
    end = data.index(b"\0", at)
    return data[at:end], end + 1


def _block(letter: str) -> Form:
    length = _fixed(letter) if letter else uleb

    def form(data: bytes, at: int) -> tuple[Value, int]:
        size, at = length(data, at)
        assert isinstance(size, int)
        if at + size > len(data):
            raise IndexError
        return data[at : at + size], at + size

    return form


def _flag(_data: bytes, at: int) -> tuple[Value, int]:
    return 1, at


_FORMS: Mapping[int, Form] = {
    0x01: _fixed("Q"),  # addr
    0x03: _block("H"), 0x04: _block("I"), 0x09: _block(""), 0x0A: _block("B"),  # block*
    0x05: _fixed("H"), 0x06: _fixed("I"), 0x07: _fixed("Q"), 0x0B: _fixed("B"),  # data*
    STRING_FORM: _text,
    0x0C: _fixed("B"), 0x19: _flag,  # flag, flag_present
    0x0D: _sleb, 0x0F: uleb,  # sdata, udata
    0x0E: _fixed("I"), 0x17: _fixed("I"), 0x1F: _fixed("I"),  # strp, sec_offset, line_strp
    0x10: _fixed("I"),  # ref_addr
    0x11: _fixed("B"), 0x12: _fixed("H"), 0x13: _fixed("I"), 0x14: _fixed("Q"), 0x15: uleb,  # ref*
    0x18: _block(""),  # exprloc
    0x1A: uleb, 0x1B: uleb, 0x22: uleb, 0x23: uleb,  # strx, addrx, loclistx, rnglistx
    0x1E: _fixed("16s"),  # data16
}  # fmt: skip
