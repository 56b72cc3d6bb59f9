"""Any bytes as Prometheus text."""

from __future__ import annotations

from contextlib import suppress

from goom.case.errors import GoomError
from goom.formats.prometheus import go_version, memstats_fields, parse, series


def one_input(data: bytes) -> None:
    """Read, and look for what Go publishes."""
    with suppress(GoomError):
        samples = parse(data)
        memstats_fields(samples)
        go_version(samples)
        series([(1.0, samples)])
