"""Any text as a profile of ``debug=1``."""

from __future__ import annotations

from contextlib import suppress

from goom.case.errors import GoomError
from goom.case.subject import Subject
from goom.formats.legacy_profile import parse_count_text, parse_heap_text
from goom.formats.pprof_top import top
from goom.signals.hotspots import hotspots_of


def one_input(data: bytes) -> None:
    """What is read at all must be fit to be summed up."""
    text = data.decode("utf-8", "replace")
    with suppress(GoomError):
        profile = parse_heap_text(text)
        top(profile, "alloc_space")
        hotspots_of(profile, Subject(), 0.01)
    with suppress(GoomError):
        profile = parse_count_text(text)
        top(profile, profile.sample_types[0][0])
