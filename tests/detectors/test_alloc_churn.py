"""alloc_churn: sick and healthy twins."""

from __future__ import annotations

from dataclasses import replace

from tests.detectors.world import Held, World, evidence, handler, verdict

from goom.case.binary import BinaryCalls
from goom.case.profile import Frame
from goom.case.units import MIB
from goom.diagnose import diagnose

HELD = (Held(stack=handler("main.parse"), block_bytes=64),)


def test_a_collector_that_takes_half_of_the_cpu_at_gogcs_pace_is_churn() -> None:
    said = verdict(
        World(allocates_per_second=lambda _: 900 * MIB, mark_cpu_per_mib=0.002, held=HELD)
    )
    assert said.cause == "alloc_churn"
    assert said.blame[0].function == "main.parse"


def test_a_busy_service_with_a_modest_collector_is_healthy() -> None:
    said = verdict(World(allocates_per_second=lambda _: 60 * MIB, held=HELD))
    assert said.cause == "healthy"


def test_a_low_gogc_set_in_code_is_no_memory_limit() -> None:
    seen = evidence(
        World(gogc=20, allocates_per_second=lambda _: 200 * MIB, mark_cpu_per_mib=0.001, held=HELD)
    )
    unknown = replace(seen, subject=replace(seen.subject, gogc_percent=None))
    calls = BinaryCalls({"runtime/debug.setGCPercent": (Frame("main.main", "/src/main.go", 9),)})
    assert diagnose(replace(unknown, binary=calls)).verdict.cause == "alloc_churn"
