"""Orders fit the cause, carry figures, and leave out what is not known."""

from __future__ import annotations

import re
from dataclasses import replace
from math import inf, nan

import numpy as np
import pytest

from goom import remedies
from goom.case.binary import BinaryCalls
from goom.case.memory_view import MemoryBudget
from goom.case.profile import Frame
from goom.case.units import MIB
from goom.case.verdict import CANNOT_TELL, CAUSES, Blame, Remedy, Verdict
from goom.diagnose import diagnose
from goom.remedies.code import change_the_code
from goom.remedies.gogc import raise_gogc
from goom.remedies.memory_limit import (
    fit_the_peak,
    more_memory,
    raise_memory_limit,
    set_memory_limit,
)
from goom.remedies.relief import relieve
from goom.rooms import residents
from goom.signals.composition import PARTS, Composition
from goom.signals.course import Course
from goom.signals.gc_cost import GCCost
from goom.signals.marked_heap import MarkedHeap
from tests.detectors.world import World, evidence


@pytest.fixture(scope="module")
def tables() -> tuple[Course, MarkedHeap, GCCost]:
    """A busy service of 20 MiB in a container of 128 MiB."""
    known = diagnose(evidence(World(seconds=8))).signals
    course, marked, cost = (known[kind] for kind in (Course, MarkedHeap, GCCost))
    assert isinstance(course, Course)
    assert isinstance(marked, MarkedHeap)
    assert isinstance(cost, GCCost)
    return course, marked, cost


Tables = tuple[Course, MarkedHeap, GCCost]


def unlimited(course: Course) -> Course:
    return replace(course, harm=replace(course.harm, limit_bytes=nan))


def text_of(order: Remedy) -> str:
    return " ".join((order.title, order.action, order.effect, order.cost, order.safety))


def test_every_sick_cause_has_an_order_for_the_code_and_health_has_none() -> None:
    for cause in CAUSES:
        orders = list(change_the_code(Verdict(cause=cause)))
        assert [order.code for order in orders] == ([] if cause == "healthy" else [f"code_{cause}"])
    assert not list(change_the_code(Verdict(cause=CANNOT_TELL)))


def test_the_code_order_names_the_place_as_far_as_it_is_known() -> None:
    def title(file: str, line: int) -> str:
        blame = Blame("cache.Put", file, line, 1.0, "why")
        return next(change_the_code(Verdict(cause="heap_leak", blame=(blame,)))).title

    assert title("/src/cache.go", 48).endswith(" at cache.Put (cache.go:48)")
    assert title("", 0).endswith(" at cache.Put")


def test_a_second_cause_has_its_order_after_the_first() -> None:
    orders = list(change_the_code(Verdict(cause="heap_leak", also=("alloc_churn",))))
    assert [order.code for order in orders] == ["code_heap_leak", "code_alloc_churn"]
    assert orders[0].order < orders[1].order


def test_a_missing_limit_is_set_to_nine_tenths_of_the_containers(tables: Tables) -> None:
    course, marked, _ = tables
    (order,) = set_memory_limit(Verdict(cause="limit_missing"), course, marked)
    assert "GOMEMLIMIT=115MiB" in order.action
    assert not list(set_memory_limit(Verdict(cause="limit_missing"), unlimited(course), marked))
    assert not list(set_memory_limit(Verdict(cause="heap_leak"), course, marked))


def test_a_missing_limit_leaves_what_go_cannot_see_where_that_is_more(tables: Tables) -> None:
    course, marked, _ = tables
    budget = MemoryBudget(
        limit_bytes=128 * MIB, unseen_bytes=40 * MIB, advised_gomemlimit_bytes=88 * MIB
    )
    missing = Verdict(cause="limit_missing")
    (order,) = set_memory_limit(missing, course, marked, budget)
    assert "GOMEMLIMIT=88MiB" in order.action and "40.0 MiB that Go cannot see" in order.action
    roomy = replace(budget, unseen_bytes=2 * MIB, advised_gomemlimit_bytes=126 * MIB)
    (order,) = set_memory_limit(missing, course, marked, roomy)
    assert "GOMEMLIMIT=115MiB" in order.action


def test_a_limit_is_raised_to_what_survives_and_its_runway(tables: Tables) -> None:
    course, marked, cost = tables
    (order,) = raise_memory_limit(Verdict(cause="limit_too_low"), course, marked, cost)
    need = int((marked.peak_bytes * 1.6 + 16 * MIB) / MIB)
    assert order.title == f"Raise GOMEMLIMIT to {need}MiB"
    small = replace(course, harm=replace(course.harm, limit_bytes=40.0 * MIB))
    (order,) = raise_memory_limit(Verdict(cause="limit_too_low"), small, marked, cost)
    setter = Frame("example.com/shop/cfg.apply", "/src/shop/cfg/apply.go", 38)
    calls = BinaryCalls({"runtime/debug.SetMemoryLimit": (setter,)})
    (in_code,) = raise_memory_limit(Verdict(cause="limit_too_low"), small, marked, cost, calls)
    assert "cfg.apply (apply.go:38) calls debug.SetMemoryLimit" in in_code.action
    assert "and the container's limit" in order.title


def test_gogc_is_raised_only_where_there_is_room(tables: Tables) -> None:
    course, marked, cost = tables
    churn = Verdict(cause="alloc_churn")
    (order,) = raise_gogc(churn, course, marked, cost)
    assert "GOMEMLIMIT" in order.title
    assert not {"GOGC", "GOMEMLIMIT"} & set(re.findall(r"\w+", order.action))  # said once
    assert not list(raise_gogc(Verdict(cause="heap_leak"), course, marked, cost))
    tight = replace(course, harm=replace(course.harm, limit_bytes=30.0 * MIB))
    assert not list(raise_gogc(churn, tight, marked, cost))
    for unknown in (nan, inf):
        assert not list(
            raise_gogc(churn, course, marked, replace(cost, effective_gogc_percent=unknown))
        )


def test_more_memory_says_how_long_it_helps(tables: Tables) -> None:
    course, _, _ = tables
    leaking = replace(course, floor=replace(course.floor, slope_per_second=1.0 * MIB))
    (order,) = more_memory(Verdict(cause="heap_leak"), leaking)
    assert "128 s" in order.effect
    assert not list(more_memory(Verdict(cause="alloc_churn"), leaking))
    assert not list(more_memory(Verdict(cause="heap_leak"), unlimited(leaking)))


def test_a_burst_is_given_room_over_its_peak(tables: Tables) -> None:
    course, _, _ = tables
    (order,) = fit_the_peak(Verdict(cause="traffic_surge"), course)
    assert "half as much again" in order.action
    assert not list(fit_the_peak(Verdict(cause="traffic_surge"), replace(course, onset=None)))


def test_relief_is_for_now() -> None:
    assert next(relieve(Verdict(cause="heap_leak"))).when == "now"
    assert not list(relieve(Verdict(cause="healthy")))


@pytest.mark.parametrize(("free", "calls"), [(2, False), (90, True)])
def test_free_pages_are_returned_where_there_are_many(free: int, calls: bool) -> None:
    parts = {name: np.zeros(4) for name in PARTS}
    parts |= {"waste": np.full(4, 100.0 * MIB), "free": np.full(4, free * float(MIB))}
    seen = Composition(time_seconds=np.arange(4.0), parts=parts, anon_bytes=np.full(4, nan))
    (order,) = relieve(Verdict(cause="fragmentation"), seen)
    assert ("Call debug.FreeOSMemory" in order.action) is calls
    assert ("would return 2.0 MiB" in order.effect) is not calls


@pytest.mark.parametrize("cause", CAUSES)
def test_no_order_prints_a_figure_that_is_not_known(cause: str, tables: Tables) -> None:
    course, marked, cost = tables
    verdict = Verdict(cause=cause)
    for seen in (course, unlimited(course)):
        orders = [
            *set_memory_limit(verdict, seen, marked),
            *raise_memory_limit(verdict, seen, marked, cost),
            *more_memory(verdict, seen),
            *fit_the_peak(verdict, seen),
            *raise_gogc(verdict, seen, marked, replace(cost, share_of_process_fraction=nan)),
            *relieve(verdict),
            *change_the_code(verdict),
        ]
        for order in orders:
            words = text_of(order).replace(",", " ").split()
            assert not {"nan", "inf", "nan%", "nanMiB", "unknown"} & set(words)
            assert order.when in ("now", "code")


def test_every_file_of_the_room_holds_a_remedy() -> None:
    assert len(residents(remedies, "remedy")) >= 7
