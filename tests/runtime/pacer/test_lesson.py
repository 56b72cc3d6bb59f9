"""The pacer's lesson: every choice has its run, every figure and sentence is that run's own."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest

from goom.case.document import plain
from goom.runtime.pacer.forward import run
from goom.runtime.pacer.lesson import USUAL, PacerLesson, Question, lesson, run_shown
from goom.runtime.pacer.lesson_runs import MOST_SHOWN, RunShown
from goom.runtime.pacer.lesson_scenarios import STEADY, scenario_of
from goom.runtime.pacer.mgcpacer import MEMORY_LIMIT, REGIMES
from goom.runtime.pacer.scenario import Settings


@pytest.fixture(scope="module")
def told() -> PacerLesson:
    return lesson()


def of(told: PacerLesson, scenario: str, gogc: int, limit: int | None = None) -> RunShown:
    [choice] = [
        one
        for one in told.choices
        if (one.scenario, one.gogc, one.memory_limit_bytes) == (scenario, gogc, limit)
    ]
    return told.runs[choice.run]


def test_every_combination_has_a_run(told: PacerLesson) -> None:
    combined = len(told.scenarios) * len(told.gogc_choices) * len(told.memory_limit_choices)
    assert len(told.choices) == combined
    assert {one.run for one in told.choices} == set(range(len(told.runs)))
    for choice in told.choices:
        shown = told.runs[choice.run]
        assert (shown.scenario, shown.gogc) == (choice.scenario, choice.gogc)


def test_it_is_small_and_plain(told: PacerLesson) -> None:
    written = json.dumps(plain(told), allow_nan=False, separators=(",", ":"))
    assert len(written) < 900_000


def test_the_columns_of_a_run_fit_together(told: PacerLesson) -> None:
    for shown in told.runs:
        cycles = shown.cycles
        columns = {len(getattr(cycles, name)) for name in type(cycles).__slots__}
        assert len(columns) == 1
        assert columns.pop() <= MOST_SHOWN
        vertices = {len(shown.times_seconds), len(shown.heap_live_kib), len(shown.total_kib)}
        assert vertices == {3 * len(cycles.goal_kib) + 2}
        assert list(shown.times_seconds) == sorted(shown.times_seconds)
        assert sum(shown.totals.cycles_by_regime) == shown.totals.cycles
        assert set(cycles.regimes) <= set(range(len(REGIMES)))


def test_a_higher_gogc_collects_less_often_and_needs_more(told: PacerLesson) -> None:
    for scenario in told.scenarios:
        runs = [of(told, scenario.key, gogc).totals for gogc in told.gogc_choices if gogc > 0]
        assert [one.cycles for one in runs] == sorted((one.cycles for one in runs), reverse=True)
        peaks = [one.peak_heap_bytes for one in runs]
        assert peaks == sorted(peaks)


def test_no_limit_makes_what_is_reachable_smaller(told: PacerLesson) -> None:
    tight = of(told, "tight", 100, 160 << 20)
    assert tight.totals.peak_total_bytes > 220 << 20
    assert any("does not hold" in one for one in tight.sentences)
    assert tight.totals.limiter_on_seconds > 0


def test_sentences_say_the_figures_of_their_run(told: PacerLesson) -> None:
    for shown in told.runs:
        said = " ".join(shown.sentences)
        assert shown.sentences
        assert not re.search(r"\bnan\b|None|\{", said)
        count = re.search(r"^([\d,]+) collections", said)
        assert shown.totals.cycles == (int(count[1].replace(",", "")) if count else 0)
        by_limit = shown.totals.cycles_by_regime[MEMORY_LIMIT]
        assert ("memory limit sets the goal" in said) == (by_limit > shown.totals.cycles / 2)


def test_the_slow_motion_is_of_one_cycle_in_order(told: PacerLesson) -> None:
    times = [step.at_seconds for step in told.anatomy]
    assert times == sorted(times)
    for step in told.anatomy:
        assert len(step.title) <= 60
        assert step.heap_marked_bytes <= step.heap_live_bytes
        assert step.heap_marked_bytes < step.trigger_bytes <= step.goal_bytes
        assert re.search(r"\w+\.go \w+", step.source)


def test_versions_differ_in_what_is_said_of_them(told: PacerLesson) -> None:
    scavenger, cons_mark = told.versions
    old, bug, new = scavenger.runs
    assert (old.totals.released_bytes, bug.totals.released_bytes) == (0, 0)
    assert new.totals.released_bytes > 0
    assert old.cycles.goal_kib[5] > bug.cycles.goal_kib[5]  # 1 MiB of headroom, not 3 %
    assert cons_mark.runs[0].cycles.trigger_kib != cons_mark.runs[1].cycles.trigger_kib


def test_a_question_of_ones_own_is_answered() -> None:
    scenario = replace(scenario_of(STEADY), length=5.0)
    asked = Question(((STEADY, scenario),), (75,), (None,), procs=8)
    told = lesson("1.22", asked)
    assert [shown.gogc for shown in told.runs] == [75]
    assert told.runs[0].go_version == "1.22"
    assert told.procs == 8


def test_a_run_with_many_cycles_is_thinned() -> None:
    made = run(scenario_of(STEADY), Settings(gogc=10))
    shown = run_shown(made, "steady")
    assert shown.every > 1
    assert shown.totals.cycles == len(made.cycles) > MOST_SHOWN


def test_the_usual_question_is_the_four_programs() -> None:
    assert [shown.key for shown, _ in USUAL.scenarios] == ["steady", "ramp", "surge", "tight"]
