"""The page about stacks: one goroutine's growth and shrinking step by step, then many of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import cast

from goom.case.document import Json, plain
from goom.renderers.lessons.frame import framed
from goom.runtime.stacks.lesson import StacksLesson, lesson
from goom.runtime.stacks.stack import Calls, descend
from goom.runtime.stacks.walk import Step

_ENDLESS_CALLS = 100_000_000  # more than any stack takes
_FIRST, _LAST = 6, 4  # steps shown of a walk without end; those between are counted
_CURVE_CALLS = 100_000
_SCRIPTS = ("sketch.js", "stack_column.js", "stacks.js")


def render(told: StacksLesson) -> str:
    """The page of a lesson of ``goom.runtime.stacks.lesson``."""
    return framed(page(told), _SCRIPTS, ("stacks.css",))


def page(told: StacksLesson) -> Json:
    """What the page shows: the lesson, walks for three ways to call, and exact curves."""
    asked = told.question
    endless = lesson(replace(asked, depth=_ENDLESS_CALLS))
    sentence = told.growth.sentence
    ways = [
        _way("asked", f"{asked.depth:,} calls of {asked.frame_bytes:,} bytes", told.walk),
        _way("big", "one call of 8 KiB", told.big_frame),
        _way("endless", "calls without end", _without_middle(endless.walk)),
    ]
    curves = [_curve(told, frame) for frame in (one.frame_bytes for one in told.depth_curves)]
    return {
        **cast(Json, plain(told)),
        "ways": ways,
        "curves": curves,
        "growth_sentence": f"{sentence[0].upper()}{sentence[1:]}.",
    }


def _way(key: str, label: str, steps: Sequence[Step]) -> Json:
    return {"key": key, "label": label, "steps": plain(tuple(steps))}


def _without_middle(steps: Sequence[Step]) -> tuple[Step, ...]:
    """The first and the last steps; the one after the gap says how many are left out."""
    if len(steps) <= _FIRST + _LAST:
        return tuple(steps)
    after = steps[-_LAST]
    told = f"{len(steps) - _FIRST - _LAST} growths later. {after.text}"
    return (*steps[:_FIRST], replace(after, text=told), *steps[1 - _LAST :])


def _curve(told: StacksLesson, frame_bytes: int) -> Json:
    """Size against depth for one size of frame: a step wherever the stack grows."""
    went = descend(told.layout, (Calls(frame_bytes, _CURVE_CALLS),))
    return {
        "frame_bytes": frame_bytes,
        "calls": [1, *(max(one.call, 1) for one in went.growths), went.calls],
        "stack_bytes": [
            went.start_bytes, *(one.new_bytes for one in went.growths), went.stack_bytes,
        ],
    }  # fmt: skip
