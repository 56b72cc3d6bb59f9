"""The page about the pacer: goal, trigger and heap over time as GOGC and GOMEMLIMIT move."""

from __future__ import annotations

from typing import cast

from goom.case.document import Json, plain
from goom.case.units import MIB
from goom.renderers.lessons.frame import framed
from goom.renderers.lessons.pacer_runs import in_columns, runs_of_all_eras
from goom.runtime.allocator.eras import release_of, version_text
from goom.runtime.pacer.lesson import PacerLesson, VersionsCompared

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
    """What the page shows: the lesson's runs in three eras, the height of charts, and words."""
    shown = cast(Json, plain(told))
    for told_otherwise in ("choices", "runs", "versions"):
        del shown[told_otherwise]
    return {
        **shown,
        **runs_of_all_eras(told),
        "go_version": _version(told.go_version),
        "ceilings": _ceilings(told),
        "regime_words": [_REGIME_WORDS.get(name, name) for name in told.regimes],
        "compared": [_compared(one) for one in told.versions],
    }


def _version(stated: str) -> str:
    return version_text(release_of(None if stated == "newest" else stated))


def _ceilings(told: PacerLesson) -> Json:
    """As high as the usual settings of a scenario ever come, so that its charts can be compared."""
    found: dict[str, int] = {}
    for run in told.runs:
        usual = run.totals.peak_total_bytes if run.gogc in _USUAL_GOGC else 0
        found[run.scenario] = max(_LEAST_CEILING_BYTES, usual, found.get(run.scenario, 0))
    return dict(found)


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
