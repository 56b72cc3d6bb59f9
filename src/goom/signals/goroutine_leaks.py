"""One finding for each group of goroutines that may be a leak, from the votes of all signals."""

from __future__ import annotations

from dataclasses import replace
from math import exp, isnan, nan

import numpy as np
from numpy.typing import NDArray

from goom.case.goroutine_leak import GoroutineLeak, GoroutineLeaks, LeakVote
from goom.case.profile import Frame
from goom.case.series import ProcessSeries
from goom.rooms import signal
from goom.signals.leaks.groups import LeakGroup, LeakGroups
from goom.signals.leaks.growth import LATE, GroupGrowth, growth_of
from goom.signals.leaks.marks import LeakMarks
from goom.signals.leaks.members import LeakMembers, Members
from goom.signals.leaks.memory import LeakMemory
from goom.signals.leaks.votes import LeakEvidence, votes
from goom.signals.trend import ramp
from goom.signals.work import Work

_PRIOR = -2.0  # log-odds: most goroutines that wait are right to wait
_SURE = 0.8  # the most that one signal alone can make
_BUSY_CORES = (0.1, 0.3)
_MOST, _FEWEST_GROWN, _FEWEST_WAITING = 12, 5, 20


@signal
def goroutine_leaks(
    groups: LeakGroups,
    memory: LeakMemory,
    members: LeakMembers | None,
    marks: LeakMarks | None,
    process: ProcessSeries | None,
    work: Work | None,
) -> GoroutineLeaks:
    """Hear every signal on every group that grew, waits for long, or that the runtime named."""
    seen = LeakEvidence(
        members=members, marks=marks, memory=memory, threads_grown=_threads_grown(process)
    )
    late_work = _late_work(work, groups.look_seconds)
    found = [
        _leak(group, growth_of(groups.look_seconds, groups.surely(group), late_work), seen)
        for group in groups.all
        if _worth_asking(group, groups, seen)
    ]
    found.sort(key=lambda leak: (-leak.confidence, -leak.count))
    return GoroutineLeaks(tuple(found[:_MOST]))


def _worth_asking(group: LeakGroup, groups: LeakGroups, seen: LeakEvidence) -> bool:
    waits = _members(group, seen).waiting >= _FEWEST_WAITING
    named = seen.marks is not None and seen.marks.of(*group.keys) > 0
    surely = groups.surely(group)
    rose = float(surely.max() - surely[0]) >= _FEWEST_GROWN
    return rose or waits or named


def _leak(group: LeakGroup, growth: GroupGrowth, seen: LeakEvidence) -> GoroutineLeak:
    members = _members(group, seen)
    said = votes(group, growth, members, seen)
    stack = group.stack
    leak = GoroutineLeak(
        created_at=group.created_at,
        runs=stack[-1] if stack else Frame("", "", 0),
        waits_at=group.waits_at,
        wait=group.wait,
        stack=stack,
        count=int(group.counts[-1]),
        grown=int(group.grown),
        per_second=growth.per_second,
        oldest_seconds=_oldest(members),
        stack_bytes=seen.memory.stacks_of(group),
        heap_bytes=seen.memory.heap_of(group),
        votes=said,
    )
    return _weighed(leak, said)


def _weighed(leak: GoroutineLeak, said: tuple[LeakVote, ...]) -> GoroutineLeak:
    """Votes add up as log-odds; one signal alone is never enough to be sure."""
    odds = exp(min(_PRIOR + sum(vote.log_odds for vote in said), 50.0))
    confidence = odds / (1.0 + odds)
    capped = confidence if leak.independent >= 2 else min(confidence, _SURE)

    return replace(leak, confidence=capped)


def _members(group: LeakGroup, seen: LeakEvidence) -> Members:
    if seen.members is None:
        return Members()
    return seen.members.by_key.get(group.key, Members())


def _oldest(members: Members) -> float:
    """How long the oldest has been there: by its own wait, or because it was seen before."""
    stayed = members.apart_seconds if members.stayed else 0.0
    oldest = max(60.0 * members.longest_minutes, stayed)
    return oldest if oldest > 0 else nan


def _late_work(work: Work | None, look_seconds: NDArray[np.float64]) -> float:
    """CPU of the last quarter of the looks' time over that before; 1 where nothing tells: starting
    goroutines and being looked at are most of what an idle program does.
    """
    start, end = float(look_seconds[0]), float(look_seconds[-1])
    cut = end - LATE * (end - start)
    before, after = (work.cores(start, cut), work.cores(cut, end)) if work else (nan, nan)
    if isnan(before) or isnan(after) or before <= 0:
        return 1.0
    return 1.0 - ramp(before, *_BUSY_CORES) * max(0.0, 1.0 - after / before)


def _threads_grown(process: ProcessSeries | None) -> float:
    column = process.get("threads") if process is not None else None
    known = column[np.isfinite(column)] if column is not None else np.empty(0)
    return float(known[-1] - known[0]) if len(known) >= 2 else nan
