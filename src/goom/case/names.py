"""Names from profiles, made fit to be shown: harmless, and short enough to read."""

from __future__ import annotations


def harmless(text: str) -> str:
    """Text with its control, direction and invisible characters written out, as Python would.

    A profile's names come from whoever built the program: an escape sequence in one must not move
    the reader's cursor, and a newline must not forge a line of the verdict.
    """
    return text if text.isprintable() else "".join(map(_written_out, text))


def _written_out(char: str) -> str:
    if char.isprintable():
        return char
    code = ord(char)
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def short_function(function: str) -> str:
    """``example.com/shop/internal/cache.(*Cache).Put`` as ``cache.(*Cache).Put``."""
    path, bracket, parameters = function.partition("[")
    return path.rpartition("/")[2] + bracket + parameters


def short_file(file: str, parts: int = 3) -> str:
    """The last parts of a path: what is left of it when the build machine's folders are gone."""
    return "/".join([part for part in file.split("/") if part][-parts:])


def place(file: str, line: int) -> str:
    """``internal/cache/cache.go:48``, as editors and compilers write it; "" when unknown."""
    short = short_file(file)
    return f"{short}:{line}" if short and line > 0 else short
