"""Shows a finished case: on the screen, and in the files that were asked for."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from goom.case.errors import GoomError
from goom.case.model import Case
from goom.case.verdict import CANNOT_TELL
from goom.renderers import html, json_case, markdown, text

HEALTHY_STATUS, FOUND_STATUS, CANNOT_TELL_STATUS = 0, 1, 2
STDOUT = "-"
_PLAIN_WIDTH = 80
_WIDEST = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Where each form goes: a path, ``-`` for stdout, "" for not at all. Whatever goes to stdout
    takes the place of the screen. ``evidence`` is the bundle that the screen points at.
    """

    json: str = ""
    markdown: str = ""
    html: str = ""
    evidence: str = ""


def show(case: Case, wanted: Wanted) -> int:
    """Write and print what is wanted; the exit status that says what was found."""
    forms: tuple[tuple[str, Callable[[Case], str]], ...] = (
        (wanted.json, json_case.render),
        (wanted.markdown, markdown.render),
        (wanted.html, html.render),
    )
    for target, render in forms:
        if target:
            _put(target, render(case))
    if STDOUT not in (wanted.json, wanted.markdown, wanted.html):
        sys.stdout.write(_screen(case, wanted))
    return status(case)


def status(case: Case) -> int:
    """0 healthy, 1 found, 2 cannot tell."""
    if case.verdict.cause == CANNOT_TELL:
        return CANNOT_TELL_STATUS
    return HEALTHY_STATUS if case.verdict.cause == "healthy" else FOUND_STATUS


def _screen(case: Case, wanted: Wanted) -> str:
    report, color = wanted.html, _color()
    drawn = text.render(case, width=_width(), color=color, report=report, evidence=wanted.evidence)
    return drawn if drawn.endswith("\n") else drawn + "\n"


def _width() -> int:
    if not sys.stdout.isatty():
        return _PLAIN_WIDTH
    return min(_WIDEST, shutil.get_terminal_size((_PLAIN_WIDTH, 24)).columns)


def _color() -> bool:
    """Colour only for a terminal that wants it; see no-color.org."""
    plain = "NO_COLOR" in os.environ or os.environ.get("TERM", "") in ("", "dumb")
    return sys.stdout.isatty() and not plain


def _put(target: str, content: str) -> None:
    if target == STDOUT:
        sys.stdout.write(content)
        return
    try:
        Path(target).write_text(content, encoding="utf-8")
    except OSError as error:
        raise GoomError(
            f"cannot write {target}: {error.strerror}.",
            "Name a file in a folder that you may write.",
        ) from None
