"""The forward run: what must hold of every cycle, whatever the program and the settings."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from goom.case.errors import BadInput
from goom.runtime.pacer.forward import ForwardRun, run
from goom.runtime.pacer.mgcpacer import MEMORY_LIMIT, SWEEP_DISTANCE
from goom.runtime.pacer.scenario import Course, Scenario, Settings, constant

MIB = float(1 << 20)
GIB = 1024 * MIB


def steady(length: float = 20.0, live: float = 80 * MIB, rate: float = 150 * MIB) -> Scenario:
    return Scenario(
        length=length,
        allocation_bytes_per_second=constant(rate),
        mutator_procs=constant(2.0),
        reachable_bytes=Course(((0.0, 0.0), (1.0, live))),
        mark_bytes_per_second=constant(400 * MIB),
    )


@st.composite
def courses(draw: st.DrawFn, low: float, high: float, length: float) -> Course:
    values = draw(st.lists(st.floats(low, high), min_size=1, max_size=4))
    places = np.linspace(0, length, len(values)).tolist()
    points = tuple(zip(places, values, strict=True))
    return Course(points, "step") if draw(st.booleans()) else Course(points)


@st.composite
def scenarios(draw: st.DrawFn) -> Scenario:
    by_work = draw(st.booleans())
    length = draw(st.floats(2.0, 6.0)) * (200 * MIB if by_work else 1.0)
    return Scenario(
        axis="allocated_bytes" if by_work else "seconds",
        length=length,
        allocation_bytes_per_second=draw(courses(20 * MIB, 2000 * MIB, length)),
        mutator_procs=draw(courses(0.5, 8.0, length)),
        reachable_bytes=draw(courses(20 * MIB, 400 * MIB, length)),
        scannable_fraction=draw(courses(0.0, 1.2, length)),
        stack_scan_bytes=draw(courses(0.0, 20 * MIB, length)),
        mark_bytes_per_second=draw(courses(100 * MIB, 4000 * MIB, length)),
        non_heap_bytes=draw(courses(0.0, 60 * MIB, length)),
        span_waste_fraction=draw(st.floats(0, 0.2)),
        stuck_fraction=draw(st.floats(0, 1)),
        cached_bytes=draw(st.floats(0, 1 * MIB)),
    )


ANY_SETTINGS = st.builds(
    Settings,
    gogc=st.sampled_from([20, 25, 50, 100, 200, 400]),
    memory_limit_bytes=st.one_of(st.none(), st.integers(48 << 20, 1 << 30)),
    procs=st.sampled_from([1, 2, 3, 4, 6, 8]),
    go_version=st.sampled_from(["1.19", "1.21", "1.22", "1.27"]),
)
FEW = settings(max_examples=40, deadline=None)


def some_of(scenario: Scenario, asked: Settings) -> ForwardRun:
    """A run of a few thousand cycles at most: of one that collects all the time, the beginning."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("goom.runtime.pacer.forward.MOST_CYCLES", 4096)
        while True:
            try:
                return run(scenario, asked)
            except BadInput:
                scenario = replace(scenario, length=scenario.length / 8)


@FEW
@given(scenarios(), ANY_SETTINGS)
def test_goal_trigger_and_heap_are_in_order(scenario: Scenario, asked: Settings) -> None:
    made = some_of(scenario, asked)
    if not len(made.cycles):
        return
    before = np.concatenate([[0.0], made.column("heap_marked")[:-1]])
    trigger, goal = made.column("trigger"), made.column("goal")
    slack = 1e-9 * goal + 128
    assert np.isfinite(made.cycles).all()
    assert (goal >= before - slack).all()
    assert ((trigger >= before - slack) & (trigger <= goal + slack)).all()
    assert (made.column("heap_start") <= made.column("heap_end")).all()
    assert (made.column("heap_marked") <= made.column("heap_end") + slack).all()


@FEW
@given(scenarios(), ANY_SETTINGS)
def test_time_goes_on_and_every_byte_is_accounted_for(scenario: Scenario, asked: Settings) -> None:
    made = some_of(scenario, asked)
    begins, ends = made.column("trigger_seconds"), made.column("end_seconds")
    before = np.concatenate([[0.0], ends[:-1]])
    assert ((before <= begins) & (begins < ends)).all()
    marked = np.concatenate([[0.0], made.column("heap_marked")[:-1]])
    grown = made.column("heap_end") - marked
    allocated = np.diff(made.column("allocated"), prepend=0.0)
    cached = scenario.cached_bytes
    assert (np.abs(grown - allocated - cached) <= 1e-6 * made.column("allocated") + 64).all()
    space = made.column("in_use") + made.column("free") + made.column("released")
    assert (np.diff(space) >= -1.0).all()  # address space never shrinks
    assert (made.column("free") >= 0).all()
    assert (made.column("released") >= 0).all()


# A limit below what is reachable, and next to nothing to scan: cycles of 100 µs without end.
ENDLESS = Scenario(
    axis="allocated_bytes",
    length=100 * MIB,
    allocation_bytes_per_second=constant(20 * MIB),
    mutator_procs=constant(0.5),
    reachable_bytes=constant(340 * MIB),
    scannable_fraction=constant(0.0),
    cached_bytes=0.8 * MIB,
)


@FEW
@example(ENDLESS, Settings(gogc=20, memory_limit_bytes=int(280 * MIB), procs=2, go_version="1.19"))
@given(scenarios(), ANY_SETTINGS)
def test_the_limiters_bucket_keeps_its_bounds(scenario: Scenario, asked: Settings) -> None:
    made = some_of(scenario, asked)
    fill = made.column("fill_seconds")
    assert ((fill >= 0) & (fill <= asked.procs)).all()
    ends = made.column("end_seconds")
    wall = (
        ends - made.column("trigger_seconds") + np.spacing(ends)
    )  # the difference of two roundings
    busy = (
        made.column("assist_seconds")
        + made.column("background_seconds")
        + made.column("idle_seconds")
    )
    assert (busy <= wall * asked.procs * (1 + 1e-9)).all()


@FEW
@example(135212165.0, 50 * MIB, (200, 400))  # in 10 s the second does not get to its goal
@given(
    st.floats(10 * MIB, 300 * MIB),
    st.floats(50 * MIB, 1000 * MIB),
    st.sampled_from([(25, 50), (50, 100), (100, 200), (200, 400)]),
)
def test_a_higher_gogc_never_collects_more_often(
    live: float, rate: float, gogc: tuple[int, int]
) -> None:
    until_settled = 10.0 + 3 * live * (1 + gogc[1] / 100) / rate  # three cycles of the rarer one
    low, high = (run(steady(until_settled, live, rate), Settings(gogc=one)) for one in gogc)
    assert len(high.cycles) <= len(low.cycles)
    assert high.peak_heap_bytes >= low.peak_heap_bytes * 0.999


def test_a_limit_that_is_never_reached_changes_nothing() -> None:
    free = run(steady(), Settings())
    far = run(steady(), Settings(memory_limit_bytes=int(64 * GIB)))
    assert (free.cycles == far.cycles).all()


def test_a_limit_holds_while_what_is_reachable_fits_under_it() -> None:
    made = run(steady(), Settings(gogc=-1, memory_limit_bytes=int(150 * MIB)))
    assert (made.column("regime") == MEMORY_LIMIT).all()
    assert 0.93 * 150 * MIB <= made.column("mapped")[5:].max() <= 150 * MIB
    assert len(made.cycles) > len(run(steady(), Settings()).cycles)


def test_under_a_limit_below_what_is_reachable_half_of_the_cpu_is_the_bound() -> None:
    busy = steady(60.0, live=100 * MIB, rate=600 * MIB)
    made = run(busy, Settings(memory_limit_bytes=int(60 * MIB), procs=2))
    late = made.column("trigger_seconds") > 20
    spent = (made.column("assist_seconds") + made.column("background_seconds"))[late].sum()
    span = made.last_seconds - made.column("trigger_seconds")[late][0]
    idle = made.column("idle_seconds")[late].sum()
    assert made.column("limited_seconds").sum() > 0
    assert spent / (span * 2 - idle) == pytest.approx(0.5, abs=0.08)
    assert made.peak_heap_bytes > 100 * MIB


def test_gogc_off_without_a_limit_never_collects() -> None:
    made = run(steady(), Settings(gogc=-1))
    assert len(made.cycles) == 0
    assert made.last_heap_live_bytes == pytest.approx(20 * 150 * MIB)
    assert made.peak_heap_bytes == made.last_heap_live_bytes


def test_an_idle_program_is_collected_every_two_minutes() -> None:
    idle = steady(1000.0, live=3 * MIB, rate=0.01 * MIB)
    early = replace(
        idle,
        allocation_bytes_per_second=Course(((0.0, 100 * MIB), (1.0, 0.001 * MIB)), "step"),
    )
    made = run(early, Settings())
    gaps = np.diff(made.column("trigger_seconds"))[-5:]
    assert made.column("periodic")[-5:].all()
    assert gaps == pytest.approx(120.0, rel=1e-3)
    assert not run(early, Settings(gogc=-1, memory_limit_bytes=int(GIB))).column("periodic").any()


def test_what_a_surge_leaves_is_given_back_in_the_background() -> None:
    surge = replace(
        steady(40.0),
        reachable_bytes=Course(((0, 60 * MIB), (5, 300 * MIB), (10, 60 * MIB)), "step"),
    )
    made = run(surge, Settings())
    assert made.last_total_bytes < 0.5 * made.column("mapped").max()
    assert made.column("released_now").sum() > 200 * MIB


def test_the_scavenger_works_for_the_limit_since_1_22() -> None:
    limited = Settings(gogc=-1, memory_limit_bytes=int(150 * MIB))
    old = run(steady(), replace(limited, go_version="1.21"))
    new = run(steady(), replace(limited, go_version="1.22"))
    assert old.column("released_now").sum() == 0
    assert new.column("released_now").sum() > 0
    assert (old.column("goal") == new.column("goal")).all()


def test_1_19_keeps_less_room_under_the_limit() -> None:
    limited = Settings(gogc=-1, memory_limit_bytes=int(400 * MIB))
    old = run(steady(), replace(limited, go_version="1.19"))
    new = run(steady(), replace(limited, go_version="1.21"))
    assert old.column("goal")[3] - new.column("goal")[3] == pytest.approx(
        0.03 * 390 * MIB - MIB, rel=0.1
    )


def test_a_small_heap_leaves_the_sweeper_a_mebibyte() -> None:
    small = run(steady(5.0, live=2 * MIB), Settings(gogc=20))
    assert (small.column("regime") == SWEEP_DISTANCE).any()


def test_each_sweep_is_spread_over_the_way_to_the_next_trigger() -> None:
    made = run(steady(), Settings())
    distance = made.column("trigger")[1:] - made.column("heap_marked")[:-1] - MIB
    pages = made.column("in_use")[:-1] // 8192
    assert made.sweep_pages_per_byte[5:] == pytest.approx((pages / distance)[5:])


def test_too_many_cycles_are_refused_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("goom.runtime.pacer.forward.MOST_CYCLES", 5000)
    with pytest.raises(BadInput, match="more than 5,000 times"):
        run(steady(4000.0, live=4 * MIB), Settings(gogc=10))


def test_a_compiled_run_gives_the_same_bits() -> None:
    pytest.importorskip("numba")
    surge = replace(
        steady(30.0, rate=900 * MIB),
        reachable_bytes=Course(((0, 10 * MIB), (10, 200 * MIB), (20, 60 * MIB))),
        stuck_fraction=0.4,
    )
    for asked in (
        Settings(gogc=25, procs=2),
        Settings(gogc=100, procs=4, memory_limit_bytes=int(120 * MIB)),
        Settings(gogc=50, procs=6, go_version="1.19"),
        Settings(gogc=-1, procs=1, memory_limit_bytes=int(300 * MIB), go_version="1.21"),
    ):
        plain, fast = run(surge, asked), run(surge, asked, fast=True)
        assert same(plain, fast), asked


def same(one: ForwardRun, other: ForwardRun) -> bool:
    return (
        one.cycles.tobytes() == other.cycles.tobytes()
        and one.last_heap_live_bytes == other.last_heap_live_bytes
    )
