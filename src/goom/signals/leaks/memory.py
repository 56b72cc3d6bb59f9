"""What a group of goroutines keeps: its stacks, and the heap that grew under its functions."""

from __future__ import annotations

from dataclasses import dataclass
from math import isnan, nan

import numpy as np
from numpy.typing import NDArray

from goom.case.series import MemStatsSeries
from goom.rooms import signal
from goom.signals.frames import enclosing
from goom.signals.goroutines import GoroutineTrend
from goom.signals.leaks.groups import LeakGroup
from goom.signals.site_growth import SiteGrowth
from goom.signals.timebase import Timebase

Floats = NDArray[np.float64]
SMALLEST_STACK_BYTES = 2048  # stackMin, runtime/stack.go
_ROOTS = ("main.main", "runtime.main", "net/http.(*conn).serve")


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class LeakMemory:
    """``stack_each_bytes``: StackInuse over the goroutines of the same moment; nan without
    MemStats. ``stacks_grown_bytes``: what StackInuse rose from the first look to the last.
    """

    stack_each_bytes: float
    stacks_grown_bytes: float
    sites: SiteGrowth | None

    def stacks_of(self, group: LeakGroup) -> float:
        """The stacks of a group; without MemStats the least that they can be."""
        each = self.stack_each_bytes
        known = SMALLEST_STACK_BYTES if isnan(each) else max(each, SMALLEST_STACK_BYTES)
        return known * float(group.counts[-1])

    def heap_of(self, group: LeakGroup) -> float:
        """What grew in use under the group's own functions, the largest of them (one calls the
        other); nan where no two heap profiles tell, or only functions that all work runs through.
        """
        if self.sites is None or len(self.sites.look_seconds) < 2:
            return nan
        names = _own_names(group)
        grown = [
            float(site.inuse_bytes[-1] - site.inuse_bytes[0])
            for site in self.sites.callers
            if site.frame.function in names
        ]
        return max(0.0, *grown) if grown else nan


@signal
def leak_memory(
    goroutines: GoroutineTrend,
    clock: Timebase,
    memstats: MemStatsSeries | None,
    sites: SiteGrowth | None,
) -> LeakMemory:
    """From MemStats and heap profiles, as far as there are any."""
    each, grown = nan, nan
    column = memstats.get("StackInuse") if memstats is not None else None
    if memstats is not None and column is not None:
        time = clock.since_start(memstats.time_seconds)
        known = np.isfinite(time) & np.isfinite(column)
        if known.any():
            count = np.interp(time[known][-1], goroutines.time_seconds, goroutines.counts)
            each = float(column[known][-1]) / max(float(count), 1.0)
            grown = float(column[known][-1] - column[known][0])
    return LeakMemory(stack_each_bytes=each, stacks_grown_bytes=grown, sites=sites)


def _own_names(group: LeakGroup) -> frozenset[str]:
    """Their functions and the one that starts them, without those under which everything is."""
    places = (group.key[0], group.waits_at.function, group.created_at.function)
    names = {name for place in places for name in (place, enclosing(place))}
    return frozenset(names.difference(_ROOTS, ("",)))
