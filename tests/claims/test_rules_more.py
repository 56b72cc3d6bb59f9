"""The rules of statements of several chapters that stand in figures, comments and code alone."""

from __future__ import annotations

import pytest

from goom.case.claim import DOES_NOT_HOLD, HOLDS, IN_PART
from goom.claims.bench.reading import Row
from tests.claims.twins import Twin, each, of


def slots(same: float, other: float) -> dict[str, Row]:
    return each(new_spans_for_48_bytes_fraction=same, new_spans_for_56_bytes_fraction=other)


def swapped(lost: bool) -> dict[str, Row]:
    return each(
        objects_lost=lost,
        swaps=1_000_000,
        objects_lost_without_barrier=True,
        go_says_without_barrier="fatal error: found pointer to free object",
    )


def dropped(kept: float, goroutines: int) -> dict[str, Row]:
    return each(kept_when_dropped_fraction=kept, goroutines_started=goroutines)


def grown(share: float) -> dict[str, Row]:
    return each(heap_growth_to_allocated_fraction=share, allocated_bytes=160e6)


def passes(false: bool, dirty: int) -> dict[str, Row]:
    return each(newobject_passes_false=false, objects_not_zero_with_false=dirty)


def copied(out: int, *, panics: bool = False) -> dict[str, Row]:
    return each(panics=panics, bytes_in=102_400, bytes_out=out, allocations_a_round_by_value=1)


def allocating(made: int, sliced: int) -> dict[str, Row]:
    return each(allocations_of_make=made, allocations_of_unsafe_slice=sliced)


def reading(files: int, built: int) -> dict[str, Row]:
    return each(
        files_that_read_mem_stats=files, of_those_built=built, files_built_that_read_metrics=1
    )


TWINS: tuple[Twin, ...] = (
    Twin("C114", HOLDS, slots(0.0, 1.14)),
    Twin("C114", DOES_NOT_HOLD, slots(0.0, 0.02)),
    Twin("C114", DOES_NOT_HOLD, slots(1.0, 1.14)),
    Twin("C114", IN_PART, slots(0.0, 1.14) | of("1.27.3", **slots(0.0, 0.0)["1.27.3"])),
    Twin("C115", HOLDS, swapped(lost=False)),
    Twin("C115", DOES_NOT_HOLD, swapped(lost=True)),
    Twin("C115", IN_PART, swapped(lost=False) | of("1.27.3", **swapped(lost=True)["1.27.3"])),
    Twin("C116", HOLDS, each(names_sweeping=True, its_own_tasks_found=3)),
    Twin("C116", IN_PART, each(names_sweeping=False, its_own_tasks_found=2)),
    Twin("C116", DOES_NOT_HOLD, each(names_sweeping=False, its_own_tasks_found=3)),
    Twin("C117", HOLDS, dropped(1.0, 20_000)),
    Twin("C117", IN_PART, dropped(1.0, 0)),
    Twin("C117", IN_PART, dropped(1.0, 0) | of("1.27.3", **dropped(0.0, 0)["1.27.3"])),
    Twin("C117", DOES_NOT_HOLD, dropped(0.0, 0)),
    Twin("C118", HOLDS, grown(1.0)),
    Twin("C118", IN_PART, grown(0.6)),
    Twin("C118", DOES_NOT_HOLD, grown(0.1)),
    Twin("C119", HOLDS, passes(false=True, dirty=0)),
    Twin(
        "C119",
        IN_PART,
        passes(false=True, dirty=9)
        | of("1.27.3", newobject_passes_false=False, objects_not_zero_with_false=9),
    ),
    Twin("C119", DOES_NOT_HOLD, passes(false=False, dirty=9)),
    Twin("C120", HOLDS, copied(102_400)),
    Twin("C120", IN_PART, copied(65_536)),
    Twin("C120", DOES_NOT_HOLD, copied(0, panics=True)),
    Twin("C121", HOLDS, allocating(2, 1)),
    Twin("C121", DOES_NOT_HOLD, allocating(1, 1)),
    Twin("C122", HOLDS, reading(1, 1)),
    Twin("C122", IN_PART, reading(1, 0)),
    Twin("C122", DOES_NOT_HOLD, reading(0, 0)),
)


@pytest.mark.parametrize("twin", TWINS, ids=str)
def test_the_verdict_follows_from_the_figures(twin: Twin) -> None:
    assert twin.judged().truth == twin.truth, twin.judged().because
