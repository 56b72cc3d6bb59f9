"""One cycle of the pacer's lesson in slow motion: what happens, and the sum that Go does there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from goom.case.units import MIB, bytes_text, percent_text, seconds_text
from goom.runtime.pacer.forward import ForwardRun
from goom.runtime.pacer.forward_cycle import Cycle
from goom.runtime.pacer.mgcpacer import earliest_trigger_bytes, latest_trigger_bytes
from goom.runtime.pacer.mgcsweep import sweep_pages_per_byte


@dataclass(frozen=True, slots=True)
class Step:
    """One moment. ``heap_live``, ``goal`` and ``trigger`` are the figures after it."""

    title: str
    text: str
    source: str
    at_seconds: float
    heap_live_bytes: int
    heap_marked_bytes: int
    goal_bytes: int
    trigger_bytes: int


class _Pair(NamedTuple):
    """A cycle between its neighbours, and the run they are of."""

    run: ForwardRun
    before: Cycle
    cycle: Cycle
    after: Cycle


def anatomy(run: ForwardRun, number: int) -> tuple[Step, ...]:
    """The cycle with index ``number`` of a run in which GOGC decides; its neighbours must exist."""
    rows = [Cycle(*map(float, run.cycles[at])) for at in (number - 1, number, number + 1)]
    pair = _Pair(run, *rows)
    return (
        _marked(pair), _goal(pair), _trigger(pair), _allocating(pair), _begins(pair),
        _assists(pair), _ends(pair), _sweeps(pair),
    )  # fmt: skip


def _step(title: str, text: str, source: str, at: float, sizes: tuple[float, ...]) -> Step:
    return Step(title, text, source, round(at, 4), *(int(size) for size in sizes))


def _marked(pair: _Pair) -> Step:
    size = pair.before.heap_marked
    return _step(
        "A mark has just ended",
        f"It found {bytes_text(size)} reachable: heap_marked. Everything else is garbage, and the "
        "heap counts from here.",
        "mgcpacer.go resetLive",
        pair.before.end_seconds,
        (size, size, pair.cycle.goal, pair.cycle.trigger),
    )


def _goal(pair: _Pair) -> Step:
    size, gogc = pair.before.heap_marked, pair.run.settings.gogc
    scenario = pair.run.scenario
    roots = scenario.stack_scan_bytes.at(pair.before.end_seconds) + scenario.globals_scan_bytes
    return _step(
        "The goal",
        f"{bytes_text(size)} + ({bytes_text(size)} + {bytes_text(roots)} of stacks and globals) × "
        f"{gogc} % = {bytes_text(pair.cycle.goal)}. That is what the heap may be when the next "
        "mark ends.",
        "mgcpacer.go commit",
        pair.before.end_seconds,
        (size, size, pair.cycle.goal, pair.cycle.trigger),
    )


def _trigger(pair: _Pair) -> Step:
    size, goal = int(pair.before.heap_marked), int(pair.cycle.goal)
    earliest = earliest_trigger_bytes(goal, 0, size)
    latest = latest_trigger_bytes(goal, size)
    return _step(
        "The trigger",
        f"Marking takes time and the program goes on allocating, so it starts early: at "
        f"{bytes_text(pair.cycle.trigger)}. Never before {bytes_text(earliest)} or after "
        f"{bytes_text(latest)}; in between, as early as the last cycles say that it needs.",
        "mgcpacer.go trigger",
        pair.before.end_seconds,
        (size, size, goal, pair.cycle.trigger),
    )


def _allocating(pair: _Pair) -> Step:
    wait = pair.cycle.trigger_seconds - pair.before.end_seconds
    middle = (pair.before.heap_marked + pair.cycle.heap_start) / 2
    pages = MIB * sweep_pages_per_byte(
        pair.before.in_use, pair.cycle.trigger, pair.before.heap_marked
    )
    return _step(
        "The program allocates",
        f"For {seconds_text(wait)} nothing of the collector runs but the sweep, which turns what "
        f"was not marked into free slots: at least {pages:.0f} pages for each MiB allocated, so "
        "that all is swept 1 MiB before the trigger.",
        "mgcsweep.go deductSweepCredit",
        pair.before.end_seconds + wait / 2,
        (middle, pair.before.heap_marked, pair.cycle.goal, pair.cycle.trigger),
    )


def _begins(pair: _Pair) -> Step:
    procs = pair.run.settings.procs
    return _step(
        "The trigger is reached",
        f"The world stops for an instant, and marking begins: a quarter of the {procs} Ps is the "
        "collector's, and idle Ps help.",
        "mgc.go gcStart, mgcpacer.go startCycle",
        pair.cycle.trigger_seconds,
        (pair.cycle.heap_start, pair.before.heap_marked, pair.cycle.goal, pair.cycle.trigger),
    )


def _assists(pair: _Pair) -> Step:
    cycle = pair.cycle
    took = cycle.end_seconds - cycle.trigger_seconds
    told = "Nobody has to help: the workers are fast enough."
    if cycle.assist_seconds > 0:
        share = cycle.assist_seconds / (took * pair.run.settings.procs)
        told = (
            f"Whoever allocates has to mark as well: {percent_text(share)} of the CPU goes there."
        )
    fresh = bytes_text(cycle.heap_end - cycle.heap_start)
    return _step(
        "Marking",
        f"{bytes_text(cycle.work)} are to be scanned while {fresh} are allocated. {told}",
        "mgcmark.go gcAssistAlloc, mgcpacer.go revise",
        (cycle.trigger_seconds + cycle.end_seconds) / 2,
        (
            (cycle.heap_start + cycle.heap_end) / 2,
            pair.before.heap_marked,
            cycle.goal,
            cycle.trigger,
        ),
    )


def _ends(pair: _Pair) -> Step:
    cycle = pair.cycle
    took = cycle.end_seconds - cycle.trigger_seconds
    away = cycle.goal - cycle.heap_end
    side = "below" if away >= 0 else "above"
    return _step(
        "Mark termination",
        f"After {seconds_text(took)} all is marked. The heap has come to "
        f"{bytes_text(cycle.heap_end)}, {bytes_text(abs(away))} {side} the goal. What was "
        "allocated meanwhile counts as reachable until the next cycle.",
        "mgc.go gcMarkTermination, mgcpacer.go endCycle",
        cycle.end_seconds,
        (cycle.heap_end, cycle.heap_marked, cycle.goal, cycle.trigger),
    )


def _sweeps(pair: _Pair) -> Step:
    cycle, after = pair.cycle, pair.after
    return _step(
        "The next goal",
        f"{bytes_text(cycle.heap_marked)} are marked, so the next goal is "
        f"{bytes_text(after.goal)}, and the trigger {bytes_text(after.trigger)}.",
        "mgcpacer.go commit",
        cycle.end_seconds,
        (cycle.heap_marked, cycle.heap_marked, after.goal, after.trigger),
    )
