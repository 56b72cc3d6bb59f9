"""GC logs to columns: gctrace, scavtrace and gcpacertrace lines, whatever stands around them."""

from __future__ import annotations

from math import isnan, nan

import numpy as np
from numpy.typing import NDArray

from goom.case.gctrace import GCTrace
from goom.formats.gctrace_clock import start_seconds
from goom.formats.gctrace_columns import cycles_of, pacer_of, scavenges_of
from goom.formats.gctrace_processes import largest
from goom.formats.gctrace_rows import Found, take_stretch

Floats = NDArray[np.float64]

_STRETCH_BYTES = 4 << 20


def parse(
    data: bytes,
    *,
    origin: str = "",
    started_at_seconds: float = nan,
    arrivals: Floats | None = None,
) -> GCTrace:
    """Read a log in which Go's trace lines may stand between, or inside, lines of others.

    ``arrivals`` holds the epoch at which each line of ``data`` was seen. The start of the runtime
    is ``started_at_seconds`` when that is known, else worked out from ``arrivals``, else from the
    log's own timestamps. In a log of several processes it is that of the one with most cycles.
    """
    reader = TraceReader(origin)
    view = memoryview(data)
    for start in range(0, len(data), _STRETCH_BYTES):
        reader.feed(view[start : start + _STRETCH_BYTES])
    reader.end()
    return reader.trace(started_at_seconds=started_at_seconds, arrivals=arrivals)


class TraceReader:
    """Reads a log piece by piece; what it holds is the figures, not the text.

    With ``most_cycles`` the oldest are forgotten when there are more, for a log without an end.
    """

    def __init__(self, origin: str = "", most_cycles: int = 0) -> None:
        self._found = Found()
        self._rest = b""
        self._origin = origin
        self._most_cycles = most_cycles

    def feed(self, data: bytes | memoryview) -> None:
        """Take the next piece of the log; half a line at its end waits for the rest."""
        text = self._rest + data if self._rest else bytes(data)
        cut = text.rfind(b"\n") + 1
        if cut == 0 and len(text) >= _STRETCH_BYTES:
            cut = len(text)  # nobody's trace line: do not let it grow
        take_stretch(text[:cut], self._found)
        self._rest = text[cut:]
        self._found.tidy(self._most_cycles)

    def end(self) -> None:
        """The log is over: its last line counts although no line break ends it."""
        if self._rest:
            take_stretch(self._rest, self._found)
            self._found.lines_read += 1
            self._rest = b""

    def trace(self, *, started_at_seconds: float = nan, arrivals: Floats | None = None) -> GCTrace:
        """Everything read so far, as columns."""
        found = self._found
        cycles = cycles_of(found.cycles)
        if isnan(started_at_seconds) and len(cycles):
            main = largest(cycles.process)
            started_at_seconds = start_seconds(cycles, main, arrivals, found.stamps)
        return GCTrace(
            cycles=cycles,
            scavenges=scavenges_of(found.scavenges, cycles),
            pacer=pacer_of(found.pacer, cycles.line),
            started_at_seconds=started_at_seconds,
            lines_read=found.lines_read,
            malformed_count=found.malformed_count,
            malformed_lines=tuple(sorted(found.malformed)),
            go_fatal="; ".join(dict.fromkeys(found.fatal)),
            origin=self._origin,
        )
