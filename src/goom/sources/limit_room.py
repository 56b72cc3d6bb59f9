"""A limit that others share: how much of it cannot be had back, whoever took it."""

from __future__ import annotations

import time

from goom.sources.cgroup import MemoryCgroup, droppable_bytes

_STAT_SECONDS = 0.5  # memory.stat is dear beside the usage
_STAT_SHARE = 0.01  # of the limit: usage that moved so much may be page cache


class Unreclaimable:
    """The charge of a cgroup that the kernel cannot get back."""

    def __init__(self, group: MemoryCgroup, limit_bytes: int) -> None:
        self._group, self._step = group, _STAT_SHARE * limit_bytes
        self._droppable, self._used, self._until = 0.0, 0.0, 0.0

    def bytes_now(self) -> float:
        """Usage less the page cache that can be dropped."""
        now, used = time.monotonic(), float(self._group.usage_bytes())
        if now >= self._until or abs(used - self._used) > self._step:
            self._droppable = droppable_bytes(self._group.look())
            self._used, self._until = used, now + _STAT_SECONDS
        return used - self._droppable
