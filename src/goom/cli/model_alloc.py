"""``goom model alloc``: which slot a request gets, what it wastes, and how it gets there."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

from goom.case.document import plain
from goom.case.errors import BadInput
from goom.cli import terminal
from goom.cli.model_alloc_account import account_document, account_screen
from goom.cli.model_alloc_screen import head_line, in_ascii, screen
from goom.renderers.lessons.allocator import render
from goom.runtime.allocator.eras import asked_release, version_text
from goom.runtime.allocator.lesson import DEFAULT_SIZE_BYTES, Lesson, lesson_about
from goom.runtime.allocator.scenario import Scenario, accounted, read, size_bytes

SCHEMA = "goom.model.alloc/1"
_MOST_SIZES = 32
_MOST_TAUGHT = 8  # rows of a scenario that the page steps through
_MOST_SCENARIO_BYTES = 1 << 20


def run(parsed: argparse.Namespace) -> int:
    """Work it out, print it, write the page."""
    scenario = _scenario(parsed.scenario)
    version = _version(parsed.go, scenario)
    told = lesson_about(_asked(parsed, scenario), version)
    if parsed.json:
        print(json.dumps(_document(told, scenario, version), indent=2, ensure_ascii=False))
    else:
        text = _text(told, scenario, version)
        print(text if terminal.draws("█▏…") else in_ascii(text), end="")
    if parsed.html:
        _write(Path(parsed.html), render(told), said=not parsed.json)
    return 0


def _asked(parsed: argparse.Namespace, scenario: Scenario | None) -> Sequence[tuple[int, bool]]:
    if scenario is None:
        if len(parsed.sizes) > _MOST_SIZES:
            raise BadInput(
                f"{len(parsed.sizes)} sizes are more than a table of {_MOST_SIZES}.",
                "A scenario file takes many, and counts: --scenario FILE.toml.",
            )
        sizes = [size_bytes(text) for text in parsed.sizes] or [DEFAULT_SIZE_BYTES]
        return [(size, parsed.pointers) for size in dict.fromkeys(sizes)]
    if parsed.sizes or parsed.pointers:
        raise BadInput("a scenario says all sizes itself.", "Give sizes or --scenario, not both.")
    rows = zip(scenario.requests.size_bytes, scenario.requests.has_pointers, strict=True)
    return list(dict.fromkeys((int(size), bool(pointers)) for size, pointers in rows))[
        :_MOST_TAUGHT
    ]


def _version(told: str, scenario: Scenario | None) -> str:
    if told == "newest" and scenario is not None and scenario.version is not None:
        told = scenario.version
    return version_text(asked_release(told))


def _text(told: Lesson, scenario: Scenario | None, version: str) -> str:
    if scenario is None:
        return screen(told, terminal.size()[0])
    account = account_screen(accounted(scenario, version), scenario.order)
    return f"{head_line(told.version, told.era)}\n\n{account}"


def _document(told: Lesson, scenario: Scenario | None, version: str) -> dict[str, object]:
    found = None
    if scenario is not None:
        found = account_document(accounted(scenario, version), scenario.order)
    return {"schema": SCHEMA, "lesson": plain(told), "account": found}


def _scenario(path: str | None) -> Scenario | None:
    if path is None:
        return None
    try:
        with Path(path).open("rb") as file:
            raw = file.read(_MOST_SCENARIO_BYTES + 1)
    except OSError as error:
        raise BadInput(f"cannot read {path}: {error.strerror}.") from error
    if len(raw) > _MOST_SCENARIO_BYTES:
        raise BadInput(f"{path} is over 1 MiB.", "Count like requests as one row.")
    return read(raw.decode("utf-8", "replace"))


def _write(path: Path, page: str, said: bool) -> None:
    try:
        path.write_text(page, encoding="utf-8")
    except OSError as error:
        raise BadInput(f"cannot write {path}: {error.strerror}.", "Try --html FILE.") from error
    if said:
        print(f"\npage {path}")
