"""Findings beside the verdict: said when they are so, and not otherwise."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from tests.detectors.world import Held, World, evidence, handler

from goom.case.evidence import Evidence
from goom.case.series import CgroupSeries
from goom.case.units import MIB
from goom.diagnose import diagnose

HELD = (Held(stack=handler("main.respond")),)


def codes(seen: Evidence) -> set[str]:
    return {one.code for one in diagnose(seen).findings}


def test_a_gomemlimit_above_the_container_is_named() -> None:
    assert "gomemlimit_above_limit" in codes(evidence(World(held=HELD, gomemlimit_bytes=256 * MIB)))
    assert "gomemlimit_above_limit" not in codes(
        evidence(World(held=HELD, gomemlimit_bytes=100 * MIB))
    )


def test_collection_switched_off_is_named_unless_a_memory_limit_takes_over() -> None:
    seen = evidence(World(held=HELD))
    off = replace(seen, subject=replace(seen.subject, gogc_percent=-1))
    held = replace(off, subject=replace(off.subject, gomemlimit_bytes=100 * MIB))
    assert "gogc_off" in codes(off)
    assert "gogc_off" not in codes(held)


def test_a_goal_beyond_the_limit_is_named_although_nothing_happened() -> None:
    calm = World(survives_bytes=lambda t: min(20 * t, 68) * MIB, allocates_per_second=lambda _: MIB)
    assert "goal_beyond_limit" in codes(
        evidence(replace(calm, held=HELD, seconds=20, limit_bytes=120 * MIB))
    )
    assert "goal_beyond_limit" not in codes(evidence(World(held=HELD)))


def test_reclaim_at_the_limit_is_named_only_where_memory_is_short() -> None:
    short = evidence(World(held=HELD, survives_bytes=lambda _: 100 * MIB, gogc=10))
    roomy = evidence(World(held=HELD))
    assert "reclaim_at_limit" in codes(_with_hits(short))
    assert "reclaim_at_limit" not in codes(_with_hits(roomy))
    assert "reclaim_at_limit" not in codes(short)


def _with_hits(seen: Evidence) -> Evidence:
    assert seen.cgroup is not None
    hits = np.linspace(0, 5000, len(seen.cgroup))
    columns = {**seen.cgroup.columns, "limit_hits": hits}
    return replace(seen, cgroup=CgroupSeries(seen.cgroup.time_seconds, columns))


def test_what_is_odd_in_the_gc_log_comes_with_its_line() -> None:
    told = diagnose(
        evidence(World(held=HELD, allocates_per_second=lambda _: 900 * MIB, mark_cpu_per_mib=0.01))
    ).findings
    assert any(one.source.startswith("gctrace line") for one in told)
