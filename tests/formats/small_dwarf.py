"""A small ELF file with DWARF as Go's linker writes it, for tests that need no compiler.

It has ``runtime.pair`` {a uint64; b runtime.inner}, ``runtime.inner`` {n int32}, ``[4]int32``, and
the global ``runtime.one`` of type runtime.pair at 0x1234.
"""

from __future__ import annotations

import struct
import zlib

_ABBREVIATIONS = (
    # code, tag, children, attributes
    (1, 0x11, 1, ((0x03, 0x08), (0x13, 0x0B), (0x73, 0x17))),
    (2, 0x13, 1, ((0x03, 0x08), (0x0B, 0x0F))),
    (3, 0x0D, 0, ((0x03, 0x08), (0x38, 0x0F), (0x49, 0x10))),
    (4, 0x24, 0, ((0x03, 0x08), (0x0B, 0x0B))),
    (5, 0x34, 0, ((0x03, 0x08), (0x02, 0x18), (0x49, 0x10))),
    (6, 0x01, 1, ((0x03, 0x08), (0x49, 0x10), (0x0B, 0x0F))),
    (7, 0x21, 0, ((0x37, 0x0F),)),
)
ADDRESS = 0x1234


def dwarf_elf(version: int = 5, *, packed: bool = True) -> bytes:
    """The file; ``version`` 4 states addresses in place, 5 by an index."""
    sections = {
        ".debug_info": _info(version),
        ".debug_abbrev": _abbreviations(),
        ".debug_addr": bytes(8) + struct.pack("<QQ", 0, ADDRESS),
    }
    return elf_of({name: (_packed(body) if packed else body) for name, body in sections.items()},
                  flags=0x800 if packed else 0)  # fmt: skip


def elf_of(sections: dict[str, bytes], *, flags: int = 0) -> bytes:
    """A file of these sections, one segment that loads all of it at 0x10000."""
    names, body = b"\0", b""
    rows = [bytes(64)]
    start = 64 + 56
    for name, content in sections.items():
        rows.append(struct.pack("<IIQQQQIIQQ", len(names), 1, flags, 0x10000 + start + len(body),
                                start + len(body), len(content), 0, 0, 1, 0))  # fmt: skip
        names += name.encode() + b"\0"
        body += content
    label = len(names)
    names += b".shstrtab\0"
    rows.append(
        struct.pack("<IIQQQQIIQQ", label, 3, 0, 0, start + len(body), len(names), 0, 0, 1, 0)
    )
    table = start + len(body) + len(names)
    header = b"\x7fELF\x02\x01\x01".ljust(16, b"\0") + struct.pack(
        "<HHIQQQIHHHHHH", 2, 62, 1, 0x10040, 64, table, 0, 64, 56, 1, 64, len(rows), len(rows) - 1
    )
    segment = struct.pack("<IIQQQQQQ", 1, 5, 0, 0x10000, 0x10000, table, table, 4096)
    return header + segment + body + names + b"".join(rows)


def _packed(body: bytes) -> bytes:
    return struct.pack("<IIQQ", 1, 0, len(body), 1) + zlib.compress(body)


def _abbreviations() -> bytes:
    out = b""
    for code, tag, children, attributes in _ABBREVIATIONS:
        out += bytes([code, tag, children])
        out += b"".join(bytes(pair) for pair in attributes) + b"\0\0"
    return out + b"\0"


def _info(version: int) -> bytes:
    head = struct.pack("<HBBI", 5, 1, 8, 0) if version == 5 else struct.pack("<HIB", 4, 0, 8)
    at = 4 + len(head)
    out = bytearray(b"\x01main\0\x16" + struct.pack("<I", 8))
    places: dict[str, int] = {}

    def add(name: str, entry: bytes) -> None:
        places[name] = at + len(out)
        out.extend(entry)

    def ref(name: str) -> bytes:
        return struct.pack("<I", places[name])

    add("uint64", b"\x04uint64\0\x08")
    add("int32", b"\x04int32\0\x04")
    add("inner", b"\x02runtime.inner\0\x04\x03n\0\x00" + ref("int32") + b"\0")
    pair = b"\x02runtime.pair\0\x10\x03a\0\x00" + ref("uint64")
    add("pair", pair + b"\x03b\0\x08" + ref("inner") + b"\0")
    add("array", b"\x06[4]int32\0" + ref("int32") + b"\x10\x07\x04\0")
    place = b"\x02\xa1\x01" if version == 5 else b"\x09\x03" + struct.pack("<Q", ADDRESS)
    add("one", b"\x05runtime.one\0" + place + ref("pair"))
    body = head + bytes(out) + b"\0"
    return struct.pack("<I", len(body)) + body
