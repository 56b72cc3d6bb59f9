"""Any bytes as an executable or library that is asked for the names of its functions."""

from __future__ import annotations

import struct
from contextlib import suppress

from goom.case.errors import GoomError
from goom.formats import elf_image, elf_symbols


def one_input(data: bytes) -> None:
    """Names are bounded, whatever the tables say."""
    with suppress(GoomError, struct.error):
        functions = elf_symbols.read(elf_image.read(memoryview(data)))
        for address in (0, 1, 0x1000, 0x401000, 1 << 47, *functions.starts[:20]):
            assert len(functions.name(address)) <= 512
