"""Any bytes as a program's file."""

from __future__ import annotations

from contextlib import suppress

from goom.case.errors import GoomError
from goom.formats import buildinfo
from tests.formats.small_elf import elf


def one_input(data: bytes) -> None:
    """Read as a file, and as the section of one."""
    for file in (data, elf(data)):
        with suppress(GoomError):
            assert buildinfo.read(memoryview(file)).go_version is not None
