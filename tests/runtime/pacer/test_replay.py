"""A replay's bounds hold the goals and triggers of processes whose figures are known."""

from __future__ import annotations

import random
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.runtime.pacer.written_trace import MIB, Process

from goom.case.errors import BadInput
from goom.case.gctrace import GCTrace
from goom.formats.gctrace import parse
from goom.runtime.pacer.mgcpacer import GOGC, LATE_TRIGGER, MEMORY_LIMIT, SWEEP_DISTANCE
from goom.runtime.pacer.replay import Settings, replay
from goom.runtime.pacer.replay_errors import replay_errors

seeds = st.integers(0, 1 << 30)


@given(seeds, st.sampled_from([25, 50, 100, 200, 400]), st.booleans())
@settings(max_examples=30, deadline=None)
def test_the_bounds_hold_every_goal(seed: int, gc_percent: int, with_pacer: bool) -> None:
    process = Process(random.Random(seed), gc_percent=gc_percent, large=3 * MIB)
    told = replay(process.log(25, with_pacer), Settings(gc_percent=gc_percent))
    true = np.array([goal.goal_bytes for goal in process.goals[1:]])
    assert len(told) == 24
    assert np.all(told.goal.overlap(told.observed_goal))
    assert np.all((told.goal.low <= true) & (true <= told.goal.high))


@given(seeds, st.sampled_from([25, 100, 400]))
@settings(max_examples=30, deadline=None)
def test_goals_of_cycles_in_time_need_no_allocation_to_be_told(seed: int, percent: int) -> None:
    process = Process(random.Random(seed), gc_percent=percent)
    told = replay(process.log(25, with_pacer=True), Settings(gc_percent=percent))
    in_time = ~told.late
    assert np.array_equal(told.goal_ahead[in_time], told.goal.middle[in_time])


@given(seeds)
@settings(max_examples=20, deadline=None)
def test_each_goal_is_as_close_as_the_printed_heap_allows(seed: int) -> None:
    process = Process(random.Random(seed))
    told = replay(process.log(40, with_pacer=True))
    true = np.array([goal.goal_bytes for goal in process.goals[1:]])
    # Twice half a MiB of heap, and what the scan of 200 kB of globals is good for.
    assert np.all(np.abs(told.goal.middle - true) <= 2 * 0.5 * MIB + 1)


def test_a_low_gogc_on_a_small_heap_is_ruled_by_the_sweep_distance() -> None:
    process = Process(
        random.Random(3), gc_percent=25, marked=2 * MIB, least_marked=0, most_marked=5 * MIB // 2
    )
    told = replay(process.log(30, with_pacer=False), Settings(gc_percent=25))
    true = np.array([goal.regime for goal in process.goals[1:]])
    assert {SWEEP_DISTANCE, LATE_TRIGGER} >= set(true.tolist())
    assert {SWEEP_DISTANCE, LATE_TRIGGER} >= set(told.regime.tolist())


def test_a_limit_whose_overhead_stays_is_told_from_the_second_cycle_it_rules() -> None:
    process = Process(
        random.Random(5), gc_percent=-1, memory_limit=200 * MIB, overhead=31 * MIB, marked=90 * MIB
    )
    told = replay(
        process.log(30, with_pacer=True), Settings(gc_percent=-1, memory_limit_bytes=200 * MIB)
    )
    assert set(told.regime.tolist()) == {MEMORY_LIMIT}
    assert told.room_unknown.tolist() == [True] + [False] * 28
    true = np.array([goal.goal_bytes for goal in process.goals[1:]])
    assert np.allclose(told.goal.middle[1:], true[1:], rtol=1e-4)
    assert np.all((told.goal.low <= true) & (true <= told.goal.high))


def test_a_limit_far_away_changes_nothing() -> None:
    trace = Process(random.Random(7)).log(30, with_pacer=True)
    without, far = replay(trace), replay(trace, Settings(memory_limit_bytes=50 << 30))
    assert np.array_equal(without.goal.middle, far.goal.middle)
    assert np.allclose(without.trigger.middle, far.trigger.middle)
    assert set(far.regime.tolist()) <= {GOGC, LATE_TRIGGER}


@given(seeds, st.booleans())
@settings(max_examples=20, deadline=None)
def test_the_bounds_hold_every_trigger(seed: int, with_pacer: bool) -> None:
    process = Process(random.Random(seed))
    told = replay(process.log(25, with_pacer))
    true = np.array(process.triggers[1:])
    assert np.all((told.trigger.low <= true + 1) & (true <= told.trigger.high + 1))


def test_a_steady_process_begins_when_it_is_said_to() -> None:
    lines = "".join(
        f"gc {number} @{number / 2:.3f}s 1%: 0+0+0 ms clock, 0+0/0/0+0 ms cpu, 97->97->50 MB,"
        " 101 MB goal, 0 MB stacks, 0 MB globals, 2 P\n"
        for number in range(1, 20)
    )
    told = replay(parse(lines.encode()))
    assert np.isnan(told.start_seconds[0])
    assert told.start_seconds[1:] == pytest.approx(told.observed_start_seconds[1:], abs=0.02)


def test_cycles_that_a_log_lacks_are_not_bridged() -> None:
    trace = Process(random.Random(1)).log(10, with_pacer=False)
    number = trace.cycles.number.copy()
    number[5:] += 3
    told = replay(replace(trace, cycles=replace(trace.cycles, number=number)))
    assert told.cycle.tolist() == [1, 2, 3, 4, 6, 7, 8, 9]


@pytest.mark.parametrize("lines", [b"", b"not a trace\n"])
def test_a_log_without_cycles_gives_an_empty_replay(lines: bytes) -> None:
    for limit in (1 << 30, Settings().memory_limit_bytes):
        told = replay(parse(lines), Settings(memory_limit_bytes=limit))
        assert len(told) == 0
        assert replay_errors([told]).goal.count == 0


def test_a_single_cycle_has_no_successor() -> None:
    assert len(replay(one_cycle(), Settings(memory_limit_bytes=1 << 30))) == 0


def one_cycle() -> GCTrace:
    return Process(random.Random(1)).log(1, with_pacer=False)


def test_goals_without_end_are_left_out() -> None:
    line = (
        "gc {} @{}.000s 1%: 0+9+0 ms clock, 0+0/0/0+0 ms cpu, 5->5->3 MB,"
        " 8532210000000 MB goal, 0 MB stacks, 0 MB globals, 2 P (forced)\n"
    )
    log = "".join(line.format(number, number) for number in range(1, 5))
    assert len(replay(parse(log.encode()), Settings(gc_percent=-1))) == 0


def test_a_negative_limit_and_an_old_version_are_refused() -> None:
    with pytest.raises(BadInput):
        Settings(memory_limit_bytes=-1)
    with pytest.raises(BadInput):
        replay(one_cycle(), Settings(version="1.17"))
