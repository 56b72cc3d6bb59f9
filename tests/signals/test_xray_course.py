"""The pacer over time from looks into memory: goals, marks and cost by the runtime's equations."""

from __future__ import annotations

import numpy as np
import pytest

from goom.case.series import MemStatsSeries
from goom.case.subject import Subject
from goom.case.units import MIB
from goom.signals.gc_cost import GCCost, gc_cost
from goom.signals.marked_heap import marked_heap
from goom.signals.xray_course import XrayCourse, xray_course
from tests.detectors.world import START
from tests.signals.small_evidence import clock, memstats, process

SECOND = 1e9


def looks(count: int = 20, **columns: object) -> MemStatsSeries:
    """A look a second, a cycle a second that ends half a second before each look; 2 Ps."""
    number = np.arange(count, dtype=float)
    usual: dict[str, object] = {
        "NumGC": number + 3,
        "LastGC": (START + number - 0.5) * SECOND,
        "HeapMarked": 20 * MIB + number * MIB,
        "HeapLive": 30 * MIB + number * MIB,
        "HeapAlloc": 29 * MIB + number * MIB,
        "TotalAlloc": number * 10 * MIB,
        "HeapIdle": 0 * number + 4 * MIB,
        "HeapReleased": 0 * number + 3 * MIB,
        "MappedReady": 0 * number + 60 * MIB,
        "GCPercentHeapGoal": 2 * (20 * MIB + number * MIB),
        "GOGC": 0 * number + 100,
        "GOMAXPROCS": 0 * number + 2,
        "NumForcedGC": 0 * number,
        "PauseTotalNs": number * 1e5,
        "GCAssistNs": number * 0.1 * SECOND,
        "GCDedicatedNs": number * 0.3 * SECOND,
        "GCIdleNs": number * 0.2 * SECOND,
        "GCPauseCPUNs": number * 2e5,
    }
    columns_of = {name: list(np.asarray(value)) for name, value in (usual | columns).items()}
    return memstats(list(range(count)), **columns_of)


def course(series: MemStatsSeries) -> XrayCourse:
    found = xray_course(series, Subject(go_version="1.22.10"))
    assert found is not None
    return found


def test_without_a_limit_the_goal_is_gogcs() -> None:
    found = course(looks())
    assert found.goal_bytes[0] == 40 * MIB
    assert not found.limit_driven.any()


def test_under_a_limit_the_smaller_goal_rules() -> None:
    """non-heap = 60 - 1 - 29 MiB of the first look; headroom 3 % of the rest."""
    limit = 64 * MIB
    found = course(looks(GOMEMLIMIT=[limit] * 20))
    left = limit - 30 * MIB
    assert found.goal_bytes[0] == left - left // 100 * 3
    assert found.limit_driven.all()


def test_off_with_a_limit_is_the_limits_goal() -> None:
    found = course(looks(GCPercentHeapGoal=[np.nan] * 20, GOMEMLIMIT=[64 * MIB] * 20))
    assert found.limit_driven.all()
    assert np.isinf(course(looks(GCPercentHeapGoal=[np.nan] * 20)).goal_bytes).all()


def test_memstats_without_x_ray_have_no_course() -> None:
    assert xray_course(memstats([0, 1, 2], HeapAlloc=[1, 2, 3]), Subject()) is None
    assert xray_course(looks(2), Subject()) is None


def test_marks_are_those_of_the_last_look_at_each_cycle() -> None:
    twice = looks(
        NumGC=[3 + n // 2 for n in range(20)],
        LastGC=[(START + n // 2 * 2 - 0.5) * SECOND for n in range(20)],
    )
    found = marked_heap(clock(), None, twice, None, course(twice))
    assert found is not None
    assert found.source == "X-ray"
    assert len(found.bytes) == 10
    assert found.time_seconds[:2] == pytest.approx([-0.5, 1.5], abs=1e-3)
    assert found.survival_fraction == pytest.approx(0.1)
    assert found.heap_at_end_bytes == 49 * MIB


def test_cost_is_what_rose_between_the_looks() -> None:
    cpu = process(list(range(20)), user_seconds=[0.9 * n for n in range(20)],
                  system_seconds=[0.1 * n for n in range(20)])  # fmt: skip
    cost = gc_cost(clock(19.0), None, Subject(), cpu, None, course(looks()))
    assert cost is not None
    assert cost.cycles_per_second == pytest.approx(1.0)
    assert cost.share_of_process_fraction == pytest.approx(0.4, abs=0.001)
    assert cost.share_of_machine_fraction == pytest.approx(0.2, abs=0.001)
    assert cost.assist_fraction == pytest.approx(0.25, abs=0.001)
    assert cost.resting_fraction == pytest.approx(0.4)
    assert cost.goal_ratio == pytest.approx(2.0)
    assert cost.allocated_bytes_per_second == pytest.approx(10 * MIB)


def test_marking_on_idle_cpus_is_no_rest_where_a_limit_asks_for_it() -> None:
    number = np.arange(20)

    def cost_of(limit: float) -> GCCost:
        seen = looks(
            GOMEMLIMIT=[limit] * 20,
            GCDedicatedNs=number * 0.02 * SECOND,
            GCAssistNs=number * 0.0,
            GCIdleNs=number * 1.6 * SECOND,
        )
        found = gc_cost(clock(19.0), None, Subject(), None, None, course(seen))
        assert found is not None
        return found

    asked = cost_of(50 * MIB)
    assert asked.resting_fraction == pytest.approx(0.19, abs=0.01)  # (1.6 + 0.02) / 2 Ps
    assert asked.burden == 0.0
    assert asked.restless == 1.0
    assert cost_of(np.nan).restless == 0.0


def test_gogc_is_a_percentage_of_stacks_and_globals_too() -> None:
    number = np.arange(20)
    marked = 20 * MIB + number * MIB
    stacks = looks(GCPercentHeapGoal=marked + (marked + 60 * MIB))  # GOGC=100, 60 MiB of stacks
    cost = gc_cost(clock(19.0), None, Subject(), None, None, course(stacks))
    assert cost is not None
    assert cost.goal_ratio > 3
    assert cost.effective_gogc_percent == pytest.approx(100.0)
    off = looks(GCPercentHeapGoal=[np.nan] * 20, GOGC=[-1] * 20, GOMEMLIMIT=[64 * MIB] * 20)
    cost = gc_cost(clock(19.0), None, Subject(), None, None, course(off))
    assert cost is not None
    assert cost.effective_gogc_percent == pytest.approx(100 * (cost.goal_ratio - 1), rel=0.01)


def test_an_idle_program_or_one_before_1_20_has_no_cost() -> None:
    assert gc_cost(clock(19.0), None, Subject(), None, None, course(looks(NumGC=[3] * 20))) is None
    silent = looks(GCAssistNs=[np.nan] * 20)
    assert gc_cost(clock(19.0), None, Subject(), None, None, course(silent)) is None
