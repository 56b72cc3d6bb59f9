"""When starting was over: by where the main goroutine is, look by look."""

from __future__ import annotations

from collections.abc import Sequence
from math import isnan

import pytest

from goom.case.evidence import Profiles
from goom.case.profile import Frame
from goom.case.units import MIB
from goom.signals.goroutines import goroutine_trend
from goom.signals.marked_heap import MarkedHeap, marked_heap
from goom.signals.startup_watch import StartupWatch, startup_watch
from tests.signals.small_evidence import clock, frames, goroutines, log

Stack = tuple[Frame, ...]
Cycle = tuple[float, int, int, int]
LOADS = frames("encoding/json.Unmarshal", "main.load", "main.main", "runtime.main")
PAUSES = frames("runtime.gopark", "time.Sleep", "main.main", "runtime.main")
WAITS = frames("runtime.gopark", "sync.(*WaitGroup).Wait", "main.main", "runtime.main")
SERVES = frames("runtime.gopark", "runtime.block", "main.main", "runtime.main")


def watch(*looks: tuple[float, Stack]) -> StartupWatch:
    profiles = Profiles(tuple(goroutines(at, (stack, 1)) for at, stack in looks))
    trend = goroutine_trend(clock(), profiles, None, None, None)
    assert trend is not None
    found = startup_watch(trend)
    assert found is not None
    return found


def marks(
    watched: StartupWatch, *, from_start: bool = True, later: Sequence[Cycle] = ()
) -> MarkedHeap:
    """Six doublings within the first three seconds; nearly everything survives."""
    cycles = [(0.5 * n, 2**n + 1, 2**n, 2 ** (n + 1)) for n in range(1, 7)]
    trace = log([*cycles, *later])
    found = marked_heap(clock(from_start=from_start), trace, None, None, None, watched)
    assert found is not None
    return found


def test_a_pause_between_two_steps_of_a_load_is_not_yet_the_post() -> None:
    found = watch((1, LOADS), (2, PAUSES), (3, PAUSES), (8, SERVES), (9, SERVES))
    assert found.at_post_seconds == 2
    assert found.started_by_seconds == 8
    assert found.serves


def test_who_was_never_seen_elsewhere_started_early_or_is_not_known_to_have() -> None:
    assert watch((1, SERVES), (5, SERVES)).started_by_seconds == 1
    assert isnan(watch((20, SERVES)).started_by_seconds)


def test_a_wait_that_may_end_is_a_post_but_no_service() -> None:
    found = watch((1, WAITS), (5, WAITS))
    assert (found.started_by_seconds, found.serves) == (1, False)
    assert isnan(watch((1, LOADS), (5, LOADS)).started_by_seconds)


def test_what_survived_while_it_loaded_says_nothing_of_what_it_serves() -> None:
    found = marks(watch((1, LOADS), (5, SERVES), (9, SERVES)))
    assert found.only_start
    assert isnan(found.survival_fraction)
    assert found.estimated_last_bytes == found.last_bytes == 64 * MIB


def test_marks_of_the_service_count_and_so_do_those_of_a_start_that_nobody_saw() -> None:
    served = watch((1, LOADS), (2, SERVES), (9, SERVES))
    assert not marks(served).only_start
    assert marks(served).survival_fraction > 0.9
    assert not marks(watch((1, LOADS), (5, SERVES)), from_start=False).only_start


def test_a_mark_or_two_of_the_service_count_alone() -> None:
    served = watch((1, LOADS), (5, SERVES), (9, SERVES))
    dies = marks(served, later=[(8.0, 128, 70, 128)])
    assert dies.survival_fraction == pytest.approx(6 / 64, abs=0.01)
    assert dies.bytes[dies.served_from] == 64 * MIB
    stays = marks(served, later=[(8.0, 128, 127, 128)])
    assert stays.survival_fraction > 0.9
    assert marks(served).served_from == 0
