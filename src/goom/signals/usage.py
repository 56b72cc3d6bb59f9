"""How much memory the subject used, against its limit, and how near it came."""

from __future__ import annotations

from dataclasses import dataclass
from math import nan

import numpy as np
from numpy.typing import NDArray

from goom.case.series import CgroupSeries, ProcessSeries
from goom.case.subject import Subject
from goom.rooms import signal
from goom.signals.timebase import Timebase

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Usage:
    """``n`` looks at memory that cannot be reclaimed without swap: what an OOM kill is about.

    ``bytes`` is the cgroup's charge less the page cache that the kernel can drop, or RSS where no
    cgroup is known. ``limit_bytes`` is nan when none is known.
    """

    time_seconds: Floats
    bytes: Floats
    charge_bytes: Floats  # the whole charge, page cache included
    limit_bytes: float
    limit_hits: float  # how often the kernel had to reclaim at the limit; nan unknown
    source: str

    @property
    def peak_bytes(self) -> float:
        """The highest look."""
        return float(np.nanmax(self.bytes)) if len(self.bytes) else nan

    @property
    def peak_at_seconds(self) -> float:
        """When the highest look was."""
        return float(self.time_seconds[np.nanargmax(self.bytes)]) if len(self.bytes) else nan

    @property
    def peak_fraction(self) -> float:
        """The highest look over the limit; nan without a limit."""
        return self.peak_bytes / self.limit_bytes if self.limit_bytes > 0 else nan

    def at(self, moment_seconds: float) -> float:
        """The look nearest to a moment."""
        known = np.flatnonzero(~np.isnan(self.bytes))
        if not len(known):
            return nan
        apart = np.abs(self.time_seconds[known] - moment_seconds)
        return float(self.bytes[known[np.argmin(apart)]])


@signal
def usage(
    clock: Timebase,
    subject: Subject,
    cgroup: CgroupSeries | None,
    process: ProcessSeries | None,
) -> Usage | None:
    """Prefer the cgroup's own charge, fall back on RSS."""
    limit = _limit(subject, cgroup)
    charge = cgroup.get("usage_bytes") if cgroup is not None else None
    alive = _before_a_kill(cgroup) if cgroup is not None else slice(0)
    if cgroup is not None and charge is not None and not np.isnan(charge[alive]).all():
        return Usage(
            time_seconds=clock.since_start(cgroup.time_seconds)[alive],
            bytes=(charge - _droppable(cgroup))[alive],
            charge_bytes=charge[alive],
            limit_bytes=limit,
            limit_hits=cgroup.last("limit_hits"),
            source="cgroup",
        )
    rss = process.get("rss_bytes") if process is not None else None
    if process is None or rss is None or np.isnan(rss).all():
        return None
    return Usage(
        time_seconds=clock.since_start(process.time_seconds),
        bytes=rss,
        charge_bytes=rss,
        limit_bytes=limit,
        limit_hits=nan,
        source="RSS",
    )


def _before_a_kill(cgroup: CgroupSeries) -> NDArray[np.bool_]:
    """Looks up to the first OOM kill: what a dying process gives back was not released by it."""
    kills = cgroup.get("oom_kills")
    if kills is None or np.isnan(kills).all():
        return np.ones(len(cgroup), dtype=bool)
    known = np.nan_to_num(kills, nan=float(np.nanmin(kills)))
    alive = np.asarray(known <= known[0])
    return alive if alive.any() else np.ones(len(cgroup), dtype=bool)


def _droppable(cgroup: CgroupSeries) -> Floats:
    """Page cache less shared memory, which only swap could take."""
    cache = cgroup.get("file_bytes")
    if cache is None:
        return np.zeros(len(cgroup))
    shmem = cgroup.get("shmem_bytes")
    return np.nan_to_num(cache - (shmem if shmem is not None else 0.0))


def _limit(subject: Subject, cgroup: CgroupSeries | None) -> float:
    stated = subject.memory_limit_bytes
    limit = float(stated) if stated else nan
    if cgroup is not None and np.isnan(limit):
        limit = cgroup.last("limit_bytes")
    return limit if 0 < limit < 2**50 else nan
