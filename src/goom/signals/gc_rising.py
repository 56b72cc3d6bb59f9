"""A GC log whose heap rises: nothing is odd in the collector, but in what it is given."""

from __future__ import annotations

from collections.abc import Iterator

from goom.case.gctrace import GCCycles
from goom.case.units import MIB, whole_mib_text
from goom.case.verdict import Finding
from goom.signals.trend import floors, trend

_FEW_CYCLES = 10
_STILL_RISING_FRACTION = 0.5  # of the overall pace, in the last part
_RISE_BYTES = 8 * MIB
_RISE_CHANCE = 0.02  # that a flat heap looks so


def rising(cycles: GCCycles) -> Iterator[Finding]:
    """What survives rises to the end of the log."""
    time, low = floors(cycles.at_seconds, cycles.heap_marked_bytes)
    line = trend(time, low)
    if len(cycles) < _FEW_CYCLES or line.late_fraction < _STILL_RISING_FRACTION:
        return
    rise = float(low[-1] - low[0])
    if rise >= max(_RISE_BYTES, low[0]) and line.p_rising <= _RISE_CHANCE:
        yield Finding(
            code="heap_rises",
            title="What survives rises and does not level off",
            detail=f"From {whole_mib_text(float(low[0]))} to {whole_mib_text(float(low[-1]))} over "
            f"{len(cycles)} cycles. goom diagnose tells why, from profiles beside this log.",
            source=f"gctrace line {int(cycles.line[-1])}",
        )
