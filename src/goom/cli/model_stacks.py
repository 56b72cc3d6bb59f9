"""``goom model stacks``: how a goroutine's stack grows and shrinks, and what many of them hold."""

from __future__ import annotations

import argparse
import json
from dataclasses import replace
from pathlib import Path

from goom.case.document import plain
from goom.case.errors import BadInput
from goom.cli import terminal
from goom.cli.model_stacks_screen import screen
from goom.renderers.lessons.stacks import render
from goom.runtime.stacks.lesson import Question, StacksLesson, lesson
from goom.runtime.stacks.scenario import Scenario, read

SCHEMA = "goom.model.stacks/1"
_MOST_SCENARIO_BYTES = 1 << 20


def run(parsed: argparse.Namespace) -> int:
    """Work it out, print it, write the page."""
    scenario = _scenario(parsed.scenario)
    told = lesson(_question(parsed, scenario), scenario)
    if parsed.json:
        print(json.dumps({"schema": SCHEMA, **_plain(told)}, indent=2, ensure_ascii=False))
    else:
        print(screen(told, ascii_only=not terminal.draws("─│┌█")), end="")
    if parsed.html:
        _write(Path(parsed.html), render(told), said=not parsed.json)
    return 0


def _question(parsed: argparse.Namespace, scenario: Scenario | None) -> Question:
    asked = Question(parsed.depth, parsed.frame, parsed.goroutines, parsed.go)
    if scenario is None:
        return asked
    deepest = max(
        (calls for group in scenario.groups for calls in group.calls),
        key=lambda calls: calls.count,
    )
    return replace(
        asked,
        depth=deepest.count,
        frame_bytes=deepest.frame_bytes,
        goroutines=sum(group.goroutines for group in scenario.groups),
        version=scenario.version if parsed.go == "newest" else parsed.go,
    )


def _scenario(path: str | None) -> Scenario | None:
    if path is None:
        return None
    try:
        raw = Path(path).read_bytes()[: _MOST_SCENARIO_BYTES + 1]
    except OSError as error:
        raise BadInput(f"cannot read {path}: {error.strerror}.") from error
    if len(raw) > _MOST_SCENARIO_BYTES:
        raise BadInput(f"{path} is over 1 MiB; a scenario of stacks is a few lines.")
    return read(raw.decode("utf-8", "replace"))


def _plain(told: StacksLesson) -> dict[str, object]:
    document = plain(told)
    assert isinstance(document, dict)
    return document


def _write(path: Path, page: str, said: bool) -> None:
    try:
        path.write_text(page, encoding="utf-8")
    except OSError as error:
        raise BadInput(f"cannot write {path}: {error.strerror}.", "Try --html FILE.") from error
    if said:
        print(f"page {path}")
