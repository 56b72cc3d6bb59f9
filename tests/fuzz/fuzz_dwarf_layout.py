"""Any bytes as an executable whose DWARF is asked for types and globals."""

from __future__ import annotations

from contextlib import suppress

from goom.case.errors import GoomError
from goom.formats import dwarf_layout, elf_image

_TYPES = ("runtime.pair", "runtime.inner", "[4]int32", "uint64")


def one_input(data: bytes) -> None:
    """Read the DWARF and what it is searched for."""
    with suppress(GoomError):
        found = dwarf_layout.read(elf_image.read(memoryview(data)))
        layouts = found.layouts()
        for name in _TYPES:
            layouts.shape(name)
        layouts.maybe("runtime.pair", "b", "n")
        found.variables(["runtime.one"])
