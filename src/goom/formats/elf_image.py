"""An ELF executable as its process sees it: kind, entry, loaded segments, symbols, whole sections.

``elf_sections`` says where things lie in the file; this says where they lie in memory, unpacks
compressed sections, and finds symbols by name without reading the whole table.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from goom.case.errors import BadInput
from goom.formats import elf_sections
from goom.formats.elf_sections import AMD64, Elf, Section

POSITION_INDEPENDENT = 3  # ET_DYN
_LOAD = 1  # PT_LOAD
_COMPRESSED = 0x800  # SHF_COMPRESSED
_ZLIB = 1  # ELFCOMPRESS_ZLIB, what Go's linker writes
_COMPRESSION_HEADER = struct.Struct("<IIQQ")
_MOST_SEGMENTS = 1024
_MOST_UNPACKED_BYTES = 512 << 20
_MOST_SYMBOLS = 4_000_000
_SYMBOL = np.dtype(
    [("name", "<u4"), ("info", "u1"), ("other", "u1"), ("section", "<u2"),
     ("address", "<u8"), ("size", "<u8")]
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of the file that is loaded: ``size_bytes`` of it from ``offset`` to ``address``."""

    address: int
    offset: int
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Image:
    """A file with what is needed to find its things in memory. Addresses are the file's own."""

    data: memoryview
    elf: Elf
    kind: int
    entry: int
    segments: tuple[Segment, ...]

    @property
    def is_position_independent(self) -> bool:
        """Whether it is loaded where the kernel likes."""
        return self.kind == POSITION_INDEPENDENT

    @property
    def is_amd64(self) -> bool:
        """Whether it is code for amd64."""
        return self.elf.machine == AMD64

    def section(self, name: str) -> bytes:
        """A section's bytes, unpacked; b"" when there is none. BadInput when it is damaged."""
        section = self.elf.sections.get(name)
        if section is None:
            return b""
        body = self.data[section.offset : section.offset + section.size]
        return _unpacked(body, name) if section.flags & _COMPRESSED else bytes(body)

    def bytes_at(self, address: int, size_bytes: int) -> memoryview:
        """What the file loads at an address, shorter where it ends; empty when nothing is there."""
        for segment in self.segments:
            within = address - segment.address
            if 0 <= within < segment.size_bytes:
                end = min(within + size_bytes, segment.size_bytes)
                return self.data[segment.offset + within : segment.offset + end]
        return self.data[:0]

    def symbols(self, names: Iterable[str]) -> Mapping[str, int]:
        """The addresses of those of these names that the symbol table has."""
        table, texts = self.elf.sections.get(".symtab"), self.section(".strtab")
        if table is None or not texts:
            return {}
        return _symbols(self.data, table, texts, tuple(names))


def read(data: memoryview) -> Image:
    """Read the headers; raises BadInput for anything that is no 64-bit little-endian ELF file."""
    elf = elf_sections.read(data)
    (kind,) = struct.unpack_from("<H", data, 16)
    entry, table = struct.unpack_from("<QQ", data, 24)
    size, count = struct.unpack_from("<HH", data, 54)
    if size != 56 or count > _MOST_SEGMENTS or table + size * count > len(data):
        raise BadInput("the ELF program headers lie outside of the file")
    rows = (struct.unpack_from("<IIQQQQ", data, table + size * row) for row in range(count))
    segments = tuple(
        Segment(address, offset, length)
        for sort, _, offset, address, _, length in rows
        if sort == _LOAD and offset + length <= len(data)
    )
    return Image(data, elf, kind, entry, segments)


def _unpacked(body: memoryview, name: str) -> bytes:
    if len(body) < _COMPRESSION_HEADER.size:
        raise BadInput(f"the section {name} is cut off")
    sort, _, size, _ = _COMPRESSION_HEADER.unpack_from(body)
    if sort != _ZLIB or size > _MOST_UNPACKED_BYTES:
        raise BadInput(f"the section {name} is packed in a way that goom does not unpack")
    try:
        found = zlib.decompressobj().decompress(body[_COMPRESSION_HEADER.size :], max(size, 1))
    except zlib.error:
        raise BadInput(f"the section {name} is damaged") from None
    if len(found) != size:
        raise BadInput(f"the section {name} is cut off")
    return found


def _symbols(
    data: memoryview, table: Section, texts: bytes, names: tuple[str, ...]
) -> dict[str, int]:
    count = min(table.size // _SYMBOL.itemsize, _MOST_SYMBOLS)
    rows = np.frombuffer(data, dtype=_SYMBOL, count=count, offset=table.offset)
    offsets = {texts.find(b"\0" + name.encode() + b"\0") + 1: name for name in names}
    offsets.pop(0, None)
    wanted = np.fromiter(offsets, dtype=np.uint32, count=len(offsets))
    chosen = rows[np.isin(np.ascontiguousarray(rows["name"]), wanted)]
    return {offsets[int(row["name"])]: int(row["address"]) for row in chosen if row["section"]}
