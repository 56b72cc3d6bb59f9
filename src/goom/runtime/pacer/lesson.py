"""The pacer's lesson: goal, trigger and heap over time as GOGC, GOMEMLIMIT and the version move.

Everything that a page shows is computed here, by the forward run; the page only steps through it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache

from goom.runtime.pacer.forward import ForwardRun, run
from goom.runtime.pacer.lesson_anatomy import Step, anatomy
from goom.runtime.pacer.lesson_runs import (
    RunShown,
    cycles_shown,
    shown_step,
    totals,
    vertices,
)
from goom.runtime.pacer.lesson_said import SAID, Said
from goom.runtime.pacer.lesson_scenarios import (
    GOGC_CHOICES,
    MEMORY_LIMIT_CHOICES,
    PROCS,
    SCENARIOS,
    STEADY,
    SURGE,
    ScenarioShown,
    scenario_of,
)
from goom.runtime.pacer.lesson_sentences import sentences
from goom.runtime.pacer.mgcpacer import GC_OFF, REGIMES
from goom.runtime.pacer.scenario import Scenario, Settings

_ANATOMY_CYCLE = 12  # of the steady program with GOGC=100: long past its start
MESSAGE = (
    "GOGC says how much the heap may grow beyond what survived; GOMEMLIMIT lowers that goal, and "
    "only that: neither can make what is reachable smaller."
)


@dataclass(frozen=True, slots=True)
class Choice:
    """A combination of the page's controls, and which of ``runs`` shows it."""

    scenario: str
    gogc: int
    memory_limit_bytes: int | None
    run: int


@dataclass(frozen=True, slots=True)
class VersionsCompared:
    """One scenario under one setting, in versions that differ; ``sentence`` says in what."""

    title: str
    sentence: str
    source: str
    runs: tuple[RunShown, ...]


@dataclass(frozen=True, slots=True)
class PacerLesson:
    """All of it; plain data for JSON through goom.case.document.plain.

    ``gogc`` is -1 for off, a memory limit None for none. ``choices`` has every combination of the
    three lists before it; where a limit changes nothing, two choices share a run. ``regimes`` are
    what can decide a goal. ``anatomy`` is one cycle in slow motion.
    """

    go_version: str
    message: str
    procs: int
    scenarios: tuple[ScenarioShown, ...]
    gogc_choices: tuple[int, ...]
    memory_limit_choices: tuple[int | None, ...]
    regimes: tuple[str, ...]
    choices: tuple[Choice, ...]
    runs: tuple[RunShown, ...]
    anatomy: tuple[Step, ...]
    versions: tuple[VersionsCompared, ...]
    said: tuple[Said, ...]
    not_modelled: tuple[str, ...]


NOT_MODELLED = (
    "Pauses: a stop of the world has no length here.",
    "Chance: a real machine's cycles scatter, and cons/mark takes the highest of five.",
    "Which pages are free: the scavenger counts bytes, not places.",
)


@dataclass(frozen=True, slots=True)
class Question:
    """What the page is to show: programs, each under every GOGC and every limit.

    ``scenarios`` are what the page calls them and what they do.
    """

    scenarios: tuple[tuple[ScenarioShown, Scenario], ...]
    gogc_choices: tuple[int, ...] = GOGC_CHOICES
    memory_limit_choices: tuple[int | None, ...] = MEMORY_LIMIT_CHOICES
    procs: int = PROCS


USUAL = Question(tuple((shown, scenario_of(shown)) for shown in SCENARIOS))


@cache
def lesson(go_version: str = "newest", question: Question = USUAL) -> PacerLesson:
    """The whole lesson for a version of Go; under a second of computing, no chance in it."""
    runs: list[RunShown] = []
    choices: list[Choice] = []
    for shown, scenario in question.scenarios:
        for gogc in question.gogc_choices:
            for limit in question.memory_limit_choices:
                settings = Settings(
                    gogc=gogc,
                    memory_limit_bytes=limit,
                    procs=question.procs,
                    go_version=go_version,
                )
                made = run_shown(run(scenario, settings), shown.key)
                choices.append(Choice(shown.key, gogc, limit, _shown_in(runs, made)))
    steady = Settings(gogc=100, procs=PROCS, go_version=go_version)
    return PacerLesson(
        go_version=go_version,
        message=MESSAGE,
        procs=question.procs,
        scenarios=tuple(shown for shown, _ in question.scenarios),
        gogc_choices=question.gogc_choices,
        memory_limit_choices=question.memory_limit_choices,
        regimes=REGIMES,
        choices=tuple(choices),
        runs=tuple(runs),
        anatomy=anatomy(run(scenario_of(STEADY), steady), _ANATOMY_CYCLE),
        versions=versions_compared(),
        said=SAID,
        not_modelled=NOT_MODELLED,
    )


def run_shown(made: ForwardRun, key: str) -> RunShown:
    """A run of the scenario ``key`` as the page draws it."""
    times, live, total = vertices(made)
    figures = totals(made, len(REGIMES))
    return RunShown(
        scenario=key,
        gogc=made.settings.gogc,
        memory_limit_bytes=made.settings.memory_limit_bytes,
        go_version=made.settings.go_version,
        every=shown_step(made),
        times_seconds=times,
        heap_live_kib=live,
        total_kib=total,
        cycles=cycles_shown(made),
        totals=figures,
        sentences=sentences(made, figures),
    )


def versions_compared() -> tuple[VersionsCompared, ...]:
    """What a version changed, seen in the same program under the same settings."""
    limited = Settings(gogc=GC_OFF, memory_limit_bytes=MEMORY_LIMIT_CHOICES[2], procs=PROCS)
    by_gogc = Settings(gogc=100, procs=PROCS)
    return (
        _compared(
            ("The scavenger's limit goal", SCAVENGER, "mgcscavenge.go gcPaceScavenger"),
            scenario_of(STEADY), limited, ("1.19", "1.21", "1.22"),
        ),
        _compared(
            ("The estimate of cons/mark", CONS_MARK, "mgcpacer.go endCycle"),
            scenario_of(SURGE), by_gogc, ("1.19", "1.21"),
        ),
    )  # fmt: skip


SCAVENGER = (
    "Up to 1.21 the background scavenger aimed at 95 times the limit instead of 95 % of it, and so "
    "never worked for it; 1.19 kept 1 MiB free under the limit, 1.21 keeps 3 %."
)
CONS_MARK = (
    "1.19 followed the last measurement with a controller; since 1.21 the highest of five counts, "
    "so after a surge cycles begin early for a while."
)


def _compared(
    words: tuple[str, str, str], scenario: Scenario, settings: Settings, versions: tuple[str, ...]
) -> VersionsCompared:
    runs = (replace(settings, go_version=version) for version in versions)
    return VersionsCompared(
        *words, tuple(run_shown(run(scenario, one), scenario.name) for one in runs)
    )


def _shown_in(runs: list[RunShown], made: RunShown) -> int:
    """Where a run is, added unless the same is there already under another limit."""
    for index, known in enumerate(runs):
        same_program = (known.scenario, known.gogc) == (made.scenario, made.gogc)
        if same_program and known.cycles == made.cycles and known.total_kib == made.total_kib:
            return index
    runs.append(made)
    return len(runs) - 1
