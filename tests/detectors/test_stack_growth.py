"""stack_growth: sick and healthy twins."""

from __future__ import annotations

from dataclasses import replace

from tests.detectors.world import Held, World, evidence, handler, verdict
from tests.ebpf_looks import look

from goom.case.ebpf import EbpfLooks
from goom.case.profile import Frame
from goom.case.units import KIB, MIB
from goom.diagnose import diagnose

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


def test_where_stacks_were_seen_to_grow_comes_before_where_they_stand() -> None:
    grown = [("copystack", 0.1 * n, (128 * KIB, 64 * KIB), 4) for n in range(50)]
    world = evidence(
        World(
            survives_bytes=lambda _: 8 * MIB,
            stacks_bytes=lambda t: min(t * 8, 80) * MIB,
            goroutines=lambda t: min(t * 128, 1280),
            waiting_stack=DEEP,
            held=HELD,
        )
    )
    said = diagnose(replace(world, ebpf=EbpfLooks((look("stacks", grown),)))).verdict
    assert said.cause == "stack_growth"
    assert [one.function for one in said.blame[:2]] == ["main.walk", "main.(*rule).match"]
    assert any("seen to grow to 128.0 KiB" in reason.text for reason in said.speaks_for)
