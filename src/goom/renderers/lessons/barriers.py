"""The page about write barriers: one story under each, what each costs, what was searched."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import cast

from goom.case.document import Json, plain
from goom.renderers.lessons.frame import framed
from goom.runtime.marking.frame import Frame
from goom.runtime.marking.lesson import BarriersLesson
from goom.runtime.marking.story import StoryRun
from goom.runtime.marking.workloads import WORKLOADS

_SCRIPTS = ("sketch.js", "graph.js", "barriers.js")
_AS_THEY_ARE = ("go_version", "message", "rules", "checks", "costs", "said")
_ACTORS = {
    "start": "Marking starts",
    "program": "The program runs",
    "collector": "The collector marks",
    "stopped world": "The world is stopped",
}


def render(told: BarriersLesson) -> str:
    """The page of a lesson of ``goom.runtime.marking.lesson``."""
    return framed(page(told), _SCRIPTS, ("barriers.css",))


def page(told: BarriersLesson) -> Json:
    """What the page shows: the lesson, its frames as steps, and a place for each object."""
    shown = cast(Json, plain(told))
    return {
        **{part: shown[part] for part in _AS_THEY_ARE},
        "workloads": {one.name: one.what for one in WORKLOADS},
        "stories": [_story(run) for run in told.story],
        "places": _places([run.frames for run in told.story]),
        "counterexample": _counterexample(told.counterexample),
    }


def _counterexample(run: StoryRun | None) -> Json | None:
    if run is None:
        return None
    return {**_story(run), "places": _places([run.frames])}


def _story(run: StoryRun) -> Json:
    return {
        "key": run.barrier,
        "verdict": run.verdict,
        "safe": run.safe,
        "steps": [_step(frame) for frame in run.frames],
    }


def _step(frame: Frame) -> Json:
    shown = cast(Json, plain(frame))
    text = shown.pop("sentence")
    return {"title": _ACTORS[frame.actor], "text": text, "source": "", **shown}


def _places(runs: Sequence[Sequence[Frame]]) -> dict[str, list[int]]:
    """For each object a column and a row: columns by the distance from the globals, else a stack.

    Over all pointers that there ever are in any of the runs, so that nothing has to move.
    """
    depth = _depths(_pointers(runs), _roots(runs))
    order = {one.name: number for frames in runs for number, one in enumerate(frames[-1].objects)}
    rows: dict[int, int] = {}
    places = {}
    for name in sorted(depth, key=lambda name: order[name]):
        column = depth[name]
        places[name] = [column, rows.get(column, 0)]
        rows[column] = rows.get(column, 0) + 1
    return places


def _pointers(runs: Sequence[Sequence[Frame]]) -> dict[str, list[str]]:
    told: dict[str, list[str]] = {}
    for frames in runs:
        for frame in frames:
            for one in frame.objects:
                held = told.setdefault(one.name, [])
                held += [to for to in one.points_to if to and to not in held]
    return told


def _roots(runs: Sequence[Sequence[Frame]]) -> list[list[str]]:
    """What the globals ever held, then what stacks ever held, in the order of time."""
    first, second = dict[str, None](), dict[str, None]()
    for frames in runs:
        for frame in frames:
            first |= dict.fromkeys(one for one in frame.globals.points_to if one)
            for stack in frame.stacks:
                second |= dict.fromkeys(one for one in stack.points_to if one)
    return [list(first), list(second)]


def _depths(
    pointers: Mapping[str, Sequence[str]], roots: Sequence[Sequence[str]]
) -> dict[str, int]:
    """How many pointers away from the first of the roots that lead there; 0 for what is held."""
    depth: dict[str, int] = {}
    for names in roots:
        reached = [name for name in names if name not in depth]
        away = 0
        while reached:
            depth |= dict.fromkeys(reached, away)
            ahead = [to for name in reached for to in pointers.get(name, ())]
            reached = [to for to in dict.fromkeys(ahead) if to not in depth]
            away += 1
    return dict.fromkeys(pointers, 0) | depth
