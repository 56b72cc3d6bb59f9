"""The brink of a program that goom did not start: its own limit, and one that it shares."""

from __future__ import annotations

import threading
from collections.abc import Callable

from goom.sources.brink import BrinkWatch
from goom.sources.cgroup import MemoryCgroup, limited_ancestor_of
from goom.sources.limit_room import Unreclaimable
from goom.sources.schedule import Brink
from goom.sources.watch import Watch


class CaptureBrink:
    """Calls ``at_brink`` near each of the limits over a process, in one thread at a time.

    Where neighbours share an ancestor's limit, the process's own charge says nothing of the room
    there; and that an ancestor has little room says nothing of the process's own limit.
    """

    def __init__(self, watch: Watch, at_brink: Callable[[], None]) -> None:
        self._watch, self._at_brink = watch, at_brink
        self._lock = threading.Lock()
        self._limits: list[tuple[MemoryCgroup, int, Callable[[], float]]] = []
        self._shared = limited_ancestor_of(watch.pid)
        group, limit = watch.group, watch.group.limit_bytes() if watch.group else None
        if group and limit and (self._shared is None or group.own_limit_bytes() is not None):
            self._limits.append((group, limit, watch.unreclaimable_bytes))
        if self._shared is not None and (limit := self._shared.own_limit_bytes()):
            used = Unreclaimable(self._shared, limit).bytes_now
            self._limits.append((self._shared, limit, used))
        self._watches = [self._started(*one) for one in self._limits]

    def tightest(self) -> tuple[MemoryCgroup, int] | None:
        """The cgroup and the limit with least room now; None without a limit."""
        rooms = [(limit - used(), group, limit) for group, limit, used in self._limits]
        return min(rooms, key=lambda room: room[0])[1:] if rooms else None

    def stop(self) -> None:
        """End the threads."""
        for watch in self._watches:
            watch.stop()
        if self._shared is not None:
            self._shared.close()

    def _started(
        self, group: MemoryCgroup, limit_bytes: int, used: Callable[[], float]
    ) -> BrinkWatch:
        watch = BrinkWatch(
            Brink(limit_bytes), used, at_brink=self._called, row=self._watch.cgroup_look
        )
        watch.start(group)
        return watch

    def _called(self) -> None:
        with self._lock:
            self._at_brink()
