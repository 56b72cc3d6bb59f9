"""The pacer's runs for the page: every setting in three eras of Go, in columns, each run once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import cast

from goom.case.document import Json, plain
from goom.runtime.allocator.eras import release_of
from goom.runtime.pacer.lesson import PacerLesson, Question, lesson
from goom.runtime.pacer.lesson_runs import RunShown

_PER_CYCLE = 3  # vertices of the saw-tooth: trigger, end, and after it


@dataclass(frozen=True)
class Era:
    """A stretch of versions that pace alike; ``version`` stands for them."""

    key: str
    label: str
    version: str
    note: str


ERAS = (
    Era("1.19", "1.19", "1.19",
        "cons/mark follows a controller; 1 MiB is kept free under a limit; a bug keeps the "
        "background scavenger from working for the limit."),
    Era("1.21", "1.21", "1.21",
        "cons/mark is the highest of the last five; 3 % are kept free under a limit; the "
        "scavenger's bug is still there."),
    Era("1.22", "since 1.22", "1.22",
        "The pacer of 1.21; the background scavenger now works towards 95 % of the limit."),
)  # fmt: skip


def era_of(version: str) -> Era:
    """The era of a version; "newest" is the last."""
    release = release_of(None if version == "newest" else version)
    since = [(release_of(era.version), era) for era in ERAS]
    return next((era for least, era in reversed(since) if release >= least), ERAS[0])


def runs_of_all_eras(told: PacerLesson, question: Question) -> Json:
    """``runs`` in columns, and ``choices``: by era, scenario, GOGC and limit the index of a run.

    GOGC and limits in rising order, off and none last.
    """
    here = era_of(told.go_version)
    shown: dict[str, Json] = {}
    choices: Json = {}
    for era in ERAS:
        of_era = told if era == here else lesson(era.version, question)
        places = [_placed(shown, run) for run in of_era.runs]
        choices[era.key] = _indices(of_era, places)
    return {
        "eras": plain(ERAS),
        "era": here.key,
        "gogc_choices": _rising_gogc(told),
        "memory_limit_choices": _rising_limits(told),
        "runs": list(shown.values()),
        "choices": choices,
    }


def _rising_gogc(told: PacerLesson) -> list[int]:
    return sorted(told.gogc_choices, key=lambda gogc: (gogc < 0, gogc))


def _rising_limits(told: PacerLesson) -> list[int | None]:
    return sorted(told.memory_limit_choices, key=lambda limit: (limit is None, limit or 0))


def _placed(shown: dict[str, Json], run: RunShown) -> int:
    """The place of a run among those shown; one that is the same in two eras is shown once."""
    drawn = in_columns(run)
    key = repr({**drawn, "go_version": ""})
    drawn["place"] = len(shown)
    return cast(int, shown.setdefault(key, drawn)["place"])


def _indices(told: PacerLesson, places: Sequence[int]) -> Json:
    found = {
        (one.scenario, one.gogc, one.memory_limit_bytes): places[one.run] for one in told.choices
    }
    return {
        scenario.key: [
            [found[scenario.key, gogc, limit] for limit in _rising_limits(told)]
            for gogc in _rising_gogc(told)
        ]
        for scenario in told.scenarios
    }


def in_columns(run: RunShown) -> Json:
    """One run: per cycle its times and sizes, and the first and last vertex of the saw-tooth.

    Sizes in KiB, times in hundredths of a second: finer than a pixel. Columns under ``steps`` hold
    the first value and then by how much each differs from the one before: half the page's size.
    """
    cycles = run.cycles
    return {
        "scenario": run.scenario,
        "gogc": run.gogc,
        "go_version": run.go_version,
        "memory_limit_bytes": run.memory_limit_bytes,
        "every": run.every,
        "ends": [[run.heap_live_kib[place], run.total_kib[place]] for place in (0, -1)],
        "last_seconds": run.times_seconds[-1],
        "steps": {
            "trigger_at": _steps(_hundredths(cycles.trigger_at_seconds)),
            "end_at": _steps(_hundredths(cycles.end_at_seconds)),
            "trigger": _steps(cycles.trigger_kib),
            "goal": _steps(cycles.goal_kib),
            "at_trigger": _steps(cycles.heap_at_trigger_kib),
            "at_end": _steps(cycles.heap_at_end_kib),
            "marked": _steps(cycles.heap_marked_kib),
            "total_at_trigger": _steps(run.total_kib[1:-1:_PER_CYCLE]),
            "total_after": _steps(run.total_kib[3::_PER_CYCLE]),
        },
        "gc_cpu": [round(share, 3) for share in cycles.gc_cpu_fraction],
        "assist": [round(share, 3) for share in cycles.assist_fraction],
        "regimes": "".join(map(str, cycles.regimes)),
        "totals": plain(run.totals),
        "sentences": list(run.sentences),
    }


def _hundredths(times: Iterable[float]) -> list[int]:
    return [round(at * 100) for at in times]


def _steps(column: Sequence[int]) -> list[int]:
    return [*column[:1], *(after - before for before, after in pairwise(column))]
