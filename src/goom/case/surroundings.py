"""What surrounds a process in the kernel: its cgroups up to the root, CPU quota, pressure, huge
pages, memory nodes. One look; what could not be read is nan, empty or absent.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import isnan, nan

import numpy as np
from numpy.typing import NDArray

HUGE_PAGE_BYTES = 2 << 20  # amd64, and arm64 with 4 KiB pages


@dataclass(frozen=True, slots=True, kw_only=True)
class CgroupLevel:
    """One memory cgroup between the process and the root.

    ``figures`` has the names of CgroupSeries, of the subtree, and high_bytes, low_bytes, min_bytes,
    swap_limit_bytes, soft_limit_bytes, high_events, sock_bytes, pressure_some_seconds,
    pressure_full_seconds; a limit that is not set is absent. ``neighbours`` are the other children
    of its parent: name and usage, the largest first, not all of them when there are very many.
    """

    path: str  # below the mount: "/kubepods/pod7/app", "/" for the mount itself
    version: int
    figures: Mapping[str, float] = field(default_factory=dict)
    neighbours: tuple[tuple[str, float], ...] = ()

    def get(self, name: str) -> float:
        """A figure, nan when it is absent."""
        return self.figures.get(name, nan)

    @property
    def limit_bytes(self) -> float:
        """``memory.max`` or ``limit_in_bytes``; nan without."""
        return self.get("limit_bytes")


@dataclass(frozen=True, slots=True, kw_only=True)
class CpuLevel:
    """The CPU controller's word for one cgroup: ``quota_cpus`` is nan without a quota."""

    path: str
    quota_cpus: float = nan
    periods: float = nan
    throttled_periods: float = nan
    throttled_seconds: float = nan


@dataclass(frozen=True, slots=True, kw_only=True)
class HugePages:
    """``/sys/kernel/mm/transparent_hugepage``: the mode that holds, "" when it was not read."""

    enabled: str = ""
    defrag: str = ""
    shmem_enabled: str = ""
    max_ptes_none: float = nan
    page_bytes: float = HUGE_PAGE_BYTES


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """``levels`` and ``cpu`` begin with the process's own cgroup and end with the outermost that
    can be seen from here. ``unseen_limit_bytes`` is that of an ancestor beyond it (version 1 tells
    it, version 2 does not). ``machine``: total_bytes, available_bytes, swap_total_bytes,
    swap_free_bytes, pressure_some_seconds and pressure_full_seconds (cumulative), _avg10_fraction.
    """

    taken_at_seconds: float = nan
    levels: tuple[CgroupLevel, ...] = ()
    cpu: tuple[CpuLevel, ...] = ()
    huge: HugePages = HugePages()
    machine: Mapping[str, float] = field(default_factory=dict)
    nodes: tuple[int, ...] = ()  # memory nodes online
    node_cpus: Mapping[int, tuple[int, ...]] = field(default_factory=dict)
    allowed_cpus: tuple[int, ...] = ()  # of the process; empty when not known
    unseen_limit_bytes: float = nan
    origin: str = ""

    @property
    def binding(self) -> CgroupLevel | None:
        """The level whose limit is reached first: the one with least room, ancestors included."""
        limited = [one for one in self.levels if not isnan(one.limit_bytes)]
        return min(limited, key=_room, default=None)

    @property
    def cpu_quota(self) -> CpuLevel | None:
        """The level with the smallest CPU quota; None without one."""
        limited = [one for one in self.cpu if not isnan(one.quota_cpus)]
        return min(limited, key=lambda one: one.quota_cpus, default=None)


def _room(level: CgroupLevel) -> float:
    usage = level.get("usage_bytes")
    return level.limit_bytes - (0.0 if isnan(usage) else usage)


@dataclass(frozen=True, slots=True)
class SurroundingsLooks:
    """All looks, oldest first."""

    all: tuple[Surroundings, ...]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class NumaMaps:
    """One ``/proc/PID/numa_maps``: ``m`` mappings on ``n`` nodes."""

    taken_at_seconds: float
    start: NDArray[np.uint64]  # [m]
    policies: tuple[str, ...]  # "default", "bind:0", "interleave:0-1"
    names: tuple[str, ...]  # file path, "heap", "stack", ""
    nodes: tuple[int, ...]  # [n]
    node_bytes: NDArray[np.float64]  # [m, n]
    anonymous_bytes: NDArray[np.float64]  # [m]
    origin: str = ""


@dataclass(frozen=True, slots=True)
class NumaLooks:
    """All looks at numa_maps, oldest first."""

    all: tuple[NumaMaps, ...]


NO_SURROUNDINGS, NO_NUMA = SurroundingsLooks(()), NumaLooks(())
