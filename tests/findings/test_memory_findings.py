"""What is said of cgroups, pressure, huge pages, quota and nodes, by sick and healthy twins."""

from __future__ import annotations

from dataclasses import replace
from math import nan

import numpy as np
import pytest
from tests.detectors.world import START, Held, World, evidence, handler

from goom.case.evidence import Evidence
from goom.case.memory_view import HugePageView, NumaView
from goom.case.series import CgroupSeries
from goom.case.surroundings import CgroupLevel, CpuLevel, Surroundings, SurroundingsLooks
from goom.case.units import MIB
from goom.case.verdict import Finding
from goom.diagnose import diagnose
from goom.findings.huge_pages import huge_pages_hold
from goom.findings.memory_nodes import numa_remote

HELD = (Held(stack=handler("main.respond")),)
CALM = World(held=HELD, seconds=10.0, outside_bytes=lambda _: 20 * MIB)


@pytest.fixture(scope="module")
def calm() -> Evidence:
    return evidence(CALM)


def found(seen: Evidence, *looks: Surroundings) -> dict[str, Finding]:
    case = diagnose(replace(seen, surroundings=SurroundingsLooks(looks)))
    return {one.code: one for one in case.findings}


def at(seconds: float, *levels: CgroupLevel, **others: object) -> Surroundings:
    return Surroundings(taken_at_seconds=START + seconds, levels=levels, **others)  # type: ignore[arg-type]


def level(path: str = "/app", **figures: float) -> CgroupLevel:
    return CgroupLevel(path=path, version=2, figures={"usage_bytes": 50.0 * MIB, **figures})


def test_an_ancestors_limit_is_named_with_its_neighbours_when_they_use_it(calm: Evidence) -> None:
    own = replace(level("/pod/app"), neighbours=(("sidecar", 40.0 * MIB), ("log", 10.0 * MIB)))
    pod = level("/pod", usage_bytes=100.0 * MIB, limit_bytes=128.0 * MIB)
    told = found(calm, at(9, own, pod))["binding_ancestor"]
    assert "/pod" in told.detail and "50.0 MiB" in told.detail
    assert "sidecar 40.0 MiB, log 10.0 MiB" in told.detail
    alone = replace(pod, figures={**pod.figures, "usage_bytes": 51.0 * MIB})
    assert "binding_ancestor" not in found(calm, at(9, level("/pod/app"), alone))
    own_limit = level("/pod/app", limit_bytes=64.0 * MIB)
    assert "binding_ancestor" not in found(calm, at(9, own_limit, pod))


def test_a_limit_from_where_nobody_here_can_look_is_named(calm: Evidence) -> None:
    assert "limit_unseen" in found(calm, at(9, level(), unseen_limit_bytes=64.0 * MIB))
    assert "limit_unseen" not in found(calm, at(9, level(limit_bytes=64.0 * MIB)))


def test_memory_high_is_named_when_it_holds_the_program(calm: Evidence) -> None:
    over = level(high_bytes=50.0 * MIB, high_events=900.0)
    before = level(high_bytes=50.0 * MIB, high_events=100.0)
    assert "went over it 800 times" in found(calm, at(1, before), at(9, over))["memory_high"].detail
    assert "memory_high" not in found(calm, at(1, over), at(9, over))  # long ago
    below = level(high_bytes=80.0 * MIB, high_events=900.0)
    assert "memory_high" not in found(calm, at(1, before), at(9, below))
    assert "memory_high" not in found(calm, at(9, level()))


def test_swap_is_named_when_it_is_used(calm: Evidence) -> None:
    assert "30.0 MiB" in found(_with(calm, swap_bytes=30.0 * MIB))["swap_in_use"].detail
    assert "swap_in_use" not in found(_with(calm, swap_bytes=0.0))
    assert "swap_in_use" not in found(calm)


def test_waiting_for_memory_is_named_with_whose_it_was(calm: Evidence) -> None:
    first, last = level(pressure_some_seconds=10.0), level(pressure_some_seconds=12.0)
    told = found(calm, at(1, first), at(9, last))["pressure_stalls"]
    assert "25 %" in told.detail and "its cgroup" in told.detail
    slight = level(pressure_some_seconds=10.1)
    assert "pressure_stalls" not in found(calm, at(1, first), at(9, slight))
    machine = [at(s, level(), machine={"pressure_some_seconds": float(s)}) for s in (1, 9)]
    assert "the machine" in found(calm, *machine)["pressure_stalls"].detail
    now = found(_with(calm, pressure_some_fraction=0.4), at(9, level()))
    assert "40 %" in now["pressure_stalls"].detail


def test_kills_before_the_first_look_are_named(calm: Evidence) -> None:
    assert "2 times" in found(_with(calm, oom_kills=2.0))["earlier_oom_kills"].title
    assert "earlier_oom_kills" not in found(_with(calm, oom_kills=0.0))
    assert "earlier_oom_kills" not in found(_rising(calm, "oom_kills"))  # its own


def test_a_quota_that_runs_out_is_named_with_gomaxprocs_above_it(calm: Evidence) -> None:
    wide = replace(calm, subject=replace(calm.subject, gomaxprocs=16))
    looks = [at(s, level(), cpu=(_quota(periods=10 * s, throttled=4 * s),)) for s in (1, 9)]
    told = found(wide, *looks)["cpu_throttled"].detail
    assert "40 %" in told and "GOMAXPROCS=2" in told and "Go 1.25" in told
    assert "GOMAXPROCS=" not in found(calm, *looks)["cpu_throttled"].detail  # 2 CPUs, 2 Ps
    calm_looks = [at(s, level(), cpu=(_quota(periods=10 * s, throttled=5),)) for s in (1, 9)]
    assert "cpu_throttled" not in found(wide, *calm_looks)
    assert "cpu_throttled" not in found(wide, at(9, level(), cpu=(CpuLevel(path="/"),)))


def test_a_gomemlimit_that_forgets_what_go_cannot_see_is_named() -> None:
    tight = evidence(replace(CALM, gomemlimit_bytes=120 * MIB, outside_bytes=lambda _: 30 * MIB))
    told = found(tight, at(9, level(limit_bytes=128.0 * MIB)))
    assert "GOMEMLIMIT=120.0 MiB" in told["gomemlimit_above_budget"].detail
    fitting = evidence(replace(CALM, gomemlimit_bytes=80 * MIB, outside_bytes=lambda _: 30 * MIB))
    assert "gomemlimit_above_budget" not in found(fitting, at(9, level(limit_bytes=128.0 * MIB)))


def test_huge_pages_are_named_when_they_hold_what_go_gave_back() -> None:
    sick = HugePageView(
        mode="always", heap_huge_bytes=100.0 * MIB, brought_back_bytes=40.0 * MIB,
        mechanism="khugepaged", remedy="GODEBUG=disablethp=1",
    )  # fmt: skip
    (told,) = huge_pages_hold(sick)
    assert "40.0 MiB" in told.detail and "disablethp=1" in told.detail
    assert not list(huge_pages_hold(replace(sick, brought_back_bytes=1.0 * MIB)))
    assert not list(huge_pages_hold(replace(sick, brought_back_bytes=nan)))
    (stacks,) = huge_pages_hold(replace(sick, brought_back_bytes=0.0, in_stacks_bytes=64.0 * MIB))
    assert stacks.code == "huge_pages_in_stacks"


def test_nodes_are_named_when_much_must_cross() -> None:
    sick = NumaView(nodes=(0, 1), remote_fraction=0.5, most_fraction=0.6)
    assert [one.code for one in numa_remote(sick)] == ["numa_remote"]
    assert not list(numa_remote(replace(sick, remote_fraction=0.1)))
    assert not list(numa_remote(NumaView(nodes=(0,), said="one memory node")))


def _quota(periods: float, throttled: float) -> CpuLevel:
    return CpuLevel(path="/app", quota_cpus=2.0, periods=periods, throttled_periods=throttled)


def _with(seen: Evidence, **figures: float) -> Evidence:
    assert seen.cgroup is not None
    more = {name: np.full(len(seen.cgroup), value) for name, value in figures.items()}
    return replace(
        seen, cgroup=CgroupSeries(seen.cgroup.time_seconds, {**seen.cgroup.columns, **more})
    )


def _rising(seen: Evidence, name: str) -> Evidence:
    assert seen.cgroup is not None
    column = np.zeros(len(seen.cgroup))
    column[-1] = 1
    return replace(
        seen, cgroup=CgroupSeries(seen.cgroup.time_seconds, {**seen.cgroup.columns, name: column})
    )
