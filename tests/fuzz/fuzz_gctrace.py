"""Any bytes as a GC log, with and without arrival times, whole and in pieces."""

from __future__ import annotations

import numpy as np

from goom.case.errors import GoomError
from goom.case.subject import Subject
from goom.formats.gctrace import TraceReader, parse
from goom.formats.gctrace_live import IncrementalTrace
from goom.signals.gc_statistics import gc_statistics


def one_input(data: bytes) -> None:
    """Read, and add up what was read."""
    try:
        trace = parse(data, arrivals=np.arange(data.count(b"\n") / 2))
        gc_statistics(trace, Subject())
        reader, live = TraceReader(most_cycles=3), IncrementalTrace()
        for start in range(0, len(data), 1 + len(data) // 5):
            reader.feed(data[start : start + 1 + len(data) // 5])
            live.feed(data[start : start + 1 + len(data) // 5])
            live.gc_cpu_fraction(5.0)
        reader.end()
        assert reader.trace().lines_read == trace.lines_read
    except GoomError:
        pass
