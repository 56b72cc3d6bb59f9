"""heap_leak: sick and healthy twins."""

from __future__ import annotations

from tests.detectors.world import Held, World, handler, verdict

from goom.case.units import MIB

KEPT = (Held(stack=handler("main.(*cache).put")),)


def test_a_floor_that_only_rises_is_a_leak_of_the_place_that_grows() -> None:
    said = verdict(World(survives_bytes=lambda t: (8 + 4 * t) * MIB, held=KEPT))
    assert said.cause == "heap_leak"
    assert said.blame[0].function == "main.(*cache).put"
    assert said.scenario == "over_hours"


def test_a_leak_without_garbage_is_one_although_few_cycles_show_it() -> None:
    said = verdict(
        World(
            survives_bytes=lambda t: (2 + 5 * t) * MIB, allocates_per_second=lambda _: 0, held=KEPT
        )
    )
    assert said.cause == "heap_leak"


def test_a_leak_that_runs_into_gomemlimit_is_still_a_leak() -> None:
    said = verdict(
        World(survives_bytes=lambda t: (8 + 4 * t) * MIB, gomemlimit_bytes=115 * MIB, held=KEPT)
    )
    assert said.cause == "heap_leak"


def test_a_cache_that_fills_and_stays_is_healthy() -> None:
    said = verdict(World(survives_bytes=lambda t: min(8 + 4 * t, 40) * MIB, seconds=40, held=KEPT))
    assert said.cause == "healthy"


def test_a_saw_tooth_is_healthy() -> None:
    said = verdict(World(survives_bytes=lambda t: (10 + 20 * (t % 5) / 5) * MIB, held=KEPT))
    assert said.cause == "healthy"
