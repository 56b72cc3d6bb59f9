"""The inner loop of the forward run: cycle after cycle, from one mark termination to the next.

The program allocates up to the trigger, a mark phase runs, the sweep gives pages back, the
scavenger returns some of them to the system, and the pacer draws its conclusions. Floats and tuples
only, see forward_state.py.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from goom.runtime.pacer.forward_approach import ENDED, PERIODIC, Aim, Reached, aim, approach
from goom.runtime.pacer.forward_mark import Done, Job, mark
from goom.runtime.pacer.forward_state import (
    Body,
    ConsMark,
    Moment,
    Rules,
    State,
    moment,
    piece_at,
    progress,
)
from goom.runtime.pacer.mgcpacer import (
    GC_GOAL_UTILIZATION,
    MEMORY_LIMIT,
    MIN_RUNWAY_BYTES,
    current_cons_mark,
)
from goom.runtime.pacer.mgcpacer_1_19 import pi_step
from goom.runtime.pacer.mgcscavenge import (
    Footprint,
    ScavengeGoals,
    background_bytes,
    gc_percent_goal_bytes,
    grow,
    release,
    retained_bytes,
    shrink,
    wanted_release_bytes,
)

GOLDEN_SECTION = 0.6180339887498949


class Cycle(NamedTuple):
    """One cycle as it is recorded; forward.py says what each column is."""

    trigger_seconds: float
    end_seconds: float
    allocated: float
    trigger: float
    goal: float
    regime: float
    heap_start: float
    heap_end: float
    heap_marked: float
    work: float
    cons_mark: float
    assist_seconds: float
    background_seconds: float
    idle_seconds: float
    limited_seconds: float
    fill_seconds: float
    periodic: float
    in_use: float
    free: float
    released: float
    mapped: float
    mapped_at_trigger: float
    released_now: float
    swept_in_use: float


COLUMNS = len(Cycle._fields)


def run_cycles(rules: Rules, body: Body, table: Any, state: State, out: Any) -> Any:
    """Run until the scenario ends or ``out`` (rows of ``Cycle``) is full.

    Returns how many cycles ended, the state after the last, and where the program got to since.
    """
    count = 0
    piece = 0
    while count < len(out):
        piece = piece_at(table, progress(body, state.seconds, state.allocated), piece)
        now = moment(table, piece, progress(body, state.seconds, state.allocated))
        wanted = aim(rules, body, now, state)
        at = approach(rules, body, table, state, wanted.trigger)
        if at.why == ENDED:
            return count, state, at
        place = progress(body, at.seconds, at.allocated)
        now = moment(table, piece_at(table, place, piece), place)
        cycle, after = collect(rules, body, Start(now, wanted, at), state)
        left = body.length - progress(body, after.seconds, after.allocated)
        if left < 0:
            return count, state, at
        for column, figure in enumerate(cycle):
            out[count, column] = figure
        state = after
        count += 1
    return count, state, Reached(state.seconds, state.allocated, state.heap_marked, 0.0)


class Start(NamedTuple):
    """The moment a cycle begins: the scenario there, what was aimed at, what was reached."""

    now: Moment
    aim: Aim
    at: Reached


def collect(rules: Rules, body: Body, start: Start, state: State) -> tuple[Cycle, State]:
    """A cycle: the mark phase, and everything that follows from it."""
    job = task(body, start, state)
    busy = min(start.now.mutators, rules.procs)
    drained = max(state.fill_seconds - busy * (start.at.seconds - state.seconds), 0.0)
    done = mark(rules, while_marking(body, start.now), job, drained)
    ended = start.at.seconds + done.seconds
    ready = scavenge(rules, body, Waited(start.aim.goal, start.now.non_heap, ended), state)
    heap_end = job.triggered + done.allocated
    full = grow(ready, heap_end * (1.0 + body.waste))
    marked = min(start.now.reachable, start.at.live) + done.allocated
    objects = marked * (1.0 + body.waste)
    swept = shrink(full, objects + body.stuck * max(full.in_use_bytes - objects, 0.0))
    after = State(
        state.number + 1.0, ended, start.at.allocated + done.allocated, ended,
        marked, job.work - start.now.stacks - body.globals_scan, start.now.stacks,
        job.goal, full.in_use_bytes, done.fill_seconds,
        learned(rules, job, done, state.cons), swept,
    )  # fmt: skip
    cycle = Cycle(
        start.at.seconds, ended, after.allocated,
        start.aim.trigger, job.goal, float(start.aim.regime),
        job.triggered, heap_end, marked, job.work, after.cons.estimate,
        done.assist_seconds, done.background_seconds, done.idle_seconds,
        done.limited_seconds, done.fill_seconds, job.periodic,
        full.in_use_bytes, full.free_bytes, full.released_bytes,
        retained_bytes(full) + start.now.non_heap,
        retained_bytes(grow(ready, job.triggered * (1.0 + body.waste))) + start.now.non_heap,
        state.pages.free_bytes - ready.free_bytes, swept.in_use_bytes,
    )  # fmt: skip
    return cycle, after


def while_marking(body: Body, now: Moment) -> Moment:
    """The scenario as it is while a cycle marks: allocation is slower."""
    allocation = now.allocation * body.while_marking
    return Moment(
        allocation, now.mutators, now.reachable, now.scannable, now.stacks, now.non_heap, now.mark
    )


def task(body: Body, start: Start, state: State) -> Job:
    """What the mark has to do, what the pacer expects of it, and what it fears.

    The goal stays 64 KiB ahead of a cycle that begins late; under the limit it does not.
    """
    roots = start.now.stacks + body.globals_scan
    reached = min(start.now.reachable, start.at.live) * start.now.scannable
    fresh = (start.at.live - state.heap_marked) * start.now.scannable
    goal = start.aim.goal
    if start.aim.regime != MEMORY_LIMIT:
        goal = max(goal, start.at.live + MIN_RUNWAY_BYTES)
    return Job(
        start.at.live,
        goal,
        reached + roots,
        state.heap_scan + state.stack_scan + body.globals_scan,
        state.heap_scan + fresh + roots,
        1.0 if start.at.why == PERIODIC else 0.0,
        slice_of(body, state.number),
    )


class Waited(NamedTuple):
    """What the scavenger goes by: the goal of the coming cycle, non-heap memory, the clock."""

    goal: float
    non_heap: float
    seconds: float


def slice_of(body: Body, number: float) -> float:
    """How long a goroutine keeps its P in this cycle: one to two slices.

    Who looks after slices (sysmon, proc.go) does so every 10 ms when little happens. Multiples of
    the golden section spread evenly over what lies between, and are the same in every run.
    """
    return body.slice_seconds * (1.0 + number * GOLDEN_SECTION % 1.0)


def scavenge(rules: Rules, body: Body, until: Waited, state: State) -> Footprint:
    """The pages after the background scavenger had until then, before the heap grows again."""
    goals = ScavengeGoals(
        gc_percent_goal_bytes(until.goal, state.last_goal, state.last_in_use),
        rules.memory_limit * rules.limit_scavenge_factor,
    )
    mapped = retained_bytes(state.pages) + until.non_heap
    wanted = wanted_release_bytes(state.pages, mapped, goals)
    can = background_bytes(rules.procs, body.release_per_second, until.seconds - state.seconds)
    return release(state.pages, min(wanted, can))


def learned(rules: Rules, job: Job, done: Done, last: ConsMark) -> ConsMark:
    """The estimate of cons/mark after this phase (endCycle): by version."""
    if done.allocated <= 0:
        return last
    total = done.seconds * rules.procs
    utilization = GC_GOAL_UTILIZATION + done.assist_seconds / total
    idle = done.idle_seconds / total
    measured = current_cons_mark(done.allocated, job.work, utilization, idle)
    if rules.modern > 0:
        highest = max(measured, last.first, last.second, last.third, last.fourth)
        return ConsMark(highest, last.second, last.third, last.fourth, measured, 0.0)
    step = pi_step(last.estimate, last.err_integral, measured)
    return ConsMark(step.cons_mark, 0.0, 0.0, 0.0, 0.0, step.err_integral)
