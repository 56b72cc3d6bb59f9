"""One mark phase of the forward run: workers scan, goroutines allocate and, when asked, help.

Within a stretch in which nothing turns, everything flows at a constant rate: workers scan, the
program allocates, assists make up for what the workers lack. So the phase is a handful of straight
stretches; a stretch ends when the work is done, when more is scanned than was expected, when the
heap passes its goal, or when the CPU limiter's bucket is full. Floats and tuples only, see
forward_state.py.

The assist ratio is the work that is left over the heap that is left (revise). Goroutines that pay
it exactly keep it constant, which is why a stretch needs it once.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from goom.runtime.pacer.forward_state import Moment, Rules
from goom.runtime.pacer.mgclimit import (
    CAPACITY_SECONDS_PER_PROC,
    fill_per_second,
    most_assisting_procs,
)
from goom.runtime.pacer.mgcpacer_cycle import (
    MarkInProgress,
    assist_work_per_byte,
    extrapolated_goal_bytes,
)

MOST_STRETCHES = 64
GC_PERCENT_WHEN_OFF = 100000  # what revise takes GOGC=off for
LEAST_MARK_SECONDS = 1e-4  # to start the workers and to find them done takes as long


class Crew(NamedTuple):
    """How many Ps do what while a cycle marks."""

    background: float
    idle: float
    mutators: float


class Job(NamedTuple):
    """What a cycle has to do; all in bytes. ``work`` is what there is to scan, ``expected`` what
    the pacer counts on, ``most_work`` what it fears.
    """

    triggered: float
    goal: float
    work: float
    expected: float
    most_work: float


class Flow(NamedTuple):
    """Rates within a stretch: bytes a second, and the Ps that assist."""

    scanned: float
    allocated: float
    assisting: float


class Done(NamedTuple):
    """What a mark phase has come to; CPU and wall time in seconds, the rest in bytes."""

    seconds: float
    allocated: float
    work: float
    assist_seconds: float
    limited_seconds: float
    fill_seconds: float


def crew(rules: Rules, mutators: float, periodic: bool) -> Crew:
    """Who runs: the workers' quarter first, then the program, then idle workers on what is left.

    In the two-minute cycle at most one idle worker runs, and none beside a dedicated one.
    """
    background = rules.dedicated + rules.fractional * rules.procs
    busy = min(mutators, rules.procs - background)
    idle = min(rules.procs - background - busy, rules.procs - rules.dedicated)
    if periodic:
        idle = min(idle, 0.0 if rules.dedicated > 0 else 1.0)
    return Crew(background, idle, busy)


def flow(rules: Rules, now: Moment, who: Crew, ratio: float, full: bool) -> Flow:
    """The rates at an assist ratio.

    Goroutines owe ``ratio`` bytes of work for each byte. What the workers scan pays first; with x
    of the program's CPU in assists the debt is paid when ratio * allocation * (1 - x) equals
    the workers' scan and x's. A full bucket bounds x.
    """
    unhindered = now.allocation / now.mutators * who.mutators
    workers = now.mark * (who.background + who.idle)
    owed = ratio * unhindered
    assisting = 0.0
    if owed > workers:
        assisting = who.mutators * (owed - workers) / (now.mark * who.mutators + owed)
    if full:
        assisting = min(assisting, most_assisting_procs(rules.procs, who.idle))
    allocated = unhindered * (1.0 - assisting / who.mutators)
    return Flow(workers + now.mark * assisting, allocated, assisting)


def mark(rules: Rules, now: Moment, who: Crew, job: Job, fill: float) -> Done:
    """The whole phase, from the trigger until all work is done."""
    done = Done(0.0, 0.0, 0.0, 0.0, 0.0, fill)
    for _ in range(MOST_STRETCHES):
        if done.work >= job.work:
            break
        done = stretch(rules, now, who, job, done)
    missing = LEAST_MARK_SECONDS - done.seconds
    if missing <= 0:
        return done
    let = now.allocation / now.mutators * who.mutators * missing
    return Done(
        LEAST_MARK_SECONDS, done.allocated + let, done.work,
        done.assist_seconds, done.limited_seconds, done.fill_seconds,
    )  # fmt: skip


def stretch(rules: Rules, now: Moment, who: Crew, job: Job, done: Done) -> Done:
    """The phase up to the next turn."""
    capacity = rules.procs * CAPACITY_SECONDS_PER_PROC
    full = done.fill_seconds >= capacity
    going = MarkInProgress(
        job.triggered + done.allocated, job.triggered, job.goal,
        done.work, job.expected, job.most_work,
    )  # fmt: skip
    rates = flow(rules, now, who, assist_work_per_byte(going, rules.gogc), full)
    filling = fill_per_second(rules.procs, rates.assisting, who.idle)
    seconds = min(seconds_to_turn(rules, job, going, rates), seconds_to(capacity, filling, done))
    fill = min(max(done.fill_seconds + filling * seconds, 0.0), capacity)
    work = done.work + rates.scanned * seconds
    return Done(
        done.seconds + seconds,
        done.allocated + rates.allocated * seconds,
        job.work if work >= job.work - 1.0 else work,
        done.assist_seconds + rates.assisting * seconds,
        done.limited_seconds + (seconds if full else 0.0),
        fill,
    )


def seconds_to(capacity: float, filling: float, done: Done) -> float:
    """Until the limiter's bucket is full; never, when it is or drains."""
    room = capacity - done.fill_seconds
    return max(room / filling, 1e-9) if room > 0 and filling > 0 else math.inf


def seconds_to_turn(rules: Rules, job: Job, going: MarkInProgress, rates: Flow) -> float:
    """Until the work is done, more is scanned than expected, or the heap passes its goal.

    The last two are a byte behind the turn, so that the next stretch sees it.
    """
    seconds = (job.work - going.scan_work_bytes) / rates.scanned
    goal = going.goal_bytes
    unexpected = going.scan_work_bytes - going.scan_work_expected_bytes
    if unexpected <= 0:
        seconds = min(seconds, (1.0 - unexpected) / rates.scanned)
    else:
        percent = rules.gogc if rules.gogc >= 0 else GC_PERCENT_WHEN_OFF
        goal = extrapolated_goal_bytes(going, percent)
    if going.heap_live_bytes <= goal and rates.allocated > 0:
        seconds = min(seconds, (goal - going.heap_live_bytes + 1.0) / rates.allocated)
    return seconds
