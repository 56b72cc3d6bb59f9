"""fragmentation: sick and healthy twins."""

from __future__ import annotations

from tests.detectors.world import Held, World, handler, verdict

from goom.case.units import MIB

HELD = (Held(stack=handler("main.readList"), block_bytes=64),)


def test_spans_that_few_objects_pin_are_fragmentation() -> None:
    said = verdict(
        World(
            survives_bytes=lambda _: 6 * MIB, waste_bytes=lambda t: min(10 * t, 70) * MIB, held=HELD
        )
    )
    assert said.cause == "fragmentation"
    assert said.blame[0].function == "main.readList"


def test_waste_that_goes_after_a_peak_is_healthy() -> None:
    said = verdict(
        World(
            survives_bytes=lambda _: 12 * MIB,
            waste_bytes=lambda t: (40 if 5 < t < 8 else 1) * MIB,
            held=HELD,
        )
    )
    assert said.cause == "healthy"
