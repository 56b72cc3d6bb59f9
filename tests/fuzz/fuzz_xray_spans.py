"""Any bytes as a span map; what is read must be added up and drawn without a crash."""

from __future__ import annotations

from contextlib import suppress

from goom.case.errors import GoomError
from goom.case.xray_spans import SpanMap
from goom.formats import xray_spans
from goom.renderers import spans_text
from goom.signals.span_occupancy import span_occupancy


def one_input(data: bytes) -> None:
    """Read, add up, draw, and write again."""
    one: SpanMap | None = None
    with suppress(GoomError):
        one = xray_spans.parse(data)
    if one is not None:
        derived = span_occupancy(one)
        spans_text.render(one, derived)
        spans_text.one_line(derived)
        assert derived.unused_bytes >= 0
        xray_spans.to_json(one)
