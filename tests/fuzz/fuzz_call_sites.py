"""Any bytes as a program whose calls are looked up, and as what a bundle keeps of one."""

from __future__ import annotations

from contextlib import suppress

from goom.case.errors import GoomError
from goom.formats import call_sites


def one_input(data: bytes) -> None:
    """Read as a file, and as JSON."""
    with suppress(GoomError):
        call_sites.read(memoryview(data))
    with suppress(GoomError):
        call_sites.from_json(data)
