"""The sections of a 64-bit little-endian ELF file, bounds-checked: no more than goom needs."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from goom.case.errors import BadInput

_MOST_SECTIONS = 4096
_NO_BITS = 8  # SHT_NOBITS
AMD64, ARM64 = 62, 183  # e_machine


@dataclass(frozen=True, slots=True)
class Section:
    """Name, virtual address, and where its bytes lie in the file; ``flags`` as sh_flags."""

    name: str
    address: int
    offset: int
    size: int
    flags: int = 0


@dataclass(frozen=True, slots=True)
class Elf:
    """A file's machine and its sections that have bytes."""

    machine: int
    sections: dict[str, Section]

    def bytes_of(self, data: memoryview, name: str) -> memoryview | None:
        """A section's bytes, None when the file has none of that name."""
        section = self.sections.get(name)
        return data[section.offset : section.offset + section.size] if section else None


def read(data: memoryview) -> Elf:
    """Read the section table; raises BadInput for anything that is no such file."""
    if len(data) < 64 or bytes(data[:6]) != b"\x7fELF\x02\x01":
        raise BadInput("not a 64-bit little-endian ELF file")
    machine = struct.unpack_from("<H", data, 18)[0]
    (table,) = struct.unpack_from("<Q", data, 40)
    size, count, names_index = struct.unpack_from("<HHH", data, 58)
    if size != 64 or count > _MOST_SECTIONS or table + size * count > len(data):
        raise BadInput("the ELF section table lies outside of the file")
    rows = [struct.unpack_from("<IIQQQQ", data, table + size * row) for row in range(count)]
    names = rows[names_index] if names_index < count else None
    sections = {}
    for name_offset, kind, flags, address, offset, length in rows:
        if kind == _NO_BITS or offset + length > len(data):
            continue
        name = _name(data, names, name_offset)
        sections[name] = Section(name, address, offset, length, flags)
    return Elf(machine, sections)


def _name(data: memoryview, names: tuple[int, ...] | None, offset: int) -> str:
    if names is None:
        return ""
    start = names[4] + offset
    end = min(names[4] + names[5], start + 128, len(data))
    return bytes(data[start:end]).split(b"\0", 1)[0].decode("utf-8", "replace")
