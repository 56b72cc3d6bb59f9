"""The goal of a sampled process is the one that its version of the pacer computes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from goom.case.errors import BadInput
from goom.case.units import MIB
from tests.renderers.xray_samples import MEMORY, PACER, look


def test_gogc_decides_when_nothing_else_bounds_the_heap() -> None:
    told = look().pacer
    assert (told.goal_bytes, told.regime) == (80 * MIB, "gogc")
    assert told.trigger_bytes == 78 * MIB  # the goal less the runway
    assert told.memory_limit_goal_bytes is None


def test_what_the_limit_counts_is_what_is_mapped_and_not_released() -> None:
    told = look(replace(PACER, memory_limit_bytes=70 * MIB)).pacer
    non_heap = 68 * MIB - 10 * MIB - 48 * MIB
    assert told.limit_used_bytes == MEMORY.mapped_ready_bytes
    assert told.non_heap_bytes == non_heap
    left = 70 * MIB - non_heap
    assert (told.goal_bytes, told.regime) == (left - left // 100 * 3, "memory_limit")


def test_the_headroom_is_that_of_the_version() -> None:
    told = look(replace(PACER, memory_limit_bytes=70 * MIB), go_version="1.19.8").pacer
    assert told.goal_bytes == 70 * MIB - told.non_heap_bytes - 1 * MIB


def test_the_least_goal_is_named_as_such() -> None:
    small = replace(PACER, heap_marked_bytes=1 * MIB, heap_live_bytes=2 * MIB,
                    gc_percent_heap_goal_bytes=4 * MIB)  # fmt: skip
    assert look(small).pacer.regime == "heap_minimum"


def test_a_cycle_that_began_late_moves_the_goal() -> None:
    late = look(replace(PACER, triggered_bytes=90 * MIB)).pacer
    assert (late.goal_bytes, late.regime) == (90 * MIB + (64 << 10), "late_trigger")


def test_gogc_off_without_a_limit_is_no_goal() -> None:
    off = replace(PACER, gogc_percent=-1, gc_percent_heap_goal_bytes=(1 << 64) - 1)
    assert (look(off).pacer.goal_bytes, look(off).pacer.trigger_bytes) == (None, None)
    limited = look(replace(off, memory_limit_bytes=200 * MIB)).pacer
    assert limited.goal_bytes is not None


def test_a_version_before_the_memory_limit_is_refused() -> None:
    with pytest.raises(BadInput, match="before the memory limit"):
        look(go_version="1.18")
