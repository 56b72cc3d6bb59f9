"""``goom model barriers``: what a mark phase loses without a write barrier, and what each costs."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from goom.case.document import plain
from goom.case.errors import BadInput
from goom.cli import terminal
from goom.cli.model_barriers_screen import screen
from goom.renderers.lessons.barriers import render
from goom.runtime.marking.checks import checked, usual_bounds, without_a_part
from goom.runtime.marking.compare import compared
from goom.runtime.marking.lesson import BarriersLesson, lesson
from goom.runtime.marking.scenario import Script, read
from goom.runtime.marking.versions import release_of

SCHEMA = "goom.model.barriers/1"
_MOST_SCENARIO_BYTES = 1 << 20


def run(parsed: argparse.Namespace) -> int:
    """Search, play, compare, print, write the page."""
    told = _lesson(parsed)
    if parsed.json:
        document = plain(told)
        assert isinstance(document, dict)
        print(json.dumps({"schema": SCHEMA, **document}, indent=2, ensure_ascii=False))
    else:
        print(screen(told, ascii_only=not terminal.draws("→…")), end="")
    if parsed.html:
        _write(Path(parsed.html), render(told), said=not parsed.json)
    return 0


def _lesson(parsed: argparse.Namespace) -> BarriersLesson:
    script = _script(parsed.scenario)
    release = release_of(parsed.go)
    bounds = usual_bounds(parsed.objects, parsed.operations)
    searched = [one for bound in bounds for one in checked(bound)]
    return lesson(
        script,
        checks=(*searched, *without_a_part()),
        costs=tuple(compared()),
        go_version=release,
    )


def _script(path: str | None) -> Script | None:
    if path is None:
        return None
    try:
        raw = Path(path).read_bytes()[: _MOST_SCENARIO_BYTES + 1]
    except OSError as error:
        raise BadInput(f"cannot read {path}: {error.strerror}.") from error
    if len(raw) > _MOST_SCENARIO_BYTES:
        raise BadInput(f"{path} is over 1 MiB; a story is a few lines.")
    return read(raw.decode("utf-8", "replace"))


def _write(path: Path, page: str, said: bool) -> None:
    try:
        path.write_text(page, encoding="utf-8")
    except OSError as error:
        raise BadInput(f"cannot write {path}: {error.strerror}.", "Try --html FILE.") from error
    if said:
        print(f"page {path}")
