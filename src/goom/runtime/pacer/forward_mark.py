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
    UPDATE_PERIOD_SECONDS,
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
MAX_OVERSHOOT = 1.1  # maxOvershoot, revise
FRACTIONAL_SLACK = 1.2  # pollFractionalWorkerExit
INSTANT_SECONDS = 1e-9  # shorter is a rounding
LEAST_MARK_SECONDS = 1e-4  # to start the workers and to find them done takes as long


class Crew(NamedTuple):
    """How many Ps do what while a cycle marks."""

    background: float
    idle: float
    mutators: float


class Job(NamedTuple):
    """What a cycle has to do; in bytes. ``work`` is what there is to scan, ``expected`` what the
    pacer counts on, ``most_work`` what it fears. A ``periodic`` cycle (1.0) is the two-minute one.
    """

    triggered: float
    goal: float
    work: float
    expected: float
    most_work: float
    periodic: float
    slice_seconds: float


class Flow(NamedTuple):
    """Rates within a stretch: bytes a second, and Ps."""

    scanned: float
    allocated: float
    background: float
    assisting: float
    idle: float


class Done(NamedTuple):
    """What a mark phase has come to; CPU and wall time in seconds, the rest in bytes."""

    seconds: float
    allocated: float
    work: float
    background_seconds: float
    assist_seconds: float
    idle_seconds: float
    limited_seconds: float
    fill_seconds: float


def slice_ends(rules: Rules, slice_seconds: float) -> tuple[float, float]:
    """When the fractional workers first get their turn, and when they have caught up.

    A P asks for a worker when it schedules, and a goroutine that never waits is scheduled away
    after its slice. The worker then runs until it had its share of the time since the phase began,
    and a fifth more (pollFractionalWorkerExit).
    """
    if rules.fractional <= 0 or slice_seconds <= 0:
        return 0.0, 0.0
    return slice_seconds, slice_seconds / (1.0 - FRACTIONAL_SLACK * rules.fractional)


def crew(rules: Rules, mutators: float, job: Job, seconds: float) -> Crew:
    """Who runs, ``seconds`` into the phase: dedicated workers own their Ps, the program has what it
    wants of the rest, idle workers take what it leaves.

    First the fractional workers wait for the slice to end, then they catch up on the program's Ps,
    from then on they take their share. In the two-minute cycle at most one idle worker runs, and
    none beside a dedicated one.
    """
    busy = min(mutators, rules.procs - rules.dedicated)
    free = rules.procs - rules.dedicated - busy
    turn, caught_up = slice_ends(rules, job.slice_seconds)
    if seconds < turn - INSTANT_SECONDS:
        workers = 0.0
    elif seconds < caught_up - INSTANT_SECONDS:
        workers = busy
    else:
        workers = busy * rules.fractional
    idle = free * (1.0 - rules.fractional)
    if job.periodic > 0:
        idle = min(idle, 0.0 if rules.dedicated > 0 else 1.0)
    return Crew(rules.dedicated + free * rules.fractional + workers, idle, busy - workers)


def flow(rules: Rules, now: Moment, who: Crew, ratio: float, full: bool) -> Flow:
    """The rates at an assist ratio.

    Goroutines owe ``ratio`` bytes of work for each byte. What the workers scan pays first; with x
    of the program's CPU in assists the debt is paid when ratio * allocation * (1 - x) equals
    the workers' scan and x's. A full bucket bounds x.
    """
    each = now.allocation / now.mutators
    workers = now.mark * (who.background + who.idle)
    owed = ratio * each * who.mutators
    assisting = 0.0
    if owed > workers:
        assisting = who.mutators * (owed - workers) / (now.mark * who.mutators + owed)
    if full:
        assisting = min(assisting, most_assisting_procs(rules.procs, who.idle))
    allocated = each * (who.mutators - assisting)
    return Flow(workers + now.mark * assisting, allocated, who.background, assisting, who.idle)


def parked(now: Moment, who: Crew) -> Flow:
    """The rates once the limiter has let the heap pass even the goal's last tenth.

    Whenever the limiter lets go for an instant, goroutines assist; their debt is then so large that
    when the limiter cuts the assist short they wait for the workers to pay it (gcParkAssist): until
    the phase is over. Idle workers take their Ps.
    """
    workers = now.mark * (who.background + who.idle + who.mutators)
    return Flow(workers, 0.0, who.background, 0.0, who.idle + who.mutators)


def mark(rules: Rules, now: Moment, job: Job, fill: float) -> Done:
    """The whole phase, from the trigger until all work is done."""
    done = Done(0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, fill)
    for _ in range(MOST_STRETCHES):
        if done.work >= job.work:
            break
        done = stretch(rules, now, job, done)
    missing = LEAST_MARK_SECONDS - done.seconds
    if missing <= 0:
        return done
    let = now.allocation / now.mutators * crew(rules, now.mutators, job, 0.0).mutators * missing
    return Done(
        LEAST_MARK_SECONDS, done.allocated + let, done.work, done.background_seconds,
        done.assist_seconds, done.idle_seconds, done.limited_seconds, done.fill_seconds,
    )  # fmt: skip


def stretch(rules: Rules, now: Moment, job: Job, done: Done) -> Done:
    """The phase up to the next turn."""
    capacity = rules.procs * CAPACITY_SECONDS_PER_PROC
    full = done.fill_seconds >= capacity
    who = crew(rules, now.mutators, job, done.seconds)
    going = MarkInProgress(
        job.triggered + done.allocated, job.triggered, job.goal,
        done.work, job.expected, job.most_work,
    )  # fmt: skip
    goal = goal_now(rules, going)
    last = goal * MAX_OVERSHOOT + now.allocation * UPDATE_PERIOD_SECONDS
    rates = flow(rules, now, who, assist_work_per_byte(going, rules.gogc), full)
    if full and going.heap_live_bytes >= last:
        rates = parked(now, who)
    filling = fill_per_second(rules.procs, rates.assisting, rates.idle)
    seconds = min(
        (job.work - going.scan_work_bytes) / rates.scanned,
        seconds_to_turn(going, goal, last, rates),
        seconds_to_full(capacity - done.fill_seconds, filling),
        seconds_to_slice(rules, job, done.seconds),
    )
    work = done.work + rates.scanned * seconds
    return Done(
        done.seconds + seconds,
        done.allocated + rates.allocated * seconds,
        job.work if work >= job.work - 1.0 else work,
        done.background_seconds + rates.background * seconds,
        done.assist_seconds + rates.assisting * seconds,
        done.idle_seconds + rates.idle * seconds,
        done.limited_seconds + (seconds if full else 0.0),
        poured(done.fill_seconds, filling * seconds, capacity),
    )


def goal_now(rules: Rules, going: MarkInProgress) -> float:
    """The goal that assists go by: further out when more is scanned than was expected."""
    if going.scan_work_bytes <= going.scan_work_expected_bytes:
        return going.goal_bytes
    percent = rules.gogc if rules.gogc >= 0 else GC_PERCENT_WHEN_OFF
    return extrapolated_goal_bytes(going, percent)


def seconds_to_turn(going: MarkInProgress, goal: float, last: float, rates: Flow) -> float:
    """Until more is scanned than expected, or the heap passes its goal, or its ``last`` one.

    A byte behind the turn, so that the next stretch sees it.
    """
    seconds = math.inf
    unexpected = going.scan_work_bytes - going.scan_work_expected_bytes
    if unexpected <= 0:
        seconds = (1.0 - unexpected) / rates.scanned
    if going.heap_live_bytes < last and rates.allocated > 0:
        next_one = goal if going.heap_live_bytes <= goal else last
        seconds = min(seconds, (next_one - going.heap_live_bytes + 1.0) / rates.allocated)
    return seconds


def seconds_to_slice(rules: Rules, job: Job, seconds: float) -> float:
    """Until the fractional workers get their turn, or have caught up."""
    turn, caught_up = slice_ends(rules, job.slice_seconds)
    if seconds < turn - INSTANT_SECONDS:
        return turn - seconds
    return caught_up - seconds if seconds < caught_up - INSTANT_SECONDS else math.inf


def seconds_to_full(room: float, filling: float) -> float:
    """Until the limiter's bucket is full; never, when it is or drains."""
    return room / filling if room > 0 and filling > 0 else math.inf


def poured(fill: float, more: float, capacity: float) -> float:
    """The bucket after ``more``; full to the bit when it is full but for a rounding."""
    level = max(fill + more, 0.0)
    return capacity if level > capacity * (1.0 - 1e-9) else level
