"""What every lesson's page is made of: the sealed page, the frame, the walk and its controls."""

from __future__ import annotations

from goom.case.document import plain
from goom.renderers.page import readable, sealed

_ROOM = "goom.renderers.lessons"
_SCRIPTS = ("frame.js", "controls.js", "walk.js")
_STYLES = ("lesson.css",)
_LONGEST_TEXT = 4000


def framed(lesson: object, scripts: tuple[str, ...], styles: tuple[str, ...]) -> str:
    """One page of a lesson (a frozen dataclass, or what JSON knows), drawn by its own scripts.

    The page steps through and selects; it computes nothing of the model.
    """
    data = readable(plain(lesson), _LONGEST_TEXT)
    return sealed(_ROOM, (*_SCRIPTS, *scripts), (*_STYLES, *styles), data)
