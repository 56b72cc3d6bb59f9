"""The rules of chapter 4.1: goroutines that leak."""

from __future__ import annotations

import pytest

from goom.case.claim import DOES_NOT_HOLD, HOLDS, IN_PART
from tests.claims.twins import Twin, each

TWINS: tuple[Twin, ...] = (
    Twin("C079", HOLDS, each(goroutines_after_stop=0)),
    Twin("C079", IN_PART, each(goroutines_after_stop=9000)),
    Twin("C079", DOES_NOT_HOLD, each(goroutines_after_stop=20000)),
    Twin(
        "C080",
        HOLDS,
        each(
            outside_of_heap_fraction=0.95,
            outside_of_heap_per_goroutine_bytes=1,
            heap_per_goroutine_bytes=1,
        ),
    ),
    Twin(
        "C080",
        IN_PART,
        each(
            outside_of_heap_fraction=0.7,
            outside_of_heap_per_goroutine_bytes=1,
            heap_per_goroutine_bytes=1,
        ),
    ),
    Twin(
        "C080",
        DOES_NOT_HOLD,
        each(
            outside_of_heap_fraction=0.02,
            outside_of_heap_per_goroutine_bytes=1,
            heap_per_goroutine_bytes=1,
        ),
    ),
    Twin("C081", HOLDS, each(in_sleep=20000, in_chan_receive=0, state="x")),
    Twin("C081", IN_PART, each(in_sleep=0, in_chan_receive=20000, state="x")),
    Twin("C081", DOES_NOT_HOLD, each(in_sleep=0, in_chan_receive=0, state="x")),
    Twin("C082", HOLDS, each(static_trace_points=True, symbol_runtime_mmap=True)),
    Twin("C082", DOES_NOT_HOLD, each(static_trace_points=False, symbol_runtime_mmap=True)),
    Twin("C082", IN_PART, each(static_trace_points=False, symbol_runtime_mmap=False)),
    Twin(
        "C083",
        HOLDS,
        each(mmap_per_thousand_goroutines=900, munmap_calls_healthy=100, munmap_calls_leaking=0),
    ),
    Twin(
        "C083",
        IN_PART,
        each(mmap_per_thousand_goroutines=900, munmap_calls_healthy=0, munmap_calls_leaking=0),
    ),
    Twin(
        "C083",
        IN_PART,
        each(mmap_per_thousand_goroutines=1, munmap_calls_healthy=100, munmap_calls_leaking=0),
    ),
    Twin(
        "C083",
        DOES_NOT_HOLD,
        each(mmap_per_thousand_goroutines=1, munmap_calls_healthy=0, munmap_calls_leaking=0),
    ),
)
UNMEASURABLE = {"C084": "a rate that belongs to a program that is not given"}


@pytest.mark.parametrize("twin", TWINS, ids=str)
def test_the_verdict_follows_from_the_figures(twin: Twin) -> None:
    assert twin.judged().truth == twin.truth, twin.judged().because
