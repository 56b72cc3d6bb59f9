"""Any bytes as a span map; what is read must be drawn without a crash."""

from __future__ import annotations

from contextlib import suppress

from goom.case.errors import GoomError
from goom.formats import xray_spans


def one_input(data: bytes) -> None:
    """Read, and write again."""
    with suppress(GoomError):
        xray_spans.to_json(xray_spans.parse(data))
