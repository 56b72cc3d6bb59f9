"""off_heap: sick and healthy twins."""

from __future__ import annotations

from dataclasses import replace

from tests.detectors.world import Held, World, evidence, handler, verdict
from tests.ebpf_looks import look, mapped, unmapped

from goom.case.ebpf import EbpfLooks
from goom.case.units import MIB
from goom.diagnose import diagnose

HELD = (Held(stack=handler("main.respond")),)


def test_memory_that_grows_outside_of_gos_accounting_is_off_heap() -> None:
    said = verdict(World(outside_bytes=lambda t: (4 + 4 * t) * MIB, held=HELD))
    assert said.cause == "off_heap"


def test_a_little_memory_outside_go_that_stays_is_healthy() -> None:
    said = verdict(World(outside_bytes=lambda t: min(2 + t, 10) * MIB, held=HELD))
    assert said.cause == "healthy"


def test_who_was_seen_mapping_what_is_still_mapped_is_blamed() -> None:
    events = [mapped((n << 24) + 1, 4 * MIB) for n in range(1, 11)]
    helped = [call for n in range(4) for call in (mapped(1 << 44, MIB, 1), unmapped(1 << 44, MIB))]
    looks = EbpfLooks((look("mmap", [*events, *helped]),))
    world = evidence(World(outside_bytes=lambda t: (4 + 4 * t) * MIB, held=HELD))
    case = diagnose(replace(world, ebpf=looks))
    assert case.verdict.cause == "off_heap"
    assert case.verdict.blame[0].function == "main.leak"  # not main.area, which maps for all
    assert case.verdict.blame[0].why == "mapped 40.0 MiB that are still mapped"
    assert any("are still mapped" in reason.text for reason in case.verdict.speaks_for)
