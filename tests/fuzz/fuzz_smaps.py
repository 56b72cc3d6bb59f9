"""Any bytes as smaps, maps, smaps_rollup and the other files of /proc/PID."""

from __future__ import annotations

from contextlib import suppress

from goom.case.errors import GoomError
from goom.formats import proc, smaps


def one_input(data: bytes) -> None:
    """Read as each of them."""
    for parse in (
        smaps.parse,
        smaps.parse_rollup,
        proc.parse_status,
        proc.parse_stat,
        proc.parse_statm,
        proc.identity,
    ):
        with suppress(GoomError):
            parse(data)
