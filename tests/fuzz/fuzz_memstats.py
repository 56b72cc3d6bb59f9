"""Any bytes as /debug/vars, as JSON lines, and as the tail of a text profile."""

from __future__ import annotations

from contextlib import suppress

from goom.case.errors import GoomError
from goom.formats.memstats import parse_expvar, parse_heap_trailer, series


def one_input(data: bytes) -> None:
    """Read, and put the looks in order."""
    with suppress(GoomError):
        series(parse_expvar(data))
    look = parse_heap_trailer(data)
    if look is not None:
        series([look])
