"""The limit that a process will reach first, and how much of it cannot be had back."""

from __future__ import annotations

import time
from collections.abc import Mapping

from goom.sources.cgroup import MemoryCgroup, limited_cgroup_of

_STAT_SECONDS = 0.5  # page cache changes slowly, and memory.stat is dear beside the usage


def limiting_cgroup(pid: int, own: MemoryCgroup | None) -> MemoryCgroup | None:
    """The cgroup whose limit has least room, ``own`` itself where it is that; None without a limit.

    Where neighbours share an ancestor's limit, the process's own charge says nothing of the room.
    """
    found = limited_cgroup_of(pid)
    if found is None or own is None or found.folder != own.folder:
        return found
    found.close()
    return own


def droppable_bytes(figures: Mapping[str, float]) -> float:
    """Page cache that the kernel can drop: no shared memory, and nothing that is mapped."""
    cache = figures.get("file_bytes", 0.0) - figures.get("shmem_bytes", 0.0)
    return max(0.0, cache - figures.get("mapped_file_bytes", 0.0))


class Unreclaimable:
    """The charge of a cgroup that the kernel cannot get back."""

    def __init__(self, group: MemoryCgroup) -> None:
        self._group = group
        self._droppable = 0.0
        self._until = 0.0

    def bytes_now(self) -> float:
        """Usage less the page cache that can be dropped."""
        now = time.monotonic()
        if now >= self._until:
            self._droppable = droppable_bytes(self._group.look())
            self._until = now + _STAT_SECONDS
        return self._group.usage_bytes() - self._droppable
