"""The rules of chapter 1: what the article says of tuning at a glance."""

from __future__ import annotations

import pytest

from goom.case.claim import DOES_NOT_HOLD, HOLDS, IN_PART
from goom.claims.bench.reading import Row
from tests.claims.twins import PAIR, Twin, each, of, pair

MIB = 1 << 20


def pacer(*, start: float, adapts: bool = True, goal: float = 2.0, bounds: str = "45 to 61") -> Row:
    return {
        "goal_at_gogc_100_ratio": goal,
        "marking_starts_at_fraction": start,
        "bounds_of_the_start": bounds,
        "adapts_to_allocation": adapts,
    }


def spread(name: str, low: float, middle: float, high: float) -> dict[str, Row]:
    return pair(
        PAIR,
        **{
            f"{name}_ratio": middle,
            f"{name}_low_ratio": low,
            f"{name}_high_ratio": high,
            "rounds": 9,
        },
    )


def kills(*, gogc: bool, limit: bool) -> dict[str, Row]:
    return each(
        killed_with_gogc_100=gogc, survives_with_gomemlimit=limit, lines_that_read_the_limit=0
    )


def profiles(heap: float) -> dict[str, Row]:
    return each(heap_profile_mallocgc_fraction=heap, cpu_profile_mallocgc_fraction=0.7)


def loops(*, made: float, grown: float, objects: float = 1.0) -> dict[str, Row]:
    return each(
        made_in_loop_objects_a_round=objects,
        made_in_loop_time_ratio=made,
        made_in_loop_time_low_ratio=made,
        grown_in_loop_objects_a_round=6 * objects,
        grown_in_loop_time_ratio=grown,
        grown_in_loop_time_low_ratio=grown,
    )


def builder(small: int, middle: int, large: int) -> dict[str, Row]:
    return each(
        allocations_for_1_kb=small, allocations_for_100_kb=middle, allocations_for_10_mb=large
    )


def scavenger(busy: float, returned: float) -> dict[str, Row]:
    return each(released_over_inuse_while_busy_ratio=busy, returned_after_drop_fraction=returned)


def idle(high: float, none: float = 0.95) -> dict[str, Row]:
    return each(returned_with_limit_of_64_gib_fraction=high, returned_without_limit_fraction=none)


def limited(over: float, *, saved: bool = True, lost: bool = True) -> dict[str, Row]:
    return each(
        used_over_gomemlimit_ratio=over,
        garbage_survives_with_it=saved,
        garbage_killed_without_it=True,
        live_data_killed_in_spite_of_it=lost,
    )


def rises(*, slow_killed: bool, sudden_survives: bool) -> dict[str, Row]:
    return each(
        slow_rise_in_100_ms_bytes=24 * MIB,
        slow_rise_killed=slow_killed,
        sudden_rise_bytes=600 * MIB,
        sudden_rise_survives=sudden_survives,
    )


def leak(automatic: int, freed: float) -> dict[str, Row]:
    return each(automatic_collections=automatic, freed_by_runtime_gc_fraction=freed)


def globals_(*, filled: bool, empty: bool, other: bool) -> dict[str, Row]:
    return each(
        killed_when_globals_are_filled=filled,
        survives_with_256_mib_of_empty_globals=empty,
        killed_by_start_without_globals=other,
    )


def remedy(*, saved: bool, lost: bool) -> dict[str, Row]:
    return each(
        starts_killed_with_gogc_100=3,
        starts_killed_with_gogc_10=0 if saved else 3,
        starts_killed_with_gomemlimit=0,
        starts_each=3,
        live_data_killed_in_spite_of_it=lost,
        collections_with_gogc_10=90,
        collections_with_gomemlimit=19,
    )


def pauses(quiet: float, middle: tuple[float, float, float]) -> dict[str, Row]:
    return pair(pause_of_quiet_rounds_ratio=quiet, **spread("pause_median", *middle)[PAIR])


TWINS = (
    Twin("C001", DOES_NOT_HOLD, {"1.21.13": pacer(start=0.7), "1.22.10": pacer(start=0.71)}),
    Twin("C001", IN_PART, {"1.21.13": pacer(start=0.9), "1.22.10": pacer(start=0.7)}),
    Twin("C001", IN_PART, {"1.21.13": pacer(start=0.7), "1.22.10": pacer(start=0.7, goal=1.8)}),
    Twin(
        "C001",
        HOLDS,
        {"1.21.13": pacer(start=0.7, adapts=False), "1.22.10": pacer(start=0.7, bounds="30 to 61")},
    ),
    Twin("C002", DOES_NOT_HOLD, pauses(0.97, (0.9, 0.97, 1.05))),
    Twin("C002", DOES_NOT_HOLD, pauses(0.97, (0.4, 0.6, 1.3))),
    Twin("C002", DOES_NOT_HOLD, pauses(0.6, (0.4, 0.8, 1.3))),
    Twin("C002", IN_PART, pauses(0.7, (0.4, 0.7, 0.9))),
    Twin("C002", HOLDS, pauses(0.6, (0.55, 0.6, 0.7))),
    Twin("C003", DOES_NOT_HOLD, spread("peak", 0.96, 1.0, 1.03)),
    Twin("C003", IN_PART, spread("peak", 0.9, 1.2, 1.5)),
    Twin("C003", HOLDS, spread("peak", 1.1, 1.2, 1.3)),
    Twin("C004", HOLDS, kills(gogc=True, limit=True)),
    Twin("C004", DOES_NOT_HOLD, kills(gogc=True, limit=False)),
    Twin("C004", DOES_NOT_HOLD, kills(gogc=False, limit=True)),
    Twin(
        "C004",
        IN_PART,
        kills(gogc=True, limit=True)
        | of("1.27.3", killed_with_gogc_100=True, survives_with_gomemlimit=False),
    ),
    Twin("C005", HOLDS, each(page_names_the_function=True)),
    Twin("C005", DOES_NOT_HOLD, each(page_names_the_function=False)),
    Twin("C006", DOES_NOT_HOLD, profiles(0.0)),
    Twin("C006", HOLDS, profiles(0.8)),
    Twin("C007", HOLDS, loops(made=5.0, grown=20.0)),
    Twin("C007", IN_PART, loops(made=1.1, grown=4.0)),
    Twin("C007", DOES_NOT_HOLD, loops(made=1.0, grown=1.0, objects=0.0)),
    Twin("C008", IN_PART, builder(8, 23, 42)),
    Twin("C008", HOLDS, builder(20, 40, 80)),
    Twin("C008", DOES_NOT_HOLD, builder(3, 5, 8)),
    Twin("C009", IN_PART, each(collections_survived=1, collections_tried=4)),
    Twin("C009", HOLDS, each(collections_survived=4, collections_tried=4)),
    Twin("C009", DOES_NOT_HOLD, each(collections_survived=0, collections_tried=4)),
    Twin("C010", HOLDS, each(gc_lines=16, pacer_lines=32)),
    Twin("C010", IN_PART, each(gc_lines=16, pacer_lines=0)),
    Twin("C010", DOES_NOT_HOLD, each(gc_lines=0, pacer_lines=0)),
    Twin("C011", DOES_NOT_HOLD, each(scvg_lines=0, lines_with_these_fields=0)),
    Twin("C011", IN_PART, each(scvg_lines=4, lines_with_these_fields=0)),
    Twin("C011", HOLDS, each(scvg_lines=4, lines_with_these_fields=4)),
    Twin("C012", DOES_NOT_HOLD, scavenger(0.04, 0.95)),
    Twin("C012", HOLDS, scavenger(0.04, 0.2)),
    Twin("C012", IN_PART, scavenger(0.6, 0.95)),
    Twin("C013", DOES_NOT_HOLD, idle(0.93)),
    Twin("C013", HOLDS, idle(0.1)),
    Twin("C013", IN_PART, idle(0.7)),
    Twin("C014", DOES_NOT_HOLD, each(collections_ratio=5.3, time_ratio=2.4)),
    Twin("C014", HOLDS, each(collections_ratio=0.4, time_ratio=0.9)),
    Twin("C014", IN_PART, each(collections_ratio=1.0, time_ratio=1.0)),
    Twin("C015", IN_PART, limited(2.4)),
    Twin("C015", HOLDS, limited(0.98, lost=False)),
    Twin("C015", DOES_NOT_HOLD, limited(2.4, saved=False)),
    Twin("C016", DOES_NOT_HOLD, rises(slow_killed=True, sudden_survives=True)),
    Twin("C016", HOLDS, rises(slow_killed=False, sudden_survives=False)),
    Twin("C016", IN_PART, rises(slow_killed=True, sudden_survives=False)),
    Twin("C017", DOES_NOT_HOLD, leak(8, 0.0)),
    Twin("C017", HOLDS, leak(0, 0.9)),
    Twin("C017", IN_PART, leak(8, 0.3)),
    Twin("C018", HOLDS, each(allocations_grown_first=1, allocations_not_grown=23)),
    Twin("C018", IN_PART, each(allocations_grown_first=4, allocations_not_grown=23)),
    Twin("C018", DOES_NOT_HOLD, each(allocations_grown_first=23, allocations_not_grown=23)),
    Twin("C111", IN_PART, globals_(filled=True, empty=True, other=True)),
    Twin("C111", HOLDS, globals_(filled=True, empty=False, other=False)),
    Twin("C111", DOES_NOT_HOLD, globals_(filled=False, empty=True, other=True)),
    Twin("C112", IN_PART, each(leak_largest_fall_fraction=0.2, leak_floor_growth_ratio=4.0)),
    Twin("C112", HOLDS, each(leak_largest_fall_fraction=0.0, leak_floor_growth_ratio=None)),
    Twin("C112", DOES_NOT_HOLD, each(leak_largest_fall_fraction=0.4, leak_floor_growth_ratio=1.0)),
    Twin("C113", IN_PART, remedy(saved=True, lost=True)),
    Twin("C113", HOLDS, remedy(saved=True, lost=False)),
    Twin("C113", DOES_NOT_HOLD, remedy(saved=False, lost=True)),
)


@pytest.mark.parametrize("twin", TWINS, ids=str)
def test_the_verdict_follows_from_the_figures(twin: Twin) -> None:
    assert twin.judged().truth == twin.truth, twin.judged().because
