"""Any bytes as status, stat and statm of /proc/PID."""

from __future__ import annotations

from contextlib import suppress

from goom.case.errors import GoomError
from goom.formats import proc


def one_input(data: bytes) -> None:
    """Read as each of them."""
    for parse in (proc.parse_status, proc.parse_stat, proc.parse_statm, proc.identity):
        with suppress(GoomError):
            parse(data)
