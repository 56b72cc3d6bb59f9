"""What is odd in the GC log, with the line that shows it."""

from __future__ import annotations

from collections.abc import Iterator

from goom.case.gc_statistics import GCStatistics
from goom.case.verdict import Finding
from goom.rooms import finding


@finding
def gc_log(told: GCStatistics) -> Iterator[Finding]:
    """The anomalies that ``goom gctrace`` names."""
    yield from told.anomalies
