"""limit_too_low: sick and healthy twins."""

from __future__ import annotations

from tests.detectors.world import Held, World, handler, verdict

from goom.case.units import MIB

HELD = (Held(stack=handler("main.(*store).open")),)


def test_a_memory_limit_below_what_survives_is_too_low() -> None:
    said = verdict(
        World(
            survives_bytes=lambda t: min(20 * t, 60) * MIB,
            allocates_per_second=lambda _: 60 * MIB,
            gomemlimit_bytes=55 * MIB,
            mark_cpu_per_mib=0.001,
            held=HELD,
        )
    )
    assert said.cause == "limit_too_low"


def test_a_memory_limit_with_room_is_healthy() -> None:
    said = verdict(
        World(
            survives_bytes=lambda t: min(20 * t, 60) * MIB,
            allocates_per_second=lambda _: 60 * MIB,
            gomemlimit_bytes=115 * MIB,
            held=HELD,
        )
    )
    assert said.cause == "healthy"
