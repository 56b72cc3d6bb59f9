"""Replays a GC log: from each cycle the pacer's next goal, trigger and start, beside what came.

Nothing is fitted: the equations are those of mgcpacer.py; what a log does not print is bounded
(replay_observed.py) or followed from earlier cycles (replay_limit.py, replay_runway.py).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from goom.case.errors import BadInput
from goom.case.gctrace import GCTrace
from goom.runtime.pacer.mgcpacer import LATE_TRIGGER, MEMORY_LIMIT, NO_MEMORY_LIMIT_BYTES
from goom.runtime.pacer.replay_commit import Commit
from goom.runtime.pacer.replay_limit import no_limit, room_under
from goom.runtime.pacer.replay_observed import Bounds, Observed, observed
from goom.runtime.pacer.replay_runway import runways
from goom.runtime.pacer.versions import pacer_of

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the process ran with, for its whole life: GOGC (-1: off), GOMEMLIMIT, Go's version."""

    gc_percent: int = 100
    memory_limit_bytes: int = NO_MEMORY_LIMIT_BYTES
    version: str | None = None

    def __post_init__(self) -> None:
        if self.memory_limit_bytes < 0:
            raise BadInput("a memory limit is not negative.", "Leave it out for none.")


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Replay:
    """``n`` cycles that follow one that was seen. Sizes in bytes, times in seconds since start.

    ``cycle`` is the row in GCTrace.cycles, ``heap_marked`` what the cycle before it had marked.
    ``goal`` is what the pacer makes of that heap and of what the program allocated in this cycle;
    ``regime`` says what decided it, one of mgcpacer.REGIMES by number. Allocation matters where the
    memory limit decides, and where a cycle began past its goal. ``goal_ahead`` does without: it is
    made of the cycles before alone. So are ``trigger`` and ``start_seconds``, which is nan where no
    rate is known yet.

    Under the limit the bounds of a goal are wide, what was marked and what a limit without any
    overhead gives: what is between is followed, not known. ``room_unknown`` marks goals before any
    cycle that the limit ruled had told anything. ``forced`` cycles have no trigger.
    """

    cycle: Ints
    heap_marked: Bounds
    regime: Ints
    goal: Bounds
    goal_ahead: Floats
    observed_goal: Bounds
    trigger: Bounds
    observed_start: Bounds
    start_seconds: Floats
    observed_start_seconds: Floats
    interval_seconds: Floats
    forced: Flags
    room_unknown: Flags

    def __len__(self) -> int:
        return len(self.cycle)

    @property
    def late(self) -> Flags:
        """The cycles that began past their goal: one allocation took them there."""
        late: Flags = self.regime == LATE_TRIGGER
        return late


def replay(trace: GCTrace, settings: Settings = Settings()) -> Replay:
    """Predict each cycle of a log from the ones before; BadInput for a version without a model.

    Of a log that several processes wrote, take one (signals.gc_processes.of_process).
    """
    pacer = pacer_of(settings.version)
    seen = observed(trace, pacer.triggered_is_trigger)
    commit = _commit(seen, settings, pacer.headroom_percent)
    trigger = commit.triggers(runways(seen, pacer.first_estimate))
    ahead, _, _ = commit.goals_at(trigger.middle + (seen.heap_end.middle - seen.heap_start.middle))
    goal, regime = commit.goals_given(seen.triggered, seen.heap_end)
    follows = (np.diff(seen.number) == 1) & (np.diff(seen.process) == 0)
    before = np.flatnonzero(follows & np.isfinite(seen.goal.middle[1:]))
    after = before + 1
    return Replay(
        cycle=after,
        heap_marked=seen.heap_marked[before],
        regime=regime[before],
        goal=goal[before],
        goal_ahead=ahead[before],
        observed_goal=seen.goal[after],
        trigger=trigger[before],
        observed_start=seen.heap_start[after],
        start_seconds=_starts(seen, trigger, follows)[before],
        observed_start_seconds=seen.at_seconds[after],
        interval_seconds=seen.at_seconds[after] - seen.at_seconds[before],
        forced=seen.forced[after],
        room_unknown=commit.room.unknown[before] & (regime[before] == MEMORY_LIMIT),
    )


def _commit(seen: Observed, settings: Settings, headroom_percent: int) -> Commit:
    """What the pacer commits to after each cycle."""
    unbound = Commit(seen.heap_marked, seen.roots, settings.gc_percent, no_limit(seen))
    if settings.memory_limit_bytes >= NO_MEMORY_LIMIT_BYTES:
        return unbound
    gogc, _ = unbound.goals_given(seen.triggered, seen.heap_end)
    below = np.concatenate([[False], gogc.low[:-1] > seen.goal.high[1:]])[: len(seen)]
    limit = float(settings.memory_limit_bytes)
    room = room_under(limit, seen, below, headroom_percent)
    return replace(unbound, room=room, limit_bytes=limit, headroom_percent=headroom_percent)


def _starts(seen: Observed, trigger: Bounds, follows: Flags) -> Floats:
    """When each cycle's successor begins: at the rate at which its predecessor's heap grew.

    nan without a predecessor, and where nothing was allocated between the two.
    """
    grown = seen.heap_start.middle[1:] - seen.heap_marked.middle[:-1]
    apart = seen.at_seconds[1:] - seen.end_seconds[:-1]
    usable = follows & (grown > 0) & (apart > 0)
    rates = np.full(len(seen), np.nan)
    rates[1:][usable] = grown[usable] / apart[usable]
    starts: Floats = seen.end_seconds + (trigger.middle - seen.heap_marked.middle) / rates
    return starts
