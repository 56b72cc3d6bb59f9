"""Memory cgroups of both versions: found for a process, or made for a child."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from math import inf
from pathlib import Path
from typing import Protocol

from goom.formats.cgroup_places import CgroupPlace
from goom.sources import cgroup_v1, cgroup_v2, surroundings

COLUMNS = (
    "usage_bytes",
    "limit_bytes",
    "peak_bytes",
    "anon_bytes",
    "file_bytes",
    "mapped_file_bytes",
    "shmem_bytes",
    "kernel_bytes",
    "kernel_stack_bytes",
    "page_tables_bytes",
    "slab_bytes",
    "swap_bytes",
    "limit_hits",
    "oom_events",
    "oom_kills",
    "pressure_some_fraction",
    "anon_huge_bytes",
    "high_bytes",
    "high_events",
    "pressure_full_fraction",
)


class MemoryCgroup(Protocol):
    """What goom needs of a memory cgroup, whichever its version."""

    version: int
    folder: Path

    def usage_bytes(self) -> int:
        """The charge right now, one cheap read."""

    def look(self) -> dict[str, float]:
        """All figures that could be read, under the names of CgroupSeries."""

    def limit_bytes(self) -> int | None:
        """The limit that binds, ancestors included; None when there is none."""

    def own_limit_bytes(self) -> int | None:
        """The limit of this cgroup alone; None when it has none."""

    def oom_kill_count(self) -> int:
        """How many processes the kernel killed in it for memory so far."""

    def raw_files(self) -> dict[str, bytes]:
        """The files that a bundle keeps, as the kernel prints them."""

    def pids(self) -> tuple[int, ...]:
        """The processes in it."""

    def close(self) -> None:
        """Give open files back; the cgroup stays."""


class OwnedCgroup(MemoryCgroup, Protocol):
    """A cgroup that goom made for a child and takes away again."""

    def entrance(self) -> int:
        """A file descriptor: whoever writes ``0`` to it is in the cgroup."""

    def remove(self) -> bool:
        """Kill what is left in it and take it away; whether something was killed."""


class CannotMakeError(Exception):
    """No memory cgroup can be made here; says why."""


def cgroup_of(pid: int) -> MemoryCgroup | None:
    """The memory cgroup that a process is charged to, or None when none is visible."""
    for hierarchy in _hierarchies(pid):
        folder = hierarchy.visible()
        if folder is not None:
            return hierarchy.reader(folder)
    return None


def limited_cgroup_of(pid: int) -> MemoryCgroup | None:
    """The cgroup whose limit has least room: a process's own or an ancestor's; None without one."""
    return _tightest(pid, slice(None))


def limited_ancestor_of(pid: int) -> MemoryCgroup | None:
    """The same among the ancestors alone: those whose limit a process shares with others."""
    return _tightest(pid, slice(1, None))


def _tightest(pid: int, levels: slice) -> MemoryCgroup | None:
    """The one with least room beside what cannot be dropped; the others are closed."""
    for hierarchy in _hierarchies(pid):
        readers = [hierarchy.reader(one) for one in hierarchy.line_of_ancestors()[levels]]
        rooms = [(_room_bytes(one), one) for one in readers]
        limited = [pair for pair in rooms if pair[0] < inf]
        tightest = min(limited, key=lambda pair: pair[0], default=(inf, None))[1]
        for reader in readers:
            if reader is not tightest:
                reader.close()
        if tightest is not None:
            return tightest
    return None


def _room_bytes(group: MemoryCgroup) -> float:
    limit = group.own_limit_bytes()
    if limit is None:
        return inf
    return limit - (group.usage_bytes() - droppable_bytes(group.look()))


def droppable_bytes(figures: Mapping[str, float]) -> float:
    """Page cache that the kernel can drop: no shared memory, and nothing that is mapped."""
    cache = figures.get("file_bytes", 0.0) - figures.get("shmem_bytes", 0.0)
    return max(0.0, cache - figures.get("mapped_file_bytes", 0.0))


def make_cgroup(limit_bytes: int) -> OwnedCgroup:
    """A cgroup with this limit, swap included: below goom's own, else below the root.

    Raises CannotMakeError with the kernel's answers when there is no way.
    """
    answers: list[str] = []
    for hierarchy in _hierarchies(os.getpid()):
        for parent in hierarchy.parents():
            try:
                return hierarchy.make(parent, limit_bytes)
            except OSError as error:
                answers.append(f"{parent}: {error.strerror or error}")
    raise CannotMakeError("; ".join(answers) or "no memory controller is mounted")


class _Hierarchy:
    """A mounted hierarchy with the memory controller, and a process's place in it."""

    def __init__(self, place: CgroupPlace) -> None:
        self.version, self.root = place.version, Path(place.mount)
        self.own = Path(place.folder)

    def visible(self) -> Path | None:
        """The process's folder, where the memory controller is in it; version 2 charges to the next
        one above that has it.
        """
        if self.version == 1:
            return self.own if (self.own / "memory.usage_in_bytes").exists() else None
        line = (self.own, *self.own.parents)
        above = (folder for folder in line if folder.is_relative_to(self.root))
        return next((folder for folder in above if (folder / "memory.current").exists()), None)

    def line_of_ancestors(self) -> tuple[Path, ...]:
        """The process's folder and those above it, up to what is mounted here."""
        own = self.visible()
        if own is None:
            return ()
        above = [folder for folder in own.parents if folder.is_relative_to(self.root)]
        return (own, *above)

    def parents(self) -> tuple[Path, ...]:
        """Where a new one may be made, the better first."""
        return tuple(dict.fromkeys(p for p in (self.own, self.root) if p.is_dir()))

    def reader(self, folder: Path) -> MemoryCgroup:
        if self.version == 1:
            return cgroup_v1.CgroupV1(folder, victims=self.own)
        return cgroup_v2.CgroupV2(folder, self.root)

    def make(self, parent: Path, limit_bytes: int) -> OwnedCgroup:
        if self.version == 1:
            return cgroup_v1.OwnedCgroupV1.make(parent, limit_bytes)
        return cgroup_v2.OwnedCgroupV2.make(parent, self.root, limit_bytes)


def _hierarchies(pid: int) -> list[_Hierarchy]:
    try:
        return memory_hierarchies(surroundings.places_of(pid))
    except OSError:
        return []


def memory_hierarchies(places: Iterable[CgroupPlace]) -> list[_Hierarchy]:
    """Those that may have the memory controller: version 1's before version 2."""
    found = [place for place in places if place.version == 2 or "memory" in place.controllers]
    return sorted(map(_Hierarchy, found), key=lambda one: one.version)
