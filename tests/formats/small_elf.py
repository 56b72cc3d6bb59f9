"""A small ELF file with Go's build information, for tests that need no compiler."""

from __future__ import annotations

import struct

SENTINEL = bytes(range(16))
MODULE = (
    "path\texample.com/shop/cmd/web\nmod\texample.com/shop\t(devel)\t\n"
    "dep\tgolang.org/x/net\tv0.30.0\th1:abc=\nbuild\tCGO_ENABLED=1\nbuild\tvcs.revision=12ab\n"
)


def elf(section: bytes, name: bytes = b".go.buildinfo") -> bytes:
    """A file whose only section of interest holds ``section``."""
    names = b"\0" + name + b"\0.shstrtab\0"
    body, names_at = 64, 64 + len(section)
    table = names_at + len(names)
    header = b"\x7fELF\x02\x01\x01".ljust(16, b"\0")
    header += struct.pack("<HHIQQQIHHHHHH", 2, 62, 1, 0, 0, table, 0, 64, 0, 0, 64, 3, 2)
    rows = [bytes(64)]
    for label, at, size in ((1, body, len(section)), (2 + len(name), names_at, len(names))):
        rows.append(struct.pack("<IIQQQQIIQQ", label, 1, 0, 0x1000, at, size, 0, 0, 16, 0))
    return header + section + names + b"".join(rows)


def build_info(version: str = "go1.22.10", module: str = MODULE, *, flags: int = 2) -> bytes:
    """The section as Go's linker writes it since 1.18."""
    framed = SENTINEL + module.encode() + SENTINEL
    head = (b"\xff Go buildinf:" + bytes([8, flags])).ljust(32, b"\0")
    return head + _text(version.encode()) + _text(framed)


def _text(data: bytes) -> bytes:
    size, prefix = len(data), b""
    while size >= 0x80:
        prefix, size = prefix + bytes([size & 0x7F | 0x80]), size >> 7
    return prefix + bytes([size]) + data
