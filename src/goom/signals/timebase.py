"""One clock for all: seconds since the process started."""

from __future__ import annotations

from dataclasses import dataclass
from math import isnan

import numpy as np
from numpy.typing import NDArray

from goom.case.evidence import Evidence
from goom.case.gctrace import GCTrace
from goom.rooms import signal
from goom.signals.gc_processes import main_process, of_process

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Timebase:
    """``origin_seconds``: the epoch that is called zero; the start of the process when known.

    ``starts_at_process_start`` is False when the first look is all that is known.
    ``end_seconds``: the end of what was seen, on this clock.
    """

    origin_seconds: float
    starts_at_process_start: bool
    end_seconds: float

    def since_start(self, epoch_seconds: Floats) -> Floats:
        """Epoch seconds on this clock."""
        return np.asarray(epoch_seconds - self.origin_seconds, dtype=np.float64)

    def of_trace(self, trace: GCTrace) -> Floats:
        """The start of each GC cycle on this clock."""
        if isnan(trace.started_at_seconds):
            return trace.cycles.at_seconds
        return trace.cycles.at_seconds + (trace.started_at_seconds - self.origin_seconds)


@signal
def timebase(evidence: Evidence) -> Timebase:
    """Find the earliest and the latest moment that the evidence speaks of."""
    looks = _looks(evidence)
    subject, trace = evidence.subject, evidence.gctrace
    origin = subject.started_at_seconds
    if isnan(origin) and trace is not None:
        origin = trace.started_at_seconds
    known = not isnan(origin)
    if not known:
        only_trace = trace is not None and not looks
        known, origin = only_trace, 0.0 if only_trace else min(looks, default=0.0)
    end = max((look - origin for look in looks), default=0.0)
    if trace is not None and len(trace.cycles):
        offset = 0.0 if isnan(trace.started_at_seconds) else trace.started_at_seconds - origin
        own = of_process(trace, main_process(trace)).cycles.at_seconds
        end = max(end, float(own.max()) + offset)
    return Timebase(origin, known, end)


def _looks(evidence: Evidence) -> list[float]:
    series = (evidence.process, evidence.cgroup, evidence.memstats, evidence.metrics)
    looks = [
        float(moment)
        for one in series
        if one is not None and len(one)
        for moment in (one.time_seconds[0], one.time_seconds[-1])
    ]
    looks += [one.taken_at_seconds for one in evidence.profiles.all]
    looks += [one.taken_at_seconds for one in evidence.goroutine_dumps.all]
    ending = evidence.subject.ending
    looks += [
        evidence.subject.observed_from_seconds,
        evidence.subject.observed_to_seconds,
        ending.at_seconds if ending else float("nan"),
    ]
    return [look for look in looks if not isnan(look)]
