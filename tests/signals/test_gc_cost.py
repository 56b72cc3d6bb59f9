"""What collection costs, and who sets its pace."""

from __future__ import annotations

from dataclasses import replace
from math import isnan, nan

import numpy as np
import pytest

from goom.case.series import ProcessSeries
from goom.case.subject import Subject
from goom.case.units import MIB
from goom.signals.gc_cost import GCCost, gc_cost
from goom.signals.work import work
from goom.signals.xray_course import xray_course
from tests.signals.small_evidence import clock, log, memstats, process

SAW = [(float(n), 40, 20, 40) for n in range(0, 21)]
BUSY = process([0, 10, 20], user_seconds=[0, 5, 10], system_seconds=[0, 0, 0])


def cost(
    cycles: list[tuple[float, int, int, int]],
    subject: Subject | None = None,
    seen: ProcessSeries | None = BUSY,
    cpu_ms: float = 100,
) -> GCCost:
    found = gc_cost(clock(20), log(cycles, cpu_ms), subject or Subject(), seen)
    assert found is not None
    return found


def test_the_share_is_of_what_the_process_used() -> None:
    found = cost(SAW)
    # a hundred milliseconds a second of half a core
    assert found.share_of_process_fraction == pytest.approx(0.2, rel=0.15)
    assert found.share_of_machine_fraction == pytest.approx(0.05, rel=0.1)
    assert found.cycles_per_second == pytest.approx(1.0, rel=0.1)


def test_without_proc_the_share_of_the_machine_is_all_that_is_known() -> None:
    found = cost(SAW, seen=None)
    assert isnan(found.share_of_process_fraction)
    assert "nan" not in found.share_text
    assert 0 <= found.burden <= 1


@pytest.mark.parametrize(
    ("of_process", "of_machine", "burden"),
    [(0.10, 0.5, 0.0), (0.12, 0.5, 0.0), (0.18, 0.03, 0.5), (0.20, 0.03, 2 / 3), (0.24, 0.1, 1.0),
     (0.9, 0.5, 1.0), (0.9, 0.01, 0.0), (0.24, 0.02, 0.5), (nan, 0.07, 0.0), (nan, 0.16, 1.0)],
)  # fmt: skip
def test_a_burden_is_a_large_share_of_the_process_and_worth_a_word_on_the_machine(
    of_process: float, of_machine: float, burden: float
) -> None:
    found = replace(
        cost(SAW), share_of_process_fraction=of_process, share_of_machine_fraction=of_machine
    )
    assert found.burden == pytest.approx(burden)


def test_a_dearer_collector_is_a_greater_burden() -> None:
    burdens = [cost(SAW, cpu_ms=cpu).burden for cpu in (1, 50, 150, 400)]
    assert burdens == sorted(burdens)
    assert (burdens[0], burdens[-1]) == (0.0, 1.0)


def test_the_pace_of_gogc_100_is_twice_the_marked_heap() -> None:
    found = cost(SAW)
    assert found.goal_ratio == pytest.approx(2.0, abs=0.05)
    assert found.effective_gogc_percent == pytest.approx(100, abs=5)
    assert found.limit_driven_fraction == 0.0


def test_goals_close_to_what_survives_are_set_by_a_limit() -> None:
    found = cost([(float(n), 22, 20, 22) for n in range(0, 21)])
    assert found.limit_driven_fraction == 1.0


def test_with_gogc_off_only_a_limit_can_set_a_goal() -> None:
    assert cost(SAW, Subject(gogc_percent=-1)).limit_driven_fraction == 1.0


def test_a_goal_without_bound_costs_nothing_to_say() -> None:
    found = cost([(float(n), 40, 20, 2**43 - 1) for n in range(0, 21)])
    assert np.isinf(found.goal_ratio)
    assert found.limit_driven_fraction == 0.0


def test_two_cycles_are_no_pace() -> None:
    assert gc_cost(clock(), log(SAW[:2]), Subject(), None) is None


def test_work_is_spread_over_the_time_that_it_took() -> None:
    looks = process([0, 10, 20], user_seconds=[0, 0, 10], system_seconds=[0, 0, 0])
    found = work(clock(20), None, looks, None)
    assert found is not None
    assert found.cores(0, 10) == pytest.approx(0.0, abs=0.01)
    assert found.cores(10.5, 20) == pytest.approx(1.0, abs=0.01)
    assert isnan(found.allocation(0, 20))


def test_allocation_is_what_reached_the_heap_between_the_marks() -> None:
    found = work(clock(20), log(SAW), None, None)
    assert found is not None
    assert found.allocation(5, 15) == pytest.approx(20 * 2**20, rel=0.02)


def test_no_time_is_no_work() -> None:
    assert work(clock(0), log(SAW), None, None) is None
    assert work(clock(20), None, None, None) is None


def test_looks_whose_goal_is_not_known_do_not_count() -> None:
    """Of the others one says what it comes to; a bundle of somebody else's may lack the rest."""
    time = [float(n) for n in range(21)]
    free = [np.nan, *[0.0] * 20]
    looks = memstats(
        time, HeapMarked=[20 * MIB] * 21, GCPercentHeapGoal=[40 * MIB] * 21, GOGC=[100] * 21,
        GOMEMLIMIT=[900 * MIB] * 21, MappedReady=[60 * MIB] * 21, HeapIdle=free[::-1],
        HeapReleased=[0] * 21, HeapAlloc=[30 * MIB] * 21, HeapLive=[30 * MIB] * 21,
        TotalAlloc=[n * 20.0 * MIB for n in time], NumGC=time, NumForcedGC=[0] * 21,
        GCAssistNs=[0] * 21, GCDedicatedNs=[n * 1e7 for n in time], GCIdleNs=[0] * 21,
        GCPauseCPUNs=[0] * 21, PauseTotalNs=[0] * 21, GOMAXPROCS=[2] * 21, LastGC=[0] * 21,
    )  # fmt: skip
    seen = xray_course(looks, Subject(go_version="1.22.10"))
    found = gc_cost(clock(20), None, Subject(), None, xray=seen)
    assert found is not None
    assert found.goal_ratio == pytest.approx(2.0)
    assert found.effective_gogc_percent == pytest.approx(100)
