"""Memory that slows a program before it kills it: memory.high, swap, stalls."""

from __future__ import annotations

from collections.abc import Iterator
from math import isnan

import numpy as np

from goom.case.series import CgroupSeries, ProcessSeries, Series
from goom.case.surroundings import Surroundings, SurroundingsLooks
from goom.case.units import MIB, bytes_text, percent_text
from goom.case.verdict import Finding
from goom.rooms import finding

_AT_HIGH = 0.97
_LEAST_SWAP_BYTES = 1 * MIB
_STALLED = 0.05  # of the time: 50 ms of every second


@finding
def memory_high(around: SurroundingsLooks, cgroup: CgroupSeries | None) -> Iterator[Finding]:
    """At memory.high the kernel makes every allocation wait instead of killing."""
    for level in around.all[-1].levels:
        high, usage = level.get("high_bytes"), level.get("usage_bytes")
        times = _rise(cgroup, "high_events", level.get("high_events"), around, level.path)
        if isnan(high) or not (usage >= _AT_HIGH * high and times > 0):
            continue
        yield Finding(
            code="memory_high",
            title="memory.high throttles the program",
            detail=f"{level.path} is at its memory.high of {bytes_text(high)} "
            f"({bytes_text(usage)} used) and went over it {times:.0f} times: the kernel reclaims "
            "and makes its threads wait, the collector's among them, and never kills. Set "
            "GOMEMLIMIT below memory.high, or raise it.",
            source="memory.events",
        )


@finding
def swap_in_use(cgroup: CgroupSeries | None, process: ProcessSeries | None) -> Iterator[Finding]:
    """A collector visits all live objects: what is swapped out comes back with every cycle."""
    for series, source in ((process, "/proc/PID/status"), (cgroup, "cgroup")):
        column = series.get("swap_bytes") if series is not None else None
        if series is None or column is None or np.isnan(column).all():
            continue
        most = float(np.nanmax(column))
        if most >= _LEAST_SWAP_BYTES:
            yield Finding(
                code="swap_in_use",
                title="Part of the program is swapped out",
                detail=f"{bytes_text(most)} were in swap. Each collection reads every live object, "
                "so that they come back from the disk, and others go: collections become slow "
                "long before the limit kills. Swap off for it: memory.swap.max=0.",
                source=source,
            )
            return


@finding
def pressure_stalls(around: SurroundingsLooks, cgroup: CgroupSeries | None) -> Iterator[Finding]:
    """The share of the time in which some thread waited for memory (PSI)."""
    recent = cgroup.get("pressure_some_fraction") if cgroup is not None else None
    most = float(np.nanmax(recent)) if recent is not None and not np.isnan(recent).all() else 0.0
    own, machine = _stalled(around.all)
    share, whose = max((most, "its cgroup"), (own, "its cgroup"), (machine, "the machine"))
    if share >= _STALLED:
        yield Finding(
            code="pressure_stalls",
            title="Threads waited for memory",
            detail=f"In {percent_text(share)} of the time some thread of {whose} waited for "
            "memory to be reclaimed or read back: the limit was felt before anything was killed.",
            source="memory.pressure" if whose == "its cgroup" else "/proc/pressure/memory",
        )


def _stalled(looks: tuple[Surroundings, ...]) -> tuple[float, float]:
    """Stalled share between the first and the last look: of the own cgroup, of the machine."""
    first, last = looks[0], looks[-1]
    elapsed = last.taken_at_seconds - first.taken_at_seconds
    if not elapsed > 0:
        now = last.levels[0].get("pressure_some_fraction") if last.levels else float("nan")
        machine = last.machine.get("pressure_some_fraction", 0.0)
        return (0.0 if isnan(now) else now), machine
    name = "pressure_some_seconds"
    own = 0.0
    if first.levels and last.levels:
        own = (last.levels[0].get(name) - first.levels[0].get(name)) / elapsed
    machine = (last.machine.get(name, 0.0) - first.machine.get(name, 0.0)) / elapsed
    return (0.0 if isnan(own) else own), machine


def _rise(
    series: Series | None, name: str, last: float, around: SurroundingsLooks, path: str
) -> float:
    """How much a counter rose while it was looked at; all of it when it was seen once."""
    column = series.get(name) if series is not None else None
    if column is not None and np.count_nonzero(~np.isnan(column)) > 1:
        known = column[~np.isnan(column)]
        return float(known[-1] - known[0])
    before = [one.get(name) for one in around.all[0].levels if one.path == path]
    if len(around.all) > 1 and before and not isnan(before[0]):
        return last - before[0]
    return 0.0 if isnan(last) else last
