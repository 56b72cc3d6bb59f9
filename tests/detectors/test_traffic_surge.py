"""traffic_surge: sick and healthy twins."""

from __future__ import annotations

from tests.detectors.world import Curve, Held, World, handler, verdict

from goom.case.units import MIB

HELD = (Held(stack=handler("main.render"), block_bytes=1 << 20),)


def after(moment: float, base: float, burst: float) -> Curve:
    return lambda t: base if t < moment else burst


def test_a_flat_base_and_then_a_burst_of_work_over_the_limit_is_a_surge() -> None:
    said = verdict(
        World(
            survives_bytes=lambda t: (15 + max(0, t - 15) * 40) * MIB,
            allocates_per_second=after(15, 10 * MIB, 60 * MIB),
            goroutines=after(15, 12, 150),
            held=HELD,
        )
    )
    assert said.cause == "traffic_surge"
    assert said.scenario == "after_surge"
    assert said.blame[0].function == "main.render"
    instead = {one.cause: one for one in said.rivals}["limit_missing"]
    assert "the marked heap is flat" not in {one.text for one in instead.speaks_for}


def test_a_burst_that_fits_is_healthy() -> None:
    said = verdict(
        World(
            survives_bytes=lambda t: (15 + 20 * (15 < t < 20)) * MIB,
            allocates_per_second=lambda t: (10 + 50 * (15 < t < 20)) * MIB,
            goroutines=lambda t: 12 + 100 * (15 < t < 20),
            held=HELD,
        )
    )
    assert said.cause == "healthy"
