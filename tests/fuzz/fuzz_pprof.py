"""Any bytes as a pprof profile: read, summed up, unfolded, searched for hotspots, written back."""

from __future__ import annotations

from contextlib import suppress

from goom.case.errors import GoomError
from goom.case.subject import Subject
from goom.formats.pprof import parse, write
from goom.formats.pprof_top import top
from goom.signals.hotspots import hotspots_of

_BOUND = 4 << 20


def one_input(data: bytes) -> None:
    """What is read at all must survive everything that follows."""
    with suppress(GoomError):
        profile = parse(data, max_bytes=_BOUND)
        for sample_type, _ in profile.sample_types[:8]:
            top(profile, sample_type)
        for sample in range(min(len(profile), 8)):
            profile.stack(sample)
        hotspots_of(profile, Subject(), 0.01)
        again = parse(write(profile))
        assert (again.values == profile.values).all()
        assert again.functions == profile.functions
