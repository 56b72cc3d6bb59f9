"""Whom the collector held up, by what and because of whom, as execution traces show it."""

from __future__ import annotations

from collections.abc import Iterator

from goom.case.verdict import Finding
from goom.rooms import finding
from goom.signals.exec_trace.pressure import TracePressure
from goom.signals.exec_trace.verdict import verdicts

_TITLES = {
    "trace_latency": "The collector is a part of slow requests",
    "trace_assists": "Mark assists held goroutines up",
    "trace_stop": "A stop of the world had to wait",
}


@finding
def exec_trace(pressure: TracePressure) -> Iterator[Finding]:
    """What ``goom trace`` says of each trace, one finding of a kind."""
    for one in pressure.reports:
        for code, sentence in verdicts(one):
            yield Finding(code=code, title=_TITLES[code], detail=sentence, source=one.name)
