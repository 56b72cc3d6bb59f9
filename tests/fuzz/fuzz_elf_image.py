"""Any bytes as an executable: its segments, sections and symbols."""

from __future__ import annotations

from contextlib import suppress

from goom.case.errors import GoomError
from goom.formats import elf_image


def one_input(data: bytes) -> None:
    """Read the headers, then everything that they lead to."""
    with suppress(GoomError):
        image = elf_image.read(memoryview(data))
        image.bytes_at(0x10040, 64)
        image.symbols(["runtime.one"])
        for name in tuple(image.elf.sections)[:50]:
            with suppress(GoomError):
                image.section(name)
