"""Where the next cycle of the forward run begins, and how the program gets there.

Floats and tuples only, see forward_state.py.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from goom.runtime.pacer.forward_state import Body, Moment, Rules, State, piece_at, progress
from goom.runtime.pacer.mgcpacer import (
    GOGC,
    HEAP_MINIMUM,
    MEMORY_LIMIT,
    SWEEP_DISTANCE,
    gc_percent_heap_goal_bytes,
    memory_limit_heap_goal_bytes,
    runway_bytes,
    sweep_dist_min_trigger_bytes,
    trigger_bytes,
)
from goom.runtime.pacer.mgcpacer_1_19 import headroom_bytes as headroom_1_19
from goom.runtime.pacer.mgcpacer_1_21 import headroom_bytes as headroom_1_21

FORCE_GC_SECONDS = 120.0  # forcegcperiod, proc.go
GOING, TRIGGERED, PERIODIC, ENDED = 0.0, 1.0, 2.0, 3.0


class Aim(NamedTuple):
    """Goal and trigger as they are once the heap gets there, and what set the goal."""

    goal: float
    trigger: float
    regime: int


class Reached(NamedTuple):
    """Where allocation got to, and why it stopped there: trigger, two minutes, or the end."""

    seconds: float
    allocated: float
    live: float
    why: float


class Way(NamedTuple):
    """How far to go: until ``heap_live`` is ``heap``, or the clock says ``due``."""

    heap: float
    due: float


def aim(rules: Rules, body: Body, now: Moment, state: State) -> Aim:
    """Goal and trigger of the next cycle.

    GOGC's goal is fixed at mark termination. The limit's depends on what spans hold beside
    objects, so it moves as the heap grows into them.
    """
    marked = state.heap_marked
    roots = state.stack_scan + body.globals_scan
    goal, regime = float(gc_percent_heap_goal_bytes(marked, roots, rules.gogc)), GOGC
    if goal < rules.heap_minimum:
        goal, regime = rules.heap_minimum, HEAP_MINIMUM
    least = sweep_dist_min_trigger_bytes(marked) if state.gc_seconds >= 0 else 0.0
    if least > goal:
        goal, regime = least, SWEEP_DISTANCE
    if rules.memory_limit < math.inf:
        found = limited(rules, body, now, state)
        if found.goal < goal:
            return found
    return Aim(goal, trigger_bytes(goal, least, marked, runway(body, state)), regime)


def runway(body: Body, state: State) -> float:
    """What the next mark is expected to let through."""
    expected = state.heap_scan + state.stack_scan + body.globals_scan
    return float(runway_bytes(state.cons.estimate, expected))


def limited(rules: Rules, body: Body, now: Moment, state: State) -> Aim:
    """The aim under a memory limit: where the growing heap meets the limit's trigger.

    After the sweep, part of what it freed sits as holes in spans that others use. Until allocation
    has filled them the limit's goal is lower by as much; it rises with every byte that does.
    """
    marked = state.heap_marked
    holes = max(state.pages.in_use_bytes - marked * (1.0 + body.waste), 0.0)
    low = limit_aim(rules, body, now, state, Aim(holes, marked, MEMORY_LIMIT))
    if low.trigger <= marked:
        return low
    high = Aim(0.0, low.trigger, MEMORY_LIMIT)
    for _ in range(4):  # each round is closer by the share of waste
        high = limit_aim(rules, body, now, state, Aim(0.0, high.trigger, MEMORY_LIMIT))
    if high.trigger >= marked + holes:
        return high
    full = limit_aim(rules, body, now, state, Aim(0.0, marked + holes, MEMORY_LIMIT))
    return meeting(low, full, marked, marked + holes)


def limit_aim(rules: Rules, body: Body, now: Moment, state: State, at: Aim) -> Aim:
    """Goal and trigger of the limit were the heap at ``at.trigger``, ``at.goal`` bytes in holes.

    The limit is exceeded only by what is left when every free page is released.
    """
    beside = now.non_heap + body.waste * at.trigger + at.goal
    overage = max(beside + at.trigger - rules.memory_limit, 0.0)
    left = rules.memory_limit - beside - overage
    headroom = headroom_1_19(left)
    if rules.modern > 0:
        headroom = headroom_1_21(left)
    goal = float(memory_limit_heap_goal_bytes(left, headroom, state.heap_marked))
    start = trigger_bytes(goal, 0.0, state.heap_marked, runway(body, state))
    return Aim(goal, start, MEMORY_LIMIT)


def meeting(low: Aim, full: Aim, marked: float, filled: float) -> Aim:
    """Where the heap meets a trigger that rises evenly from ``low`` to ``full`` as holes fill."""
    before, after = low.trigger - marked, filled - full.trigger
    share = before / max(before + after, 1.0)
    goal = low.goal + (full.goal - low.goal) * share
    return Aim(goal, marked + (filled - marked) * share, MEMORY_LIMIT)


def approach(rules: Rules, body: Body, table: Any, state: State, heap: float) -> Reached:
    """Let the program allocate until ``heap_live`` is ``heap``, or something else comes first.

    heapLive counts a span's free slots when a P takes it into its cache, and a cycle empties the
    caches: so much is counted beyond what is allocated.
    """
    due = math.inf
    if rules.gogc >= 0 and state.gc_seconds >= 0:
        due = state.gc_seconds + FORCE_GC_SECONDS
    way = Way(heap, due)
    at = Reached(state.seconds, state.allocated, state.heap_marked + body.cached, GOING)
    piece = 0
    while at.why == GOING:
        place = progress(body, at.seconds, at.allocated)
        if place >= body.length:
            return Reached(at.seconds, at.allocated, at.live, ENDED)
        piece = piece_at(table, place, piece)
        at = walk(rules, body, table[piece], at, way)
    return at


def walk(rules: Rules, body: Body, row: Any, at: Reached, way: Way) -> Reached:
    """Allocate within one piece of the scenario; a target that is met is met to the bit."""
    place = progress(body, at.seconds, at.allocated)
    bound = min(float(row[1]), body.length)
    crowded = min(rules.procs / (float(row[4]) + float(row[5]) * (place - float(row[0]))), 1.0)
    rate = (float(row[2]) + float(row[3]) * (place - float(row[0]))) * crowded
    slope = float(row[3]) * crowded
    wait = seconds_for(max(way.heap - at.live, 0.0), rate, slope, body.by_bytes)
    room = bound - place
    if body.by_bytes > 0:
        room = seconds_for(room, rate, slope, body.by_bytes)
    seconds = min(wait, room, max(way.due - at.seconds, 0.0))
    if seconds == wait:
        more = max(way.heap - at.live, 0.0)
        return Reached(at.seconds + seconds, at.allocated + more, at.live + more, TRIGGERED)
    more = bytes_in(seconds, rate, slope, body.by_bytes)
    if seconds < room:
        return Reached(way.due, at.allocated + more, at.live + more, PERIODIC)
    if body.by_bytes > 0:
        return Reached(at.seconds + seconds, bound, at.live + bound - at.allocated, GOING)
    return Reached(bound, at.allocated + more, at.live + more, GOING)


def seconds_for(count: float, rate: float, slope: float, by_bytes: float) -> float:
    """How long it takes to allocate ``count`` bytes; infinite when it never gets there.

    The rate changes by ``slope`` for each unit of progress: over seconds the bytes are a parabola,
    over bytes they grow like interest.
    """
    if slope == 0.0 or count == 0.0:
        return count / rate
    if by_bytes > 0:
        grown = 1.0 + slope * count / rate
        return math.log(grown) / slope if grown > 0 else math.inf
    square = rate * rate + 2.0 * slope * count
    return (math.sqrt(square) - rate) / slope if square >= 0 else math.inf


def bytes_in(seconds: float, rate: float, slope: float, by_bytes: float) -> float:
    """How much is allocated in that time: the inverse of ``seconds_for``."""
    if slope == 0.0:
        return rate * seconds
    if by_bytes > 0:
        return (math.exp(slope * seconds) - 1.0) * rate / slope
    return rate * seconds + slope * seconds * seconds / 2.0
