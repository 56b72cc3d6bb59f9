"""healthy: sick and healthy twins."""

from __future__ import annotations

from tests.detectors.world import Held, World, handler, verdict

from goom.case.evidence import Evidence
from goom.case.subject import Subject
from goom.case.units import MIB
from goom.diagnose import diagnose

HELD = (Held(stack=handler("main.respond")),)


def test_a_flat_service_is_called_healthy_and_nobody_is_blamed() -> None:
    said = verdict(World(held=HELD))
    assert said.cause == "healthy"
    assert said.confidence > 0.8
    assert not said.blame


def test_a_killed_process_is_never_healthy() -> None:
    said = verdict(World(survives_bytes=lambda t: (8 + 4 * t) * MIB, held=HELD))
    assert said.cause != "healthy"


def test_nothing_seen_is_not_health() -> None:
    said = diagnose(Evidence(subject=Subject())).verdict
    assert said.cause == "cannot_tell"
    assert said.missing
