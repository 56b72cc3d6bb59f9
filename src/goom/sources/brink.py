"""A thread that follows memory up to its limit and calls for the evidence in time."""

from __future__ import annotations

import contextlib
import os
import select
import threading
import time
from collections.abc import Callable

from goom.sources.cgroup import MemoryCgroup
from goom.sources.cgroup_v1 import CgroupV1
from goom.sources.lookers import be_prompt
from goom.sources.schedule import BRINK_STEPS, Brink

_ROW_SHARE = 0.02  # of the limit: growth that is worth a row of its own


class BrinkWatch:
    """Calls ``at_brink`` at each step up to the limit, ``row`` as usage moves, and ``over`` above
    the limit (where goom itself has to enforce it).
    """

    def __init__(
        self,
        brink: Brink,
        used_bytes: Callable[[], float],
        *,
        at_brink: Callable[[], None],
        row: Callable[[], None],
        over: Callable[[], None] | None = None,
    ) -> None:
        self.brink = brink
        self.fetch_seconds = 0.05  # what a look takes; kept up to date from outside
        self._used_bytes, self._at_brink, self._row, self._over = used_bytes, at_brink, row, over
        self._stopped = False
        self._event = -1
        self._thread = threading.Thread(target=self._follow, name="brink", daemon=True)

    def start(self, group: MemoryCgroup | None) -> None:
        """Begin. Version 1 of cgroups wakes goom at each step, to the page."""
        if isinstance(group, CgroupV1):
            limit = self.brink.limit_bytes
            self._event = group.wake_at(tuple(int(step * limit) for step in BRINK_STEPS))
        self._thread.start()

    def stop(self) -> None:
        """End the thread."""
        self._stopped = True
        if self._thread.ident is not None:
            self._thread.join(1.0)
        if self._event >= 0:
            os.close(self._event)
            self._event = -1

    def _follow(self) -> None:
        be_prompt()
        wake = select.poll()
        if self._event >= 0:
            wake.register(self._event, select.POLLIN)
        seen = 0.0
        while not self._stopped:
            used = self._used_bytes()
            if self._over is not None and used > self.brink.limit_bytes:
                self._over()
            if self.brink.reached(time.monotonic(), used, self.fetch_seconds):
                self._at_brink()
            if abs(used - seen) > _ROW_SHARE * self.brink.limit_bytes:
                seen = used
                self._row()
            if wake.poll(self.brink.pause_seconds(used) * 1000):
                with contextlib.suppress(OSError):
                    os.eventfd_read(self._event)
