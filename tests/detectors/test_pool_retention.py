"""pool_retention: sick and healthy twins."""

from __future__ import annotations

from dataclasses import replace

from tests.detectors.world import Held, World, evidence, handler

from goom.case.binary import BinaryCalls
from goom.case.profile import Frame
from goom.case.units import MIB
from goom.diagnose import diagnose

WRITER = Frame("main.(*exporter).write", "/src/app/app.go", 40)
LARGE = (Held(stack=handler(WRITER.function), block_bytes=2 * MIB),)
POOLED = BinaryCalls({"sync.(*Pool).Put": (WRITER,)})


def grows_to(t: float) -> float:
    """Each rare large request enlarges one more of the buffers that go round."""
    return (6 + min(t, 26) * 3) * MIB


def cause(world: World, calls: BinaryCalls) -> str:
    return diagnose(replace(evidence(world), binary=calls)).verdict.cause


def test_few_large_buffers_of_code_that_uses_a_pool_are_pool_retention() -> None:
    world = World(survives_bytes=grows_to, goroutines=lambda _: 40, held=LARGE)
    assert cause(world, POOLED) == "pool_retention"


def test_a_pool_of_small_buffers_is_healthy() -> None:
    small = (Held(stack=handler(WRITER.function), block_bytes=4096),)
    assert cause(World(survives_bytes=lambda _: 12 * MIB, held=small), POOLED) == "healthy"


def test_more_large_objects_than_could_be_in_use_without_a_pool_are_a_leak() -> None:
    many = (Held(stack=handler(WRITER.function), block_bytes=64 * 1024),)
    world = World(survives_bytes=lambda t: (8 + 4 * t) * MIB, held=many)
    assert cause(world, BinaryCalls({})) == "heap_leak"
