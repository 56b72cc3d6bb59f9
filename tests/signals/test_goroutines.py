"""Goroutines over time: how many, in which stacks, waiting for whom, started by whom."""

from __future__ import annotations

from math import inf, nan

import numpy as np
import pytest

from goom.case.evidence import GoroutineDumps, Profiles
from goom.case.profile import Frame
from goom.formats import goroutine_dump
from goom.signals.goroutine_growth import goroutine_growth
from goom.signals.goroutine_stacks import stack_counts
from goom.signals.goroutines import GoroutineTrend, goroutine_trend, wait_of
from tests.detectors.world import START, profile
from tests.signals.small_evidence import clock, frames, goroutines, memstats

SENDING = frames("runtime.gopark", "runtime.chansend1", "main.send", "runtime.goexit")
ACCEPTING = frames("runtime.gopark", "internal/poll.(*FD).Accept", "main.main", "runtime.main")


def trend_of(*profiles_: tuple[float, float]) -> GoroutineTrend:
    looks = tuple(goroutines(now, (SENDING, many), (ACCEPTING, 1)) for now, many in profiles_)
    found = goroutine_trend(clock(), Profiles(looks), None, None, None)
    assert found is not None
    return found


def test_groups_are_counted_look_by_look_and_the_most_grown_comes_first() -> None:
    found = trend_of((1, 10), (2, 50), (3, 90))
    assert found.counts.tolist() == [11, 51, 91]
    first = found.groups[0]
    assert (first.wait, first.counts.tolist(), first.grown) == ("peer", [10, 50, 90], 80)


def test_stacks_that_differ_only_in_lines_are_one_group() -> None:
    other = tuple(Frame(one.function, one.file, one.line + 7) for one in SENDING)
    look = goroutines(1, (SENDING, 3), (other, 4))
    found = goroutine_trend(clock(), Profiles((look,)), None, None, None)
    assert found is not None
    assert [group.counts.tolist() for group in found.groups] == [[7]]


def test_counters_fill_in_between_the_looks_and_impossible_ones_do_not() -> None:
    counted = memstats([1.5, 2.5, 3.5, 4.5], NumGoroutine=[30, nan, -1, inf])
    looks = Profiles((goroutines(1, (SENDING, 10)),))
    found = goroutine_trend(clock(), looks, None, counted, None)
    assert found is not None
    assert found.counts.tolist() == [10, 30]


def test_nobody_who_counts_is_no_trend() -> None:
    assert goroutine_trend(clock(), None, None, None, None) is None
    assert goroutine_trend(clock(), None, None, memstats([], NumGoroutine=[]), None) is None


def test_a_dump_says_who_started_them_and_how_long_they_wait() -> None:
    text = "".join(
        f"goroutine {number} [chan send, 7 minutes]:\nmain.work()\n\t/src/app/app.go:9 +0x1\n"
        "created by main.serve in goroutine 1\n\t/src/app/app.go:30 +0x2\n\n"
        for number in range(5, 9)
    )
    dump = goroutine_dump.parse(text, taken_at_seconds=START + 4)
    found = goroutine_trend(clock(), None, GoroutineDumps((dump,)), None, None)
    assert found is not None
    assert (found.longest_wait_minutes, found.waiting_over_a_minute) == (7, 4)
    assert [frame.function for frame in found.groups[0].creators] == ["main.serve"]


@pytest.mark.parametrize(
    ("stack", "wait"),
    [
        (SENDING, "peer"),
        (frames("runtime.gopark", "time.Sleep", "main.f"), "self"),
        (frames("runtime.gopark", "sync.runtime_SemacquireMutex", "main.f"), "peer"),
        (frames("runtime.gopark", "internal/poll.runtime_pollWait"), "network"),
        (frames("main.f"), "running"),
        ((), "running"),
    ],
)
def test_what_a_goroutine_waits_for_is_read_from_its_innermost_frames(
    stack: tuple[Frame, ...], wait: str
) -> None:
    assert wait_of(stack) == wait


def test_goroutines_that_pile_up_blocked_are_a_leak_and_a_steady_fleet_is_none() -> None:
    leak = goroutine_growth(trend_of(*((n, 20 * n) for n in range(1, 20))), None, None)
    steady = goroutine_growth(trend_of(*((n, 300) for n in range(1, 20))), None, None)
    assert leak.strength > 0.8
    assert leak.blocked_fraction == 1.0
    assert steady.strength == 0.0


def test_goroutines_that_came_early_and_stayed_are_no_leak() -> None:
    early = [(n, min(20 * n, 100)) for n in range(1, 31)]
    assert goroutine_growth(trend_of(*early), None, None).strength < 0.2


def test_a_huge_profile_keeps_the_commonest_chains_and_the_main_goroutine() -> None:
    rare = [(frames(f"main.f{n}", "runtime.goexit"), (1.0,), 0) for n in range(500)]
    lines = [
        ((Frame("main.hot", "/src/app/a.go", n), Frame("runtime.goexit", "", 1)), (1.0,), 0)
        for n in range(40)
    ]
    look = profile("goroutine", 1, ("goroutine",), [*rare, *lines, (ACCEPTING, (1.0,), 0)])
    found = stack_counts(look, most=10)
    by_leaf = {stack[0].function: count for stack, count in found.items()}
    assert by_leaf["main.hot"] == 40
    assert any(stack[-1].function == "runtime.main" for stack in found)
    assert len(found) <= 11


def test_what_is_cut_from_a_huge_profile_is_still_counted() -> None:
    many = 30_000
    stacks = [(frames(f"main.f{n}"), (2.0,), 0) for n in range(many)]
    look = profile("goroutine", 1, ("goroutine",), stacks)
    found = goroutine_trend(clock(), Profiles((look,)), None, None, None)
    assert found is not None
    assert found.last == 2 * many
    assert len(found.groups) < many


def test_a_small_profile_is_counted_whole() -> None:
    found = stack_counts(goroutines(1, (SENDING, 3), (ACCEPTING, 1)), most=10)
    assert found == {SENDING: 3, ACCEPTING: 1}
    assert np.isclose(sum(found.values()), 4)
