"""The page about the pacer: goal, trigger and heap over time as GOGC and GOMEMLIMIT move."""

from __future__ import annotations

from typing import cast

from goom.case.document import Json, plain
from goom.renderers.lessons.frame import framed
from goom.renderers.lessons.pacer_runs import in_columns, runs_of_all_eras
from goom.runtime.allocator.eras import release_of, version_text
from goom.runtime.pacer.lesson import USUAL, PacerLesson, Question, VersionsCompared
from goom.runtime.pacer.lesson_scenarios import STEADY

_SCRIPTS = ("sketch.js", "runs.js", "anatomy.js", "pacer.js")
_FAR, _ABOVE = 3, 1.08  # a limit this many times as high is not drawn; others with some room
_USUAL_GOGC = range(201)  # others may leave the chart: it is to show the usual ones well
_REGIME_WORDS = {
    "gogc": "GOGC",
    "heap_minimum": "the heap minimum, 4 MiB × GOGC/100",
    "memory_limit": "the memory limit",
    "sweep_distance": "room for the sweeper, at least 1 MiB",
    "late_trigger": "a cycle that began late",
}


def render(told: PacerLesson, question: Question = USUAL) -> str:
    """The page of a lesson of ``goom.runtime.pacer.lesson``, and the question that it answers."""
    return framed(page(told, question), _SCRIPTS, ("pacer.css",))


def page(told: PacerLesson, question: Question = USUAL) -> Json:
    """What the page shows: the lesson's runs in three eras, the height of charts, and words."""
    shown = cast(Json, plain(told))
    for told_otherwise in ("choices", "runs", "versions"):
        del shown[told_otherwise]
    return {
        **shown,
        **runs_of_all_eras(told, question),
        "go_version": _version(told.go_version),
        "ceilings": {one.key: _ceiling_bytes(told, one.key) for one in told.scenarios},
        "regime_words": [_REGIME_WORDS.get(name, name) for name in told.regimes],
        "compared": [_compared(one) for one in told.versions],
        "anatomy_of": f"{STEADY.title}. {STEADY.sentence} `GOGC=100`, and no limit.",
    }


def _version(stated: str) -> str:
    return version_text(release_of(None if stated == "newest" else stated))


def _ceiling_bytes(told: PacerLesson, scenario: str) -> int:
    """As high as the usual settings ever come, and the limits that are not far above them."""
    runs = [run for run in told.runs if run.scenario == scenario]
    peaks = [run.totals.peak_total_bytes for run in runs if run.gogc in _USUAL_GOGC]
    highest = max(peaks or [run.totals.peak_total_bytes for run in runs])
    limits = [limit for limit in told.memory_limit_choices if limit is not None]
    near = [round(limit * _ABOVE) for limit in limits if limit < _FAR * highest]
    return max(highest, *near) if near else highest


def _compared(one: VersionsCompared) -> Json:
    """What differs between versions: what is mapped under a limit, else when cycles begin."""
    limited = any(run.memory_limit_bytes is not None for run in one.runs)
    return {
        "title": one.title,
        "sentence": one.sentence,
        "source": one.source,
        "by": "total" if limited else "trigger",
        "runs": [in_columns(run) for run in one.runs],
    }
