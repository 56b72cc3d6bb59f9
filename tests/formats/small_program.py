"""A Go executable of two functions and one call, for tests that need no compiler."""

from __future__ import annotations

import struct
from collections.abc import Mapping

TEXT_AT = 0x401000
CALLER, CALLEE = "main.(*cart).add", "runtime.mapassign_faststr"
_FILE, _LINE, _FIRST_LINE = "example.com/shop/cart.go", 7, 5
_FUNCTION_BYTES = 16
_EM_X86_64 = 62


def program(*, address: int = TEXT_AT, magic: int = 0xFFFFFFF1) -> bytes:
    """``main.(*cart).add`` calls ``runtime.mapassign_faststr`` at line 7 of cart.go."""
    call = b"\xe8" + struct.pack("<i", _FUNCTION_BYTES - 5)
    text = call.ljust(_FUNCTION_BYTES, b"\x90") + b"\xc3" * _FUNCTION_BYTES
    return _file({".text": text, ".gopclntab": function_table(address, magic)}, address)


def function_table(text_start: int, magic: int = 0xFFFFFFF1) -> bytes:
    """pclntab: pcHeader, names, units, files, pc-value programs, functab, and two _func."""
    names = f"{CALLER}\0{CALLEE}\0".encode()
    units, files = struct.pack("<I", 0), f"{_FILE}\0".encode()
    file_program, line_program = _value(0), _value(_LINE)
    programs = b"\0" + file_program + line_program
    parts = (names, units, files, programs)
    at = [72]
    for part in parts:
        at.append(at[-1] + len(part))
    header = struct.pack("<IxxBB", magic, 1, 8)
    header += struct.pack("<8Q", 2, 1, text_start, *at[:4], at[4])
    rows = struct.pack("<5I", 0, 20, _FUNCTION_BYTES, 64, 2 * _FUNCTION_BYTES)
    functions = b"".join(
        struct.pack("<Iiiiiiiiiii", entry, name, 0, 0, 0, 1, 1 + len(file_program), 0, 0, first, 0)
        for entry, name, first in (
            (0, 0, _FIRST_LINE),
            (_FUNCTION_BYTES, len(CALLER) + 1, 1),
        )
    )
    return header + b"".join(parts) + rows + functions


def _value(value: int) -> bytes:
    """A pc-value program that is ``value`` over the whole function; it starts at -1."""
    return bytes([2 * (value + 1), _FUNCTION_BYTES, 0])


def _file(sections: Mapping[str, bytes], address: int) -> bytes:
    names = b"\0" + b"".join(f"{name}\0".encode() for name in (*sections, ".shstrtab"))
    blocks = [*sections.values(), names]
    table = 64 + sum(map(len, blocks))
    count = len(blocks) + 1
    header = b"\x7fELF\x02\x01\x01".ljust(16, b"\0")
    header += struct.pack(
        "<HHIQQQIHHHHHH", 2, _EM_X86_64, 1, 0, 0, table, 0, 64, 0, 0, 64, count, count - 1
    )
    rows, at = [bytes(64)], 64
    for name, block in zip((*sections, ".shstrtab"), blocks, strict=True):
        label = names.index(f"\0{name}\0".encode()) + 1
        rows.append(struct.pack("<IIQQQQIIQQ", label, 1, 0, address, at, len(block), 0, 0, 16, 0))
        at += len(block)
    return header + b"".join(blocks) + b"".join(rows)
