"""Any bytes as smaps, maps and smaps_rollup."""

from __future__ import annotations

from contextlib import suppress

from goom.case.errors import GoomError
from goom.formats import smaps


def one_input(data: bytes) -> None:
    """Read as each of them."""
    for parse in (smaps.parse, smaps.parse_rollup):
        with suppress(GoomError):
            parse(data)
