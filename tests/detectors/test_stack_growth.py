"""stack_growth: sick and healthy twins."""

from __future__ import annotations

from tests.detectors.world import Held, World, handler, verdict

from goom.case.profile import Frame
from goom.case.units import KIB, MIB

DEEP = (
    Frame("runtime.gopark", "proc.go", 402),
    Frame("internal/poll.runtime_pollWait", "netpoll.go", 345),
    *(Frame("main.(*rule).match", "/src/app/rules.go", 77) for _ in range(28)),
    Frame("main.(*gate).serve", "/src/app/gate.go", 20),
)
HELD = (Held(stack=handler("main.respond")),)


def test_stacks_that_hold_most_of_the_memory_are_named_with_the_function_that_fills_them() -> None:
    said = verdict(
        World(
            survives_bytes=lambda _: 8 * MIB,
            stacks_bytes=lambda t: min(t * 8, 80) * MIB,
            goroutines=lambda t: min(t * 128, 1280),
            waiting_stack=DEEP,
            held=HELD,
        )
    )
    assert said.cause == "stack_growth"
    assert said.blame[0].function == "main.(*rule).match"


def test_many_goroutines_with_small_stacks_are_healthy() -> None:
    said = verdict(
        World(
            goroutines=lambda t: min(t * 1000, 1500),
            stacks_bytes=lambda t: 1500 * 4 * KIB,
            held=HELD,
        )
    )
    assert said.cause == "healthy"
