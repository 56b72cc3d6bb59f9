"""Go's own accounting, whoever published it."""

from __future__ import annotations

import numpy as np
import pytest

from goom.case.evidence import Profiles
from goom.case.series import MemStatsSeries, MetricsSeries
from goom.case.subject import Subject
from goom.case.units import MIB
from goom.formats import gctrace
from goom.signals.go_memory import go_memory
from tests.signals.ledger_evidence import heap_profile

AT = np.array([10.0, 20.0])
LOG = b"""\
gc 1 @1.000s 0%: 0.010+9.9+0.047 ms clock, 0.1+5.1/0.079/9.7+0.1 ms cpu, 4->5->3 MB, 5 MB goal, \
0 MB stacks, 0 MB globals, 2 P
gc 2 @2.000s 0%: 0.010+9.9+0.047 ms clock, 0.1+5.1/0.079/9.7+0.1 ms cpu, 6->7->4 MB, 8 MB goal, \
0 MB stacks, 0 MB globals, 2 P
"""


def test_memstats_and_metrics_say_the_same() -> None:
    stats = MemStatsSeries(
        AT,
        {
            "HeapAlloc": np.array([1.0, 2.0]),
            "HeapInuse": np.array([3.0, 5.0]),
            "HeapIdle": np.array([30.0, 40.0]),
            "HeapReleased": np.array([20.0, 25.0]),
        },
    )
    classes = MetricsSeries(
        AT,
        {
            "go_memory_classes_heap_objects_bytes": np.array([1.0, 2.0]),
            "go_memory_classes_heap_unused_bytes": np.array([2.0, 3.0]),
            "go_memory_classes_heap_free_bytes": np.array([10.0, 15.0]),
            "go_memory_classes_heap_released_bytes": np.array([20.0, 25.0]),
        },
    )
    first = go_memory(Subject(), stats, None, None, None)
    second = go_memory(Subject(), None, classes, None, None)
    assert first is not None
    assert second is not None
    assert first.columns.keys() == second.columns.keys()
    for name, column in first.columns.items():
        assert np.array_equal(column, second.columns[name]), name
    assert first.obtained["heap_free_bytes"] == "HeapIdle - HeapReleased"
    assert "go_memory_classes_heap_unused_bytes" in second.obtained["heap_inuse_bytes"]


def test_the_older_names_of_client_golang_are_understood() -> None:
    metrics = MetricsSeries(
        AT,
        {
            "go_memstats_heap_alloc_bytes": np.array([1.0, 2.0]),
            "go_memstats_buck_hash_sys_bytes": np.array([7.0, 8.0]),
        },
    )
    found = go_memory(Subject(), None, metrics, None, None)
    assert found is not None
    assert found.last("heap_alloc_bytes") == 2
    assert found.last("buckhash_sys_bytes") == 8


def test_a_mark_holds_until_the_next_one() -> None:
    trace = gctrace.parse(LOG)
    found = go_memory(Subject(started_at_seconds=100.0), None, None, trace, None)
    assert found is not None
    assert found.marks is not None
    assert np.isnan(found.marks.holding_at(100.5))
    assert found.marks.holding_at(101.5) == 3.5 * MIB  # printed whole, cut off
    assert found.marks.holding_at(500.0) == 4.5 * MIB
    assert found.marks.error_bytes == pytest.approx(MIB / 12**0.5)
    assert list(found.columns) == ["heap_alloc_bytes"]


def test_an_exact_mark_wins_over_a_printed_one() -> None:
    metrics = MetricsSeries(AT, {"go_gc_heap_live_bytes": np.array([np.nan, 12345.0])})
    found = go_memory(Subject(), None, metrics, gctrace.parse(LOG), None)
    assert found is not None
    assert found.marks is not None
    assert found.marks.holding_at(20.0) == 12345
    assert found.marks.error_bytes == 0


def test_a_heap_profile_says_what_was_marked() -> None:
    profiles = Profiles((heap_profile([(("main.f",), 5000, 50)]),))
    found = go_memory(Subject(), None, None, None, profiles)
    assert found is not None
    assert found.marks is not None
    assert found.marks.holding_at(float("nan")) == 5000
    assert found.marks.obtained == "heap profile"


def test_nothing_gives_nothing() -> None:
    assert go_memory(Subject(), None, None, None, None) is None
