"""Which limit is reached first: the cgroup's own or an ancestor's, and who else is under it."""

from __future__ import annotations

from dataclasses import dataclass
from math import isnan, nan

from goom.case.evidence import Evidence
from goom.case.surroundings import CgroupLevel, Surroundings


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitLevel:
    """``path`` is "" when the levels were not seen. ``neighbours_bytes`` is what others charge to
    the same limit, at the last look; ``neighbours_held_bytes`` the most of it over all looks that
    cannot be dropped. ``named``: the largest of them. ``shared_bytes``: shared memory of its own.
    """

    limit_bytes: float
    path: str = ""
    is_ancestors: bool = False
    own_limit_bytes: float = nan
    neighbours_bytes: float = 0.0
    neighbours_held_bytes: float = 0.0
    named: tuple[tuple[str, float], ...] = ()
    shared_bytes: float = 0.0


def limit_level(evidence: Evidence, charge_bytes: float) -> LimitLevel | None:
    """The level that binds; without a look at the levels, the limit that the subject has."""
    looks = evidence.surroundings.all
    stated = evidence.subject.memory_limit_bytes
    binding = looks[-1].binding if looks else None
    if binding is None:
        return _stated(evidence, looks)
    newest = looks[-1]
    own = newest.levels[0]
    is_own = binding is own
    held = [_held_by_others(look, binding.path) for look in looks]
    limit = binding.limit_bytes
    others = _zero(binding.get("usage_bytes") - own.get("usage_bytes"))
    # a run without a limit of its own is charged as the whole of the ancestor that has one
    whole = abs(binding.get("usage_bytes") - charge_bytes) < abs(
        own.get("usage_bytes") - charge_bytes
    )
    if is_own or whole:
        others, held = 0.0, []
    if stated and stated < limit and not is_own:
        return LimitLevel(limit_bytes=float(stated))
    return LimitLevel(
        limit_bytes=limit,
        path=binding.path,
        is_ancestors=not is_own,
        own_limit_bytes=own.limit_bytes,
        neighbours_bytes=max(others, 0.0),
        neighbours_held_bytes=max(held, default=0.0),
        named=() if is_own else neighbours_under(newest, binding),
        shared_bytes=_zero(own.get("shmem_bytes")),
    )


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
