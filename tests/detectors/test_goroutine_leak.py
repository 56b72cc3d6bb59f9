"""goroutine_leak: sick and healthy twins."""

from __future__ import annotations

from tests.detectors.world import Held, World, handler, verdict

from goom.case.profile import Frame
from goom.case.units import KIB, MIB

WAITING = (
    Frame("runtime.gopark", "proc.go", 402),
    Frame("runtime.chansend1", "chan.go", 145),
    Frame("main.(*broker).ask", "/src/app/app.go", 31),
)
HELD = (Held(stack=handler("main.(*broker).ask")),)


def test_goroutines_that_wait_for_good_are_the_leak_and_not_the_heap_they_hold() -> None:
    said = verdict(
        World(
            goroutines=lambda t: 10 + 100 * t,
            waiting_stack=WAITING,
            survives_bytes=lambda t: (8 + 3.5 * t) * MIB,
            stacks_bytes=lambda t: 4 * KIB * 100 * t,
            held=HELD,
        )
    )
    assert said.cause == "goroutine_leak"
    assert said.blame[0].function == "main.(*broker).ask"


def test_a_fleet_of_workers_started_once_is_healthy() -> None:
    said = verdict(
        World(goroutines=lambda t: min(5000, 4000 * t), waiting_stack=WAITING, held=HELD)
    )
    assert said.cause == "healthy"


def test_a_heap_leak_beside_a_steady_number_of_goroutines_is_no_goroutine_leak() -> None:
    said = verdict(World(survives_bytes=lambda t: (8 + 4 * t) * MIB, held=HELD))
    assert said.cause == "heap_leak"
