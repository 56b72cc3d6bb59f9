"""limit_missing: sick and healthy twins."""

from __future__ import annotations

from dataclasses import replace

from tests.detectors.world import Held, World, evidence, handler, verdict

from goom.case.evidence import Profiles
from goom.case.units import MIB
from goom.diagnose import diagnose

HELD = (Held(stack=handler("main.(*atlas).draw")),)


def loaded(t: float) -> float:
    return min(12 * t, 62) * MIB


def test_a_goal_past_the_limit_over_a_heap_that_fits_is_a_missing_limit() -> None:
    said = verdict(World(survives_bytes=loaded, allocates_per_second=lambda t: 15 * MIB, held=HELD))
    assert said.cause == "limit_missing"


def test_a_gomemlimit_above_the_container_is_none() -> None:
    said = verdict(
        World(
            survives_bytes=loaded,
            allocates_per_second=lambda t: 15 * MIB,
            gomemlimit_bytes=400 * MIB,
            held=HELD,
        )
    )
    assert said.cause == "limit_missing"


def test_the_same_service_held_by_gomemlimit_is_healthy() -> None:
    said = verdict(
        World(
            survives_bytes=loaded,
            allocates_per_second=lambda t: 15 * MIB,
            gomemlimit_bytes=110 * MIB,
            held=HELD,
        )
    )
    assert said.cause == "healthy"


def test_a_collector_that_is_switched_off_needs_a_memory_limit() -> None:
    seen = evidence(World(allocates_per_second=lambda _: 8 * MIB, gogc=100_000, held=HELD))
    off = replace(seen, subject=replace(seen.subject, gogc_percent=-1), gctrace=None)
    bare = replace(off, memstats=None, profiles=Profiles(()))
    assert diagnose(bare).verdict.cause == "limit_missing"


def test_a_goal_within_the_limit_is_not_said_to_be_past_it() -> None:
    """What is beside the heap makes it too much."""
    said = verdict(World(survives_bytes=loaded, allocates_per_second=lambda t: 15 * MIB, held=HELD))
    goal, beside = said.summary.split("grow to ")[1].split("the limit of")[0].split(" MiB")[:2]
    assert float(goal) > 128 or "with" in beside


def test_where_the_limit_is_set_is_no_line_of_code() -> None:
    case = diagnose(
        evidence(World(survives_bytes=loaded, allocates_per_second=lambda t: 15 * MIB, held=HELD))
    )
    (order,) = (one for one in case.remedies if one.code == "code_limit_missing")
    assert order.title == "Set the limit where the service is deployed"
