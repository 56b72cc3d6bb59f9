"""Bring looks of different instants to one moment, and say how far apart they were."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from math import isnan, nan

import numpy as np
from numpy.typing import NDArray

from goom.case.evidence import Evidence
from goom.case.profile import Profile
from goom.case.series import Series
from goom.signals.go_memory import GoMemory
from goom.signals.regions import Regions

Floats = NDArray[np.float64]
BRINK, LAST, PEAK, AUTO = "brink", "last", "peak", "auto"
_TOGETHER_SECONDS = 0.25  # looks this close are taken as they are; farther ones are interpolated
_WALK_SECONDS = 0.5  # the stamp of a walk through the mappings may be off by this much
_DYING_SECONDS = 1.0
_ANONYMOUS = "_anon_bytes"
_OFF_WEIGHT = 2.0
_OFF_FRACTION_PER_SECOND = 0.0005
_COLLECTION_FRACTION = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """Everything known at one instant; a figure that nobody saw is absent or nan.

    ``window_seconds`` is the largest distance of a look from ``at_seconds``.
    """

    at_seconds: float
    window_seconds: float = 0.0
    cgroup: Mapping[str, float] = field(default_factory=dict)
    process: Mapping[str, float] = field(default_factory=dict)
    regions: Mapping[str, float] = field(default_factory=dict)
    go: Mapping[str, float] = field(default_factory=dict)
    marked_bytes: float = nan
    marked_error_bytes: float = 0.0
    marked_obtained: str = ""
    others_bytes: float = 0.0  # anonymous memory of other processes in the cgroup, at least
    profile: Profile | None = None


def moment_of(
    evidence: Evidence, memory: GoMemory | None, regions: Regions | None, at: str | float = AUTO
) -> Moment:
    """The instant that ``at`` asks for (seconds count from the start), or the nearest good one."""
    instant = _instant(evidence, _target(evidence, at), regions, memory)
    mapped = look_at(regions, instant)
    charged_at = _same_anonymous(evidence.cgroup, anonymous_bytes(mapped[0]), instant)
    looks = {
        "cgroup": look_at(evidence.cgroup, charged_at),
        "process": look_at(evidence.process, charged_at),
        "regions": mapped,
        "go": look_at(memory, instant, _TOGETHER_SECONDS),
    }
    marks = memory.marks if memory is not None else None
    return Moment(
        at_seconds=instant,
        window_seconds=max(distance for _, distance in looks.values()),
        **{name: figures for name, (figures, _) in looks.items()},
        marked_bytes=marks.holding_at(instant) if marks is not None else nan,
        marked_error_bytes=marks.error_bytes if marks is not None else 0.0,
        marked_obtained=marks.obtained if marks is not None else "",
        others_bytes=others_bytes(evidence.cgroup, anonymous_bytes(mapped[0]), instant),
        profile=_heap_profile(evidence, instant),
    )


def anonymous_bytes(regions: Mapping[str, float]) -> float:
    """All anonymous resident memory of the process, nan when no mappings were seen."""
    parts = [value for name, value in regions.items() if name.endswith(_ANONYMOUS)]
    return sum(parts) if parts else nan


def look_at(
    series: Series | None, instant: float, together_seconds: float = 0.0
) -> tuple[dict[str, float], float]:
    """Every column at one instant, and how far the nearest look was from it in seconds.

    A look within ``together_seconds`` stands as it is: what a collection changes at once is not
    between two looks. Otherwise figures are interpolated; beyond the last look they stay.
    """
    if series is None or not len(series):
        return {}, 0.0
    times = series.time_seconds
    if isnan(instant) or np.isnan(times).all():
        return {name: series.last(name) for name in series.columns}, 0.0
    nearest = int(np.nanargmin(np.abs(times - instant)))
    distance = float(abs(times[nearest] - instant))
    figures = {name: float(column[nearest]) for name, column in series.columns.items()}
    figures |= {
        name: _between(series, column, instant)
        for name, column in series.columns.items()
        if distance > together_seconds or isnan(figures[name])
    }
    return figures, distance


def _same_anonymous(cgroup: Series | None, mapped_bytes: float, instant: float) -> float:
    """The instant at which the cgroup's anonymous memory was that of the mappings, or nearest it.

    The two are equal to the byte when nothing runs, so while memory grows this tells the time at
    which the mappings were walked better than their stamp does.
    """
    charged = cgroup.get("anon_bytes") if cgroup is not None else None
    if cgroup is None or charged is None or isnan(mapped_bytes) or isnan(instant):
        return instant
    near = np.abs(cgroup.time_seconds - instant) <= _WALK_SECONDS
    near &= ~np.isnan(charged)
    times, ahead = cgroup.time_seconds[near], charged[near] - mapped_bytes
    if not len(times):
        return instant
    step = np.diff(ahead)
    crosses = np.flatnonzero((ahead[:-1] * ahead[1:] <= 0) & (step != 0))
    share = -ahead[crosses] / step[crosses]
    crossings = times[crosses] + share * (times[crosses + 1] - times[crosses])
    if not len(crossings):
        return float(times[np.argmin(np.abs(ahead))])
    return float(crossings[np.argmin(np.abs(crossings - instant))])


def others_bytes(cgroup: Series | None, mapped_bytes: float, instant: float) -> float:
    """What the cgroup held beyond the mappings at every look around them: not a matter of time."""
    charged = cgroup.get("anon_bytes") if cgroup is not None else None
    if cgroup is None or charged is None or isnan(mapped_bytes):
        return 0.0
    near = charged[np.abs(cgroup.time_seconds - instant) <= _WALK_SECONDS]
    near = near[~np.isnan(near)]
    return max(float(near.min()) - mapped_bytes, 0.0) if len(near) else 0.0


def _between(series: Series, column: Floats, instant: float) -> float:
    known = ~np.isnan(column) & ~np.isnan(series.time_seconds)
    if not known.any():
        return nan
    return float(np.interp(instant, series.time_seconds[known], column[known]))


def _target(evidence: Evidence, at: str | float) -> float:
    if not isinstance(at, str):
        return _start(evidence) + at
    ending = evidence.subject.ending
    killed = ending is not None and (ending.oom_killed or ending.limit_enforced_by_goom)
    if at in (BRINK, LAST) or (at == AUTO and killed):
        return end_of_life(evidence)
    return _peak(evidence)


def end_of_life(evidence: Evidence) -> float:
    """The last instant at which the subject still had its memory; the last look while it runs.

    A dying process gives its pages back before anybody hears of its end, so that of the looks
    shortly before the stated end the one with the highest charge is the last good one.
    """
    ending = evidence.subject.ending
    end = ending.at_seconds if ending is not None else nan
    if isnan(end):
        return _last(evidence)
    for series in _charges(evidence):
        column = _charge_column(series)
        near = np.abs(end - _DYING_SECONDS / 2 - series.time_seconds) <= _DYING_SECONDS / 2
        if column is not None and np.any(near & ~np.isnan(column)):
            return float(series.time_seconds[np.nanargmax(np.where(near, column, nan))])
    return end


def _start(evidence: Evidence) -> float:
    subject = evidence.subject
    stated = (subject.started_at_seconds, subject.observed_from_seconds)
    known = [moment for moment in stated if not isnan(moment)]
    looks = [float(one.time_seconds[0]) for one in _charges(evidence)]
    return known[0] if known else min(looks, default=nan)


def _last(evidence: Evidence) -> float:
    looks = [float(np.nanmax(one.time_seconds)) for one in _charges(evidence)]
    return max(looks, default=nan)


def _peak(evidence: Evidence) -> float:
    for series in _charges(evidence):
        column = _charge_column(series)
        if column is not None and not np.isnan(column).all():
            # of equal looks the newest: a plateau's end has the most evidence behind it
            highest = np.flatnonzero(column >= np.nanmax(column))
            return float(series.time_seconds[highest[-1]])
    return nan


def _charge_column(series: Series) -> Floats | None:
    column = series.get("usage_bytes")
    return series.get("rss_bytes") if column is None else column


def _charges(evidence: Evidence) -> list[Series]:
    found: list[Series | None] = [evidence.cgroup, evidence.process]
    return [
        one
        for one in found
        if one is not None and len(one) and not np.isnan(one.time_seconds).all()
    ]


@np.errstate(over="ignore")  # a stranger's file may claim any figure; what costs inf is not chosen
def _instant(
    evidence: Evidence, target: float, regions: Regions | None, memory: GoMemory | None
) -> float:
    """The look at the mappings (else Go's own) whose error against the target is least, in bytes.

    The error is: how far the charge was from the target's, twice, for that is another moment's
    ledger, while pages that Go's look missed are at least known to be in its arenas; how much
    memory changed between this look and Go's nearest one; a twentieth of the charge for looks so
    far apart that a collection fits between; a little for every second off; and what the mappings
    lack of the anonymous memory counted then: a process that died while they were read.
    """
    leading, other = (regions, memory) if regions is not None else (memory, None)
    times = _known_times(leading)
    if not len(times):
        return target
    if isnan(target):
        return float(times[-1])
    charge = _charge_at(evidence, np.array([target]))[0]
    cost = _OFF_WEIGHT * np.abs(_charge_at(evidence, times) - charge)
    cost += _OFF_FRACTION_PER_SECOND * charge * np.abs(times - target)
    cost += _not_mapped(evidence, regions)
    looks = _known_times(other)
    if len(looks):
        nearest = looks[np.argmin(np.abs(times[:, None] - looks[None, :]), axis=1)]
        cost += np.abs(_charge_at(evidence, times) - _charge_at(evidence, nearest))
        apart = np.clip(np.abs(times - nearest) - _TOGETHER_SECONDS, 0.0, 1.0)
        cost += _COLLECTION_FRACTION * charge * apart
    return float(times[int(np.argmin(cost))])


def _not_mapped(evidence: Evidence, regions: Regions | None) -> Floats:
    """For each look at the mappings, by how much their anonymous memory differs from the count."""
    if regions is None:
        return np.zeros(1)
    parts = [column for name, column in regions.columns.items() if name.endswith(_ANONYMOUS)]
    mapped = np.sum(parts, axis=0)[~np.isnan(regions.time_seconds)]
    counted = ((evidence.process, "rss_anon_bytes"), (evidence.cgroup, "anon_bytes"))
    found = _at(counted, _known_times(regions))
    return np.abs(found - mapped) if found is not None else np.zeros(len(mapped))


def _known_times(series: Series | None) -> Floats:
    if series is None:
        return np.array([])
    return np.asarray(series.time_seconds[~np.isnan(series.time_seconds)])


def _charge_at(evidence: Evidence, times: Floats) -> Floats:
    """The charge, or RSS, at each time; 1 throughout when nobody saw it, so that time decides."""
    found = _at(((evidence.cgroup, "usage_bytes"), (evidence.process, "rss_bytes")), times)
    return np.ones(len(times)) if found is None else found


def _at(choices: Iterable[tuple[Series | None, str]], times: Floats) -> Floats | None:
    """The first of these columns that somebody saw, at each time."""
    for series, name in choices:
        column = series.get(name) if series is not None else None
        if series is not None and column is not None:
            known = ~np.isnan(series.time_seconds) & ~np.isnan(column)
            if known.any():
                return np.interp(times, series.time_seconds[known], column[known])
    return None


def _heap_profile(evidence: Evidence, instant: float) -> Profile | None:
    heaps = [
        one
        for one in evidence.profiles.of("heap", "allocs")
        if one.column("inuse_space") is not None
    ]
    if not heaps:
        return None
    if isnan(instant):
        return heaps[-1]
    return min(
        heaps,
        key=lambda one: (
            isnan(one.taken_at_seconds),
            0.0 if isnan(one.taken_at_seconds) else abs(one.taken_at_seconds - instant),
        ),
    )
