"""Hotspots of real heap profiles, with and without a CPU profile to tell what is hidden."""

from __future__ import annotations

import functools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goom.case.evidence import Profiles
from goom.case.hotspot import Hotspot
from goom.case.subject import Subject
from goom.formats.pprof import parse
from goom.signals.allocation_patterns import growth_by_sizes, runtime_calls
from goom.signals.hotspots import Hotspots, hotspots, hotspots_of
from goom.signals.pattern_remedies import winnable
from tests.formats.profiles import VERSIONS, sample

VISIBLE = {
    "main.build": "builder_growth",
    "main.buffer": "buffer_growth",
    "main.decode": "json_decode",
    "main.format": "formatting",
    "main.waitAfter": "timers",
    "main.readAll": "reading_all",
    "main.collect": "slice_growth",
}
ONLY_IN_CPU = {
    "main.concat": "string_concat",
    "main.fillMapS": "map_growth",
    "main.boxStruct": "boxing",
    "main.toString": "bytes_to_string",
}


@functools.cache
def found(version: str, with_cpu: bool, measure: str = "alloc_space") -> dict[str, Hotspot]:
    heap = parse(sample(version, "heap.pb.gz"))
    cpu = parse(sample(version, "cpu.pb.gz")) if with_cpu else None
    spots = hotspots_of(
        heap, Subject(), 0.005, measures=(measure,), calls=runtime_calls(cpu, Subject())
    )
    return {spot.function: spot for spot in spots.all}


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(("function", "pattern"), VISIBLE.items())
def test_the_heap_profile_alone_shows_these(version: str, function: str, pattern: str) -> None:
    assert found(version, with_cpu=False)[function].pattern == pattern


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(("function", "pattern"), ONLY_IN_CPU.items())
def test_the_cpu_profile_shows_what_the_heap_profile_hides(
    version: str, function: str, pattern: str
) -> None:
    assert found(version, with_cpu=True)[function].pattern == pattern
    hidden = found(version, with_cpu=False)[function]
    assert hidden.pattern in ("", "growth")
    assert "not visible" in hidden.remedy or hidden.pattern


@pytest.mark.parametrize("version", VERSIONS)
def test_a_pool_that_is_never_filled_is_seen_in_its_new(version: str) -> None:
    patterns = {name: spot.pattern for name, spot in found(version, with_cpu=False).items()}
    assert "pool_new" in (patterns.get("main.init.func1"), patterns.get("main.glob..func1"))


@pytest.mark.parametrize("version", VERSIONS)
def test_blocks_of_one_size_are_no_growth(version: str) -> None:
    """Twins: both make slices, one of them grows."""
    assert found(version, with_cpu=False)["main.collect"].winnable_fraction > 0
    assert found(version, with_cpu=False)["main.toBytes"].pattern == ""


@pytest.mark.parametrize("version", VERSIONS)
def test_preallocating_wins_the_climb_and_not_the_final_slice(version: str) -> None:
    spot = found(version, with_cpu=False)["main.collect"]
    assert 0.5 < spot.winnable_fraction / spot.share_fraction < 0.8


@pytest.mark.parametrize("version", VERSIONS)
def test_shares_add_up_and_errors_are_stated(version: str) -> None:
    spots = found(version, with_cpu=False).values()
    assert 0.9 < sum(spot.share_fraction for spot in spots) <= 1.0
    assert all(0 < spot.error_fraction < 0.03 for spot in spots)


def test_every_measure_is_looked_at_and_only_what_is_over_the_threshold_named() -> None:
    table = hotspots(Profiles((parse(sample("1.22.10", "heap.pb.gz")),)), Subject())
    assert isinstance(table, Hotspots)
    assert {spot.measure for spot in table.all} >= {"alloc_objects", "inuse_space"}
    assert all(spot.share_fraction >= 0.15 for spot in table.all)


def test_without_a_heap_profile_there_is_no_table() -> None:
    assert hotspots(Profiles((parse(sample("1.22.10", "cpu.pb.gz")),)), Subject()) is None


def test_a_ladder_of_sizes_is_growth_and_every_class_or_one_is_not() -> None:
    slices = {512: 40.0, 848: 41.0, 1280: 39.0, 1792: 42.0, 2560: 40.0}
    doubling = {512: 40.0, 1024: 41.0, 2048: 39.0, 4096: 42.0}
    varying = dict.fromkeys((512, 576, 640, 704, 768, 896, 1024), 40.0)
    assert growth_by_sizes(slices) == "slice_growth"
    assert growth_by_sizes(doubling) == "growth"
    assert growth_by_sizes(varying) == ""
    assert growth_by_sizes({64: 1e6}) == ""
    assert growth_by_sizes({}) == ""


def test_a_ladder_is_won_down_to_its_last_rung() -> None:
    assert winnable("slice_growth", "alloc_space", {1: 8.0, 2: 8.0, 4: 8.0}).fraction == (
        pytest.approx(1 - 32 / 56)
    )
    assert winnable("slice_growth", "inuse_space", {1: 8.0, 2: 8.0}).fraction == 0


@given(st.dictionaries(st.integers(1, 10**6), st.floats(0, 1e9), max_size=12))
def test_never_more_is_won_than_was_allocated(objects_by_size: dict[int, float]) -> None:
    for pattern in ("slice_growth", "string_concat", "boxing", ""):
        for measure in ("alloc_space", "alloc_objects"):
            assert 0 <= winnable(pattern, measure, objects_by_size).fraction <= 1
