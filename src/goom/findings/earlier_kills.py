"""Kills in this cgroup before it was looked at."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from goom.case.series import CgroupSeries
from goom.case.verdict import Finding
from goom.rooms import finding


@finding
def earlier_oom_kills(cgroup: CgroupSeries) -> Iterator[Finding]:
    """The kernel's count at the first look: what is seen now may be the next of a row."""
    kills = cgroup.get("oom_kills")
    known = kills[~np.isnan(kills)] if kills is not None else np.array([])
    before = int(known[0]) if len(known) else 0
    if before > 0:
        yield Finding(
            code="earlier_oom_kills",
            title=f"The kernel had killed here {before} time{'s' * (before != 1)} before",
            detail="The cgroup's oom_kill count was above 0 at the first look: a process of it, "
            "perhaps an earlier start of this one, was killed for memory already.",
            source="memory.events or memory.oom_control",
        )
