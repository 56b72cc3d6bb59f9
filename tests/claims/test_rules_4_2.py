"""The rules of chapter 4.2: many small objects."""

from __future__ import annotations

import pytest

from goom.case.claim import DOES_NOT_HOLD, HOLDS, IN_PART
from goom.claims.bench.reading import Row
from tests.claims.twins import Twin, each, of


def swapped_in(*, tagged: bool, control: bool = True) -> dict[str, Row]:
    return each(
        builds_with_the_tag=tagged,
        builds_without_it=control,
        go_says="x",
        kept_of_dropped_fraction=1.0,
        pointees_freed_in_use_fraction=1.0,
    )


TWINS: tuple[Twin, ...] = (
    Twin("C085", HOLDS, each(spans_per_thousand_objects=200, locks_taken_by_mcentral=2)),
    Twin("C085", IN_PART, each(spans_per_thousand_objects=200, locks_taken_by_mcentral=0)),
    Twin("C085", IN_PART, each(spans_per_thousand_objects=1, locks_taken_by_mcentral=2)),
    Twin("C085", DOES_NOT_HOLD, each(spans_per_thousand_objects=1, locks_taken_by_mcentral=0)),
    Twin("C086", HOLDS, each(one_byte_objects_per_block=512.0)),
    Twin("C086", IN_PART, each(one_byte_objects_per_block=64.0)),
    Twin("C086", DOES_NOT_HOLD, each(one_byte_objects_per_block=16.0)),
    Twin("C087", HOLDS, each(collections=0, longest_interval_seconds=125)),
    Twin("C087", DOES_NOT_HOLD, each(collections=1, longest_interval_seconds=121)),
    Twin(
        "C087",
        IN_PART,
        each(collections=1, longest_interval_seconds=121)
        | of("1.27.3", collections=0, longest_interval_seconds=125),
    ),
    Twin("C090", HOLDS, each(collections=0, longest_interval_seconds=125)),
    Twin("C090", DOES_NOT_HOLD, each(collections=1, longest_interval_seconds=121)),
    Twin(
        "C090",
        IN_PART,
        each(collections=1, longest_interval_seconds=121)
        | of("1.27.3", collections=0, longest_interval_seconds=125),
    ),
    Twin(
        "C088",
        HOLDS,
        each(
            small_spans_pay=False,
            large_objects_pay=False,
            next_cycle_sweeps_the_rest=False,
            cycles_begun_past_their_goal=0,
            cycles=9,
        ),
    ),
    Twin(
        "C088",
        IN_PART,
        each(
            small_spans_pay=True,
            large_objects_pay=True,
            next_cycle_sweeps_the_rest=True,
            cycles_begun_past_their_goal=8,
            cycles=9,
        ),
    ),
    Twin(
        "C088",
        DOES_NOT_HOLD,
        each(
            small_spans_pay=True,
            large_objects_pay=True,
            next_cycle_sweeps_the_rest=True,
            cycles_begun_past_their_goal=2,
            cycles=9,
        ),
    ),
    Twin("C089", HOLDS, swapped_in(tagged=True)),
    Twin("C089", DOES_NOT_HOLD, swapped_in(tagged=False)),
    Twin("C089", IN_PART, swapped_in(tagged=False, control=False)),
)


@pytest.mark.parametrize("twin", TWINS, ids=str)
def test_the_verdict_follows_from_the_figures(twin: Twin) -> None:
    assert twin.judged().truth == twin.truth, twin.judged().because
