"""What is said of an execution trace: latency, assists, late stops, and traces that stand apart."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import pytest

from goom.case.exec_trace import ExecutionTrace
from goom.case.exec_trace_report import NOBODY_HELD_UP, TraceReport
from goom.formats.exec_trace.events import Event
from goom.formats.exec_trace.exec_trace import read
from goom.signals.exec_trace.latency import assisted_between, stopped_between
from goom.signals.exec_trace.outliers import outliers
from goom.signals.exec_trace.report import report
from tests.formats.exec_trace.written import ONE_TICK, batch, events, tables, trace

TRACES = Path(__file__).parents[1] / "formats" / "exec_trace" / "traces"
STARTS = ((Event.PROC_STATUS, 0, 0, 1), (Event.GO_STATUS, 0, 7, 1, 2))
MS = ONE_TICK // 1000
REGION, ASSIST, STW = 1, 2, 3  # numbers of strings


def written(*rows: tuple[int, ...]) -> ExecutionTrace:
    texts = ("serve", "main.build", "GC mark termination")
    return read(io.BytesIO(trace(tables(texts), batch(events(*STARTS, *rows)))), name="written")


def region(*inside: tuple[int, ...]) -> tuple[tuple[int, ...], ...]:
    return (
        (Event.USER_REGION_BEGIN, MS, 0, REGION, ASSIST),
        *inside,
        (Event.USER_REGION_END, MS, 0, REGION, ASSIST),
    )


SLOW = region(
    (Event.GC_MARK_ASSIST_BEGIN, 2 * MS, ASSIST),
    (Event.STW_BEGIN, MS, STW, ASSIST),
    (Event.STW_END, 3 * MS),
    (Event.GC_MARK_ASSIST_END, MS),
)
QUICK = region()


def recorded(name: str) -> TraceReport:
    with (TRACES / f"{name}.trace").open("rb") as file:
        return report(read(file, name=name))


def test_an_assist_and_the_stop_inside_it_are_counted_once() -> None:
    found = written(*SLOW)
    lives = found.regions
    assisted = assisted_between(found, lives)
    stopped = stopped_between(found, lives.start_seconds, lives.end_seconds)
    assert assisted == pytest.approx([2e-3], abs=1e-7)
    assert stopped == pytest.approx([3e-3], abs=1e-7)


def test_what_lies_outside_a_region_is_not_its_latency() -> None:
    outside = ((Event.GC_MARK_ASSIST_BEGIN, MS, ASSIST), (Event.GC_MARK_ASSIST_END, 9 * MS))
    found = written(*outside, *QUICK, *outside)
    assert assisted_between(found, found.regions) == pytest.approx([0.0])


def test_the_collectors_part_of_the_tail_is_not_that_of_the_middle() -> None:
    found = report(written(*QUICK * 99, *SLOW))
    (handler,) = found.handlers
    assert (handler.name, handler.kind, handler.count) == ("serve", "region", 100)
    assert handler.p50_seconds == pytest.approx(1e-3, rel=1e-3)
    assert handler.middle_gc_fraction == 0.0
    assert handler.tail_gc_fraction == pytest.approx(5 / 8, rel=1e-2)
    assert "63 %" in found.said[0] or "62 %" in found.said[0]


def test_without_regions_goroutines_are_the_handlers() -> None:
    found = recorded("1.25.5-syscalls")
    assert {one.kind for one in found.handlers} == {"goroutine"}
    assert "main.syscalls.func1" in {one.name for one in found.handlers}


def test_an_assist_is_put_under_the_programs_own_line() -> None:
    found = report(written(*SLOW))
    (held,) = found.held_up
    assert held.where.startswith("main.build")
    assert held.seconds == pytest.approx(5e-3, rel=1e-3)


def test_the_goroutine_that_does_not_stop_is_named() -> None:
    found = recorded("1.27.3-stubborn")
    assert {one.name for one in found.late_stops if one.to_stop_seconds > 1e-3} == {"main.copyLong"}
    assert "main.copyLong" in " ".join(found.said)


def test_a_trace_in_which_nobody_waited_says_so() -> None:
    assert report(written(*QUICK)).said == (NOBODY_HELD_UP,)


def test_an_empty_trace_has_a_report() -> None:
    found = report(written())
    assert found.said == (NOBODY_HELD_UP,)
    assert not found.handlers
    assert not found.held_up
    assert not found.late_stops


def test_of_several_traces_the_one_apart_is_named() -> None:
    usual = report(written(*QUICK * 9))
    same = [replace(usual, name=f"day {nth}") for nth in range(4)]
    odd = replace(usual, name="friday", marking_fraction=0.9)
    assert {one.trace for one in outliers([*same, odd])} == {"friday"}
    assert "marking is 90 %" in outliers([*same, odd])[0].sentence


def test_traces_that_are_alike_have_no_outlier() -> None:
    usual = report(written(*QUICK * 9))
    assert outliers([replace(usual, name=str(nth)) for nth in range(5)]) == ()


def test_of_two_traces_neither_stands_apart() -> None:
    usual = report(written(*QUICK))
    assert outliers([usual, replace(usual, marking_fraction=1.0)]) == ()
