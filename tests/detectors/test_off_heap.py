"""off_heap: sick and healthy twins."""

from __future__ import annotations

from tests.detectors.world import Held, World, handler, verdict

from goom.case.units import MIB

HELD = (Held(stack=handler("main.respond")),)


def test_memory_that_grows_outside_of_gos_accounting_is_off_heap() -> None:
    said = verdict(World(outside_bytes=lambda t: (4 + 4 * t) * MIB, held=HELD))
    assert said.cause == "off_heap"


def test_a_little_memory_outside_go_that_stays_is_healthy() -> None:
    said = verdict(World(outside_bytes=lambda t: min(2 + t, 10) * MIB, held=HELD))
    assert said.cause == "healthy"
