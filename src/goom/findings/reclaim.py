"""The kernel reclaiming at the limit: slow long before it kills."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from goom.case.series import CgroupSeries, ProcessSeries
from goom.case.units import bytes_text
from goom.case.verdict import Finding
from goom.rooms import finding
from goom.signals.harm import Harm

_MANY_HITS = 200.0
_MANY_FAULTS_PER_SECOND = 50.0


@finding
def reclaim(harm: Harm, cgroup: CgroupSeries, process: ProcessSeries | None) -> Iterator[Finding]:
    """Limit hits by the hundred while what cannot be dropped is near the limit."""
    hits = cgroup.get("limit_hits")
    if hits is None or harm.nearness < 0.5:
        return
    known = hits[~np.isnan(hits)]
    many = float(known[-1] - known[0]) if len(known) > 1 else 0.0
    if many < _MANY_HITS:
        return
    faults = _major_faults_per_second(process)
    reading = ""
    if faults >= _MANY_FAULTS_PER_SECOND:
        reading = f" The program's own pages were read again {faults:.0f} times a second."
    yield Finding(
        code="reclaim_at_limit",
        title="The kernel reclaimed memory at the limit instead of killing",
        detail=f"The charge met the limit of {bytes_text(harm.limit_bytes)} {many:.0f} times: the "
        f"program crawls while the kernel drops its page cache.{reading}",
        source="cgroup",
    )


def _major_faults_per_second(process: ProcessSeries | None) -> float:
    faults = process.get("major_faults") if process is not None else None
    if process is None or faults is None:
        return 0.0
    known = ~np.isnan(faults)
    if known.sum() < 2:
        return 0.0
    time, count = process.time_seconds[known], faults[known]
    return float((count[-1] - count[0]) / max(time[-1] - time[0], 1e-3))
