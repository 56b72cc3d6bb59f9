"""When looks are due, and the steps up to a limit."""

from __future__ import annotations

import math

from goom.case.units import MIB
from goom.sources.schedule import BRINK_STEPS, Brink, Cadence, Timer

LIMIT = 128 * MIB


def looks(cadence: Cadence, until: float, cost_seconds: float = 0.0) -> list[float]:
    """The times of all looks of a run."""
    timer, taken = Timer(cadence), []
    while timer.due_at < until:
        taken.append(timer.due_at)
        timer.looked(timer.due_at, cost_seconds)
    return taken


def climb(brink: Brink, bytes_per_second: float, *, fetch_seconds: float = 0.02) -> list[float]:
    """The shares of the limit at which a steady rise from nothing called for a look."""
    now, called = 0.0, []
    while (used := now * bytes_per_second) < LIMIT:
        if brink.reached(now, used, fetch_seconds):
            called.append(used / LIMIT)
        now += brink.pause_seconds(used)
    return called


def test_the_first_looks_are_dense_and_a_long_run_has_few_more() -> None:
    cadence = Cadence(first=(0.5, 1.0, 2.0), every_seconds=2.0)
    assert looks(cadence, 2.1) == [0.5, 1.0, 2.0]
    assert len(looks(cadence, 3600)) < 150
    assert len(looks(cadence, 86400)) < 250


def test_a_costly_look_becomes_rare() -> None:
    cadence = Cadence(first=(0.5,), every_seconds=1.0)
    taken = looks(cadence, 600, cost_seconds=0.5)
    assert len(taken) * 0.5 < 0.02 * 600


def test_each_step_of_a_slow_approach_is_taken_once() -> None:
    called = climb(Brink(LIMIT), 1 * MIB)
    assert len(called) <= len(BRINK_STEPS) + 1
    assert all(share >= step for share, step in zip(called, BRINK_STEPS, strict=False))


def test_a_fast_approach_is_looked_at_again_and_again_in_its_last_tenth() -> None:
    called = climb(Brink(LIMIT), 200 * MIB)
    assert sum(share >= 0.9 for share in called) >= 3


def test_far_below_the_limit_nothing_is_called_for() -> None:
    brink = Brink(LIMIT)
    assert not any(brink.reached(t / 10, 0.6 * LIMIT, 0.02) for t in range(100))


def test_a_program_that_lives_near_its_limit_is_not_looked_at_without_end() -> None:
    brink, called = Brink(LIMIT), 0
    for tick in range(6000):  # ten minutes of a saw-tooth, one tooth a second
        used = LIMIT * (0.6 + 0.39 * (tick % 10) / 9)
        called += brink.reached(tick / 10, used, 0.001)
    assert called < 700


def test_a_late_fast_approach_is_not_missed_because_of_earlier_ones() -> None:
    brink = Brink(LIMIT)
    for n in range(20):
        brink.reached(n * 10.0, 0.5 * LIMIT, 0.02)
        brink.reached(n * 10.0 + 5, 0.99 * LIMIT, 0.02)
    brink.reached(300.0, 0.5 * LIMIT, 0.02)
    assert brink.reached(300.1, 0.96 * LIMIT, 0.02)


def test_nothing_rises_for_ever_when_memory_falls() -> None:
    brink = Brink(LIMIT)
    brink.reached(0.0, 0.8 * LIMIT, 0.02)
    brink.reached(0.05, 0.7 * LIMIT, 0.02)
    assert brink.seconds_left(0.7 * LIMIT) == math.inf
