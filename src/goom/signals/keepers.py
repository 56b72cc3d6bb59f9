"""Who may keep what others allocate: functions near the allocation that add to a map or a list.

A heap profile names the allocation. What keeps the object alive is the container that it was put
into, and the call instructions of the binary say who adds to one.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from goom.case.binary import BinaryCalls
from goom.case.profile import Frame
from goom.signals.site_growth import SiteGrowth

_STRONG = ("runtime.mapassign", "sync.(*Map).", "container/")
_WEAK = ("runtime.growslice",)
_DEEP = 2


class Keeper(NamedTuple):
    """``what`` it adds to, from which of the functions it is reached, and by how much its own
    allocations (those of its container) grew in the heap profiles.
    """

    frame: Frame
    what: str
    reached_from: str
    grown_bytes: float = 0.0


def keepers_near(
    functions: Iterable[str], binary: BinaryCalls | None, sites: SiteGrowth | None
) -> tuple[Keeper, ...]:
    """Keepers among ``functions`` and what they call (two calls deep), likeliest first.

    A keeper that shows in the heap profile itself (its container grows) comes before one that the
    binary alone names, a map before a slice, a near one before a far one.
    """
    if binary is None:
        return ()
    adds = _adders(binary)
    reach = _within_reach(tuple(functions), binary)
    growing = _growing(sites)
    near = [name for name in reach if name in adds]
    near.sort(key=lambda name: (name not in growing, adds[name][1] != "a map", reach[name][0]))
    return tuple(Keeper(*adds[name], reach[name][1], growing.get(name, 0.0)) for name in near)


def _adders(binary: BinaryCalls) -> dict[str, tuple[Frame, str]]:
    found: dict[str, tuple[Frame, str]] = {}
    for kinds, what in ((_STRONG, "a map"), (_WEAK, "a slice")):
        callees = (callee for callee in binary.callers if callee.startswith(kinds))
        for frame in binary.of(*callees):
            found.setdefault(frame.function, (frame, what))
    return found


def _within_reach(functions: tuple[str, ...], binary: BinaryCalls) -> dict[str, tuple[int, str]]:
    """Function -> how many calls it is away, and from which of ``functions``."""
    calls: dict[str, list[str]] = {}
    for callee, callers in binary.callers.items():
        for frame in callers:
            calls.setdefault(frame.function, []).append(callee)
    reach = {function: (0, function) for function in functions}
    edge = list(functions)
    for depth in range(1, _DEEP + 1):
        nearer, edge = edge, []
        for function in nearer:
            new = [callee for callee in calls.get(function, ()) if callee not in reach]
            reach.update(dict.fromkeys(new, (depth, reach[function][1])))
            edge += new
    return reach


def _growing(sites: SiteGrowth | None) -> dict[str, float]:
    if sites is None or len(sites.look_seconds) < 2:
        return {}
    return {
        site.frame.function: float(site.inuse_bytes[-1] - site.inuse_bytes[0])
        for site in sites.sites
        if site.inuse_bytes[-1] > site.inuse_bytes[0] and site.inuse_bytes[-1] > 0
    }
