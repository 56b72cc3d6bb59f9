"""Sweep pacing: nothing is left to sweep when the next cycle is due."""

from __future__ import annotations

import lzma
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from goom.formats.gctrace import parse
from goom.runtime.pacer.mgcsweep import (
    PAGE_BYTES,
    SWEEP_MARGIN_BYTES,
    heap_distance_bytes,
    pages_owed,
    sweep_pages_per_byte,
    swept_by_heap_live_bytes,
)
from goom.runtime.pacer.replay_observed import observed

RECORDED = Path(__file__).parent / "recorded" / "1.27.3"  # 1.25 was the first to print it
MIB = 1 << 20
HEAPS = st.integers(1, 1 << 36).map(float)


@given(HEAPS, HEAPS, HEAPS)
def test_all_pages_are_swept_a_mebibyte_before_the_trigger(
    in_use: float, live: float, runway: float
) -> None:
    trigger = live + runway
    ratio = sweep_pages_per_byte(in_use, trigger, live)
    by = swept_by_heap_live_bytes(trigger, live)
    assert abs(ratio * (by - live) - in_use // PAGE_BYTES) <= 1e-6 * in_use / PAGE_BYTES + 1
    assert by <= max(trigger - SWEEP_MARGIN_BYTES, live + PAGE_BYTES)


def test_who_takes_a_span_sweeps_in_proportion_to_what_was_allocated() -> None:
    ratio = sweep_pages_per_byte(80 * MIB, 61 * MIB, 40 * MIB)
    assert heap_distance_bytes(61 * MIB, 40 * MIB) == 20 * MIB
    assert ratio == 80 * MIB / PAGE_BYTES / (20 * MIB)
    assert pages_owed(ratio, 10 * MIB, 0) == 5120
    assert pages_owed(ratio, 10 * MIB, 5120) == 0


def test_a_trigger_at_hand_does_not_ask_for_infinite_sweeping() -> None:
    assert heap_distance_bytes(40 * MIB, 40 * MIB) == PAGE_BYTES


@pytest.mark.parametrize("name", ["steady", "ramp", "tree", "goroutines", "cache", "text"])
def test_real_go_spreads_its_sweep_over_the_same_distance(name: str) -> None:
    trace = parse(lzma.decompress((RECORDED / f"{name}.log.xz").read_bytes()))
    seen, told = observed(trace), trace.pacer
    paced = np.flatnonzero(told.sweep_pages_per_byte[:-1] > 0)
    distances = told.sweep_pages[paced] / told.sweep_pages_per_byte[paced]
    wanted = [
        heap_distance_bytes(seen.triggered.middle[cycle + 1], seen.heap_marked.middle[cycle])
        for cycle in told.sweep_cycle[paced]
    ]
    assert len(wanted) > 20
    assert np.median(distances / wanted) == pytest.approx(1.0, abs=0.005)
