"""The page about the pacer: goal, trigger and heap over time as GOGC and GOMEMLIMIT move."""

from __future__ import annotations

from collections.abc import Iterable
from typing import cast

from goom.case.document import Json, plain
from goom.case.units import MIB
from goom.renderers.lessons.frame import framed
from goom.runtime.allocator.eras import release_of, version_text
from goom.runtime.pacer.lesson import PacerLesson, VersionsCompared
from goom.runtime.pacer.lesson_runs import RunShown

_SCRIPTS = ("sketch.js", "runs.js", "anatomy.js", "pacer.js")
_LEAST_CEILING_BYTES = 560 * MIB  # so that the highest limit is within the chart
_USUAL_GOGC = range(201)  # others may leave the chart: it is to show the usual ones well
_REGIME_WORDS = {
    "gogc": "GOGC",
    "heap_minimum": "the heap minimum, 4 MiB × GOGC/100",
    "memory_limit": "the memory limit",
    "sweep_distance": "room for the sweeper, at least 1 MiB",
    "late_trigger": "a cycle that began late",
}


def render(told: PacerLesson) -> str:
    """The page of a lesson of ``goom.runtime.pacer.lesson``."""
    return framed(page(told), _SCRIPTS, ("pacer.css",))


def page(told: PacerLesson) -> Json:
    """What the page shows: the lesson, the height of each scenario's charts, and words."""
    shown = cast(Json, plain(told))
    runs_of = {
        scenario.key: [run for run in told.runs if run.scenario == scenario.key]
        for scenario in told.scenarios
    }
    return {
        **shown,
        "go_version": _version(told.go_version),
        "ceilings": {key: _ceiling_bytes(runs) for key, runs in runs_of.items()},
        "regime_words": [_REGIME_WORDS.get(name, name) for name in told.regimes],
        "compared_by": [_telling_column(one) for one in told.versions],
    }


def _version(stated: str) -> str:
    return version_text(release_of(None if stated == "newest" else stated))


def _ceiling_bytes(runs: Iterable[RunShown]) -> int:
    """As high as the usual settings of a scenario ever come, so that its charts can be compared."""
    usual = [run.totals.peak_total_bytes for run in runs if run.gogc in _USUAL_GOGC]
    return max(_LEAST_CEILING_BYTES, *usual)


def _telling_column(compared: VersionsCompared) -> str:
    """What differs between the versions: what is mapped under a limit, else when cycles begin."""
    limited = any(run.memory_limit_bytes is not None for run in compared.runs)
    return "total" if limited else "trigger"
