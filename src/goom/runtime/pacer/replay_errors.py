"""How far a replay is from what came, as shares of what came."""

from __future__ import annotations

from dataclasses import dataclass
from math import nan

import numpy as np
from numpy.typing import NDArray

from goom.runtime.pacer.mgcpacer import MEMORY_LIMIT
from goom.runtime.pacer.replay import Replay

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

# Of less, gctrace's whole MiB are over 6 %, and the goal's bounds are all that one can check.
SMALL_HEAP_MARKED_BYTES = 16 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Errors:
    """Of ``count`` figures: |predicted - observed| / observed; nan for none."""

    count: int
    median_fraction: float
    p95_fraction: float
    worst_fraction: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayErrors:
    """Of one or more replays.

    ``goal`` is of heaps of which 16 MiB and more were marked, ``small_goal`` of the others,
    ``limited_goal`` of those of the former whose goal the memory limit set; ``goal_ahead`` as
    ``goal``, told from the cycles before alone. ``within`` counts the cycles whose predicted bounds
    hold what was observed. ``trigger`` leaves out forced cycles. ``interval`` compares when a cycle
    began to when it was said to, in shares of the time since the one before; it also pays for a
    program that changes its pace.
    """

    goal: Errors
    goal_ahead: Errors
    limited_goal: Errors
    small_goal: Errors
    goals_within: int
    small_goals_within: int
    trigger: Errors
    interval: Errors
    late_count: int


def replay_errors(replays: list[Replay]) -> ReplayErrors:
    """The errors of all cycles of some replays together."""
    goal = _joined([_relative(one.goal.middle, one.observed_goal.middle) for one in replays])
    small = _joined([one.heap_marked.low < SMALL_HEAP_MARKED_BYTES for one in replays]) > 0
    ahead = _joined([_relative(one.goal_ahead, one.observed_goal.middle) for one in replays])
    limited = _joined([one.regime == MEMORY_LIMIT for one in replays]) > 0
    within = _joined([one.goal.overlap(one.observed_goal) for one in replays]) > 0
    return ReplayErrors(
        goal=_errors(goal[~small]),
        goal_ahead=_errors(ahead[~small]),
        limited_goal=_errors(goal[~small & limited]),
        small_goal=_errors(goal[small]),
        goals_within=int(np.count_nonzero(within & ~small)),
        small_goals_within=int(np.count_nonzero(within & small)),
        trigger=_errors(_joined([_trigger_errors(one) for one in replays])),
        interval=_errors(_joined([_interval_errors(one) for one in replays])),
        late_count=sum(int(np.count_nonzero(one.late)) for one in replays),
    )


def _trigger_errors(one: Replay) -> Floats:
    chosen = ~one.forced
    return _relative(one.trigger.middle[chosen], one.observed_start.middle[chosen])


def _interval_errors(one: Replay) -> Floats:
    known = ~one.forced & np.isfinite(one.start_seconds) & (one.interval_seconds > 0)
    apart = np.abs(one.start_seconds - one.observed_start_seconds)
    return apart[known] / one.interval_seconds[known]


def _relative(predicted: Floats, came: Floats) -> Floats:
    return np.abs(predicted - came) / came


def _errors(fractions: Floats) -> Errors:
    if not len(fractions):
        return Errors(count=0, median_fraction=nan, p95_fraction=nan, worst_fraction=nan)
    median, p95, worst = np.quantile(fractions, [0.5, 0.95, 1.0]).tolist()
    return Errors(
        count=len(fractions), median_fraction=median, p95_fraction=p95, worst_fraction=worst
    )


def _joined(columns: list[Floats] | list[Flags]) -> Floats:
    return np.concatenate([np.zeros(0), *columns])
