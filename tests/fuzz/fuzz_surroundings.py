"""Any bytes as kernel files in one text."""

from __future__ import annotations

from contextlib import suppress

from goom.case.errors import GoomError
from goom.formats import surroundings


def one_input(data: bytes) -> None:
    """Read, and ask what is asked of it everywhere."""
    with suppress(GoomError):
        found = surroundings.parse(data)
        assert len(found.nodes) <= 1 << 15
        _ = (found.binding, found.cpu_quota)
