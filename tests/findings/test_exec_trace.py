"""What execution traces add: findings, the cost of collection, reasons; sick and healthy twins."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.detectors.world import Held, World, evidence, handler
from tests.formats.exec_trace.cycles import Cycles

from goom.case.evidence import Evidence
from goom.case.exec_trace import ExecutionTraces
from goom.case.model import Case
from goom.case.units import MIB
from goom.case.verdict import Reason
from goom.diagnose import diagnose
from goom.signals.exec_trace.cost import TraceCost
from goom.signals.gc_cost import GCCost

SICK = Cycles(count=150, marks=4, assists=3, rests=3)
CALM = Cycles(marks=1, rests=200)
BY_LIMIT = Cycles(count=150, marks=9, rests=1, marked_bytes=150 * MIB, goal_bytes=21 * MIB)
CHURN = World(allocates_per_second=lambda _: 900 * MIB, mark_cpu_per_mib=0.002,
              held=(Held(stack=handler("main.parse"), block_bytes=64),))  # fmt: skip
QUIET = World(held=(Held(stack=handler("main.respond")),))


def diagnosed(world: World, cycles: Cycles, *, log: bool = True) -> Case:
    """The world's evidence with a trace beside it, and without its GC log if that is said."""
    seen: Evidence = evidence(world)
    seen = replace(seen, exec_traces=ExecutionTraces((cycles.trace(),)))
    return diagnose(seen if log else replace(seen, gctrace=None))


def reasons(case: Case, cause: str) -> tuple[list[Reason], list[Reason]]:
    """What an execution trace says for and against a cause."""
    rows = {one.cause: one for one in case.verdict.rivals}
    one = case.verdict if case.verdict.cause == cause else rows[cause]
    sides = (one.speaks_for, one.speaks_against)
    told = tuple([each for each in side if each.source == "execution trace"] for side in sides)
    return told[0], told[1]


def test_who_was_held_up_is_a_finding_and_who_was_not_is_none() -> None:
    sick, calm = diagnosed(CHURN, SICK), diagnosed(QUIET, CALM)
    [held] = [one for one in sick.findings if one.code == "trace_assists"]
    assert "main.serve was held up by 150 mark assists for 450 ms" in held.detail
    assert held.source == "app.trace"
    assert not [one for one in calm.findings if one.code.startswith("trace_")]


def test_without_a_gc_log_a_trace_tells_what_collection_costs() -> None:
    cost = diagnosed(CHURN, SICK, log=False).signals[GCCost]
    assert isinstance(cost, GCCost)
    assert cost.source == "execution trace"
    assert cost.goal_ratio == pytest.approx(2.0)
    assert cost.resting_fraction == pytest.approx(0.3, abs=0.02)


def test_the_collectors_cpu_is_its_quarter_its_assists_and_its_stops() -> None:
    [cost] = [case.signals[TraceCost] for case in [diagnosed(QUIET, SICK, log=False)]]
    assert isinstance(cost, TraceCost)
    assert cost.assist_cpu_seconds == pytest.approx(150 * 3e-3, rel=1e-3)
    quarter = 0.25 * 150 * 7e-3
    assert cost.gc_cpu_seconds == pytest.approx(quarter + 150 * 3e-3, rel=1e-3)
    assert cost.idle_cpu_seconds == pytest.approx(150 * 4e-3 - quarter, rel=1e-3)


def test_a_trace_alone_tells_churn_from_health() -> None:
    assert diagnosed(CHURN, SICK, log=False).verdict.cause == "alloc_churn"
    assert diagnosed(QUIET, CALM, log=False).verdict.cause == "healthy"


def test_a_trace_of_a_moment_says_no_pace() -> None:
    case = diagnosed(QUIET, replace(SICK, count=20), log=False)
    assert TraceCost not in case.signals
    assert GCCost not in case.signals


def test_assists_speak_for_churn_and_rest_against_it() -> None:
    held, _ = reasons(diagnosed(CHURN, SICK), "alloc_churn")
    _, rested = reasons(diagnosed(CHURN, CALM), "alloc_churn")
    assert "mark assists" in held[0].text
    assert "marked" in rested[0].text


def test_marking_without_rest_speaks_for_a_limit_only_where_a_limit_drives() -> None:
    limited = World(
        survives_bytes=lambda _: 80 * MIB,
        allocates_per_second=lambda _: 200 * MIB,
        gomemlimit_bytes=90 * MIB,
        mark_cpu_per_mib=0.002,
        held=QUIET.held,
    )
    case = diagnosed(limited, BY_LIMIT)
    assert case.verdict.cause == "limit_too_low"
    held, _ = reasons(case, "limit_too_low")
    assert "marked" in held[0].text
    for_, _ = reasons(diagnosed(CHURN, BY_LIMIT), "limit_too_low")
    assert not for_
