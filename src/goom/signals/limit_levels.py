"""Which limit is reached first: the cgroup's own or an ancestor's, and who else is under it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import isnan, nan

import numpy as np

from goom.case.evidence import Evidence
from goom.case.series import CgroupSeries
from goom.case.surroundings import CgroupLevel, Surroundings


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitLevel:
    """``path`` is "" when the levels were not seen. ``neighbours_bytes`` is what others charge to
    the same limit where it had least room; ``neighbours_held_bytes`` the most of it over all looks
    that cannot be dropped. ``named``: the largest of them. ``shared_bytes``: its own shared memory.
    """

    limit_bytes: float
    path: str = ""
    is_ancestors: bool = False
    own_limit_bytes: float = nan
    neighbours_bytes: float = 0.0
    neighbours_held_bytes: float = 0.0
    named: tuple[tuple[str, float], ...] = ()
    shared_bytes: float = 0.0


def limit_level(evidence: Evidence) -> LimitLevel | None:
    """The level that binds where it had least room; else the limit that the subject has."""
    looks = evidence.surroundings.all
    stated = evidence.subject.memory_limit_bytes
    worst = tightest(looks)
    binding = worst.binding if worst is not None else None
    if worst is None or binding is None:
        return _stated(evidence, looks)
    own = worst.levels[0]
    is_own = binding is own
    limit = binding.limit_bytes
    if stated and stated < limit and not is_own:
        return LimitLevel(limit_bytes=float(stated))
    level = LimitLevel(
        limit_bytes=limit,
        path=binding.path,
        is_ancestors=not is_own,
        own_limit_bytes=own.limit_bytes,
        shared_bytes=_zero(own.get("shmem_bytes")),
    )
    if is_own or _is_charged_whole(evidence.cgroup, worst, binding):
        return level
    others = _zero(binding.get("usage_bytes") - own.get("usage_bytes"))
    held = [_held_by_others(look, binding.path) for look in looks]
    return replace(
        level,
        neighbours_bytes=max(others, 0.0),
        neighbours_held_bytes=max(held),
        named=neighbours_under(worst, binding),
    )


def tightest(looks: tuple[Surroundings, ...]) -> Surroundings | None:
    """The look at which some level had least room, the newest of equals; else the last."""
    found = looks[-1] if looks else None
    least = nan
    for look in reversed(looks):
        binding = look.binding
        if binding is None or not look.levels:
            continue
        room = binding.limit_bytes - _zero(binding.get("usage_bytes"))
        if isnan(least) or room < least:
            found, least = look, room
    return found


def _is_charged_whole(
    cgroup: CgroupSeries | None, look: Surroundings, binding: CgroupLevel
) -> bool:
    """Whether the recorded charge is that of the ancestor: a run without a limit of its own."""
    usage = cgroup.get("usage_bytes") if cgroup is not None else None
    if cgroup is None or usage is None or isnan(look.taken_at_seconds):
        return False
    known = ~np.isnan(usage) & ~np.isnan(cgroup.time_seconds)
    if not known.any():
        return False
    charge = np.interp(look.taken_at_seconds, cgroup.time_seconds[known], usage[known])
    own = look.levels[0].get("usage_bytes")
    return bool(abs(binding.get("usage_bytes") - charge) < abs(own - charge))


def neighbours_under(look: Surroundings, binding: CgroupLevel) -> tuple[tuple[str, float], ...]:
    """Those who share the limit of ``binding``: neighbours of every level below it."""
    found: list[tuple[str, float]] = []
    for level in look.levels:
        if level is binding:
            break
        found += level.neighbours
    return tuple(sorted((one for one in found if one[1] > 0), key=lambda pair: -pair[1]))


def held_bytes(level: CgroupLevel) -> float:
    """A level's charge less the page cache that can be dropped; nan when not known."""
    droppable = _zero(level.get("file_bytes")) - _zero(level.get("shmem_bytes"))
    return level.get("usage_bytes") - max(droppable, 0.0)


def _held_by_others(look: Surroundings, path: str) -> float:
    binding = next((level for level in look.levels if level.path == path), None)
    if binding is None:
        return 0.0
    return max(_zero(held_bytes(binding) - held_bytes(look.levels[0])), 0.0)


def _stated(evidence: Evidence, looks: tuple[Surroundings, ...]) -> LimitLevel | None:
    stated = evidence.subject.memory_limit_bytes
    unseen = looks[-1].unseen_limit_bytes if looks else nan
    limit = min([one for one in (float(stated or nan), unseen) if not isnan(one)], default=nan)
    if isnan(limit):
        return None
    own = looks[-1].levels[0] if looks and looks[-1].levels else None
    return LimitLevel(
        limit_bytes=limit,
        is_ancestors=limit == unseen,
        shared_bytes=_zero(own.get("shmem_bytes")) if own is not None else 0.0,
    )


def _zero(value: float) -> float:
    return 0.0 if isnan(value) else value
