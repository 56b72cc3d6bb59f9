"""The rules of chapter 3.3: what a trace of the collector says."""

from __future__ import annotations

import pytest

from goom.case.claim import CANNOT_MEASURE, DOES_NOT_HOLD, HOLDS, IN_PART
from goom.claims.bench.reading import Row
from tests.claims.twins import Twin, each, of

SHORTER = "pause_under_half_of_assist_fraction"
ASSISTED: dict[str, float] = {
    "pause_of_those_median_seconds": 0.0002,
    "assist_of_those_median_seconds": 0.02,
}


def assisted(shorter: float) -> dict[str, Row]:
    return each(**ASSISTED, **{SHORTER: shorter})


TWINS: tuple[Twin, ...] = (
    Twin("C073", HOLDS, each(file_runtime_trace_gc=True, functions_named_so=2)),
    Twin("C073", IN_PART, each(file_runtime_trace_gc=True, functions_named_so=0)),
    Twin("C073", DOES_NOT_HOLD, each(file_runtime_trace_gc=False, functions_named_so=0)),
    Twin(
        "C074",
        HOLDS,
        each(
            assist_at_full_speed_seconds=0.3,
            assist_at_60_mib_per_second_seconds=0.01,
            collections_at_60_mib_per_second=2,
        ),
    ),
    Twin(
        "C074",
        IN_PART,
        each(
            assist_at_full_speed_seconds=0.3,
            assist_at_60_mib_per_second_seconds=0.1,
            collections_at_60_mib_per_second=2,
        ),
    ),
    Twin(
        "C074",
        DOES_NOT_HOLD,
        each(
            assist_at_full_speed_seconds=0.1,
            assist_at_60_mib_per_second_seconds=0.1,
            collections_at_60_mib_per_second=2,
        ),
    ),
    Twin(
        "C074",
        CANNOT_MEASURE,
        each(
            assist_at_full_speed_seconds=0.3,
            assist_at_60_mib_per_second_seconds=0.0,
            collections_at_60_mib_per_second=0,
        ),
    ),
    Twin("C075", HOLDS, assisted(0.0)),
    Twin("C075", IN_PART, assisted(0.05)),
    Twin("C075", IN_PART, assisted(0.9) | of("1.27.3", **ASSISTED, **{SHORTER: 0.0})),
    Twin("C075", DOES_NOT_HOLD, assisted(0.9)),
    Twin("C076", HOLDS, each(gogc_effect_ratio=2.0, finalizer_effect_ratio=4.0)),
    Twin("C076", IN_PART, each(gogc_effect_ratio=6.0, finalizer_effect_ratio=2.0)),
    Twin("C076", DOES_NOT_HOLD, each(gogc_effect_ratio=6.0, finalizer_effect_ratio=1.0)),
    Twin(
        "C077",
        HOLDS,
        each(names_needreclaim=1, gc_start_releases_memory=True, gc_start_calls_mark_done=True),
    ),
    Twin(
        "C077",
        IN_PART,
        each(
            names_needreclaim=0,
            gc_start_releases_memory=True,
            gc_start_calls_mark_done=False,
            gc_start_sweeps_before_it_stops=True,
            sweep_termination_begins_a_cycle=True,
        ),
    ),
    Twin(
        "C077",
        DOES_NOT_HOLD,
        each(
            names_needreclaim=0,
            gc_start_releases_memory=False,
            gc_start_calls_mark_done=False,
            gc_start_sweeps_before_it_stops=True,
            sweep_termination_begins_a_cycle=True,
        ),
    ),
    Twin(
        "C077",
        IN_PART,
        each(
            names_needreclaim=0,
            gc_start_releases_memory=False,
            gc_start_calls_mark_done=False,
            gc_start_sweeps_before_it_stops=False,
            sweep_termination_begins_a_cycle=False,
        ),
    ),
    Twin(
        "C078",
        HOLDS,
        each(sweeps_until_nothing_is_left=True, finishes_when_stopped=True, finish_sweeps_all=True),
    ),
    Twin(
        "C078",
        IN_PART,
        each(
            sweeps_until_nothing_is_left=True, finishes_when_stopped=False, finish_sweeps_all=True
        ),
    ),
    Twin(
        "C078",
        DOES_NOT_HOLD,
        each(
            sweeps_until_nothing_is_left=False, finishes_when_stopped=False, finish_sweeps_all=False
        ),
    ),
)


@pytest.mark.parametrize("twin", TWINS, ids=str)
def test_the_verdict_follows_from_the_figures(twin: Twin) -> None:
    assert twin.judged().truth == twin.truth, twin.judged().because
