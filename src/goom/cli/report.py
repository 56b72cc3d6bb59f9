"""Shows a finished case: on the screen, and in the files that were asked for."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from goom.case.errors import GoomError
from goom.case.model import Case
from goom.case.verdict import CANNOT_TELL
from goom.cli import main, terminal
from goom.renderers import html, json_case, markdown
from goom.renderers.text import screen
from goom.renderers.text.lines import in_ascii

STDOUT = "-"
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
        return main.CANNOT_TELL
    return main.OK if case.verdict.cause == "healthy" else main.FOUND


def _screen(case: Case, wanted: Wanted) -> str:
    width, color = min(_WIDEST, terminal.size()[0]), terminal.colors()
    drawn = screen.render(
        case, width=width, color=color, report=wanted.html, evidence=wanted.evidence
    )
    shown = drawn if terminal.draws("█✗─") else in_ascii(drawn)
    return shown if shown.endswith("\n") else shown + "\n"


def _put(target: str, content: str) -> None:
    if target == STDOUT:
        sys.stdout.flush()
        sys.stdout.buffer.write(content.encode())  # UTF-8 whatever the terminal speaks
        return
    try:
        Path(target).write_text(content, encoding="utf-8")
    except OSError as error:
        raise GoomError(
            f"cannot write {target}: {error.strerror}.",
            "Name a file in a folder that you may write.",
        ) from None
