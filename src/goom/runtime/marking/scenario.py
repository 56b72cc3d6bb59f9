"""A story from a file: a graph, and what the program and the collector do, step by step.

``story.toml`` beside this file is one. A step is a Go statement of goroutine 1 (``2: x = y`` is of
goroutine 2), or a turn of the collector, which then reads all of what is named:

    x = nil   x = y   x = y.f   x = Global   x.f = y   x.f = nil   Global = x
    x = new(name, field, field)   send x to 2.y   receive x from 2.y
    collector reads NAME   collector reads goroutine 1   collector finishes
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from goom.case.errors import BadInput
from goom.runtime.marking.barrier import NONE
from goom.runtime.marking.graph import NIL, Graph
from goom.runtime.marking.marking import Marking, Step
from goom.runtime.marking.mutator import perform
from goom.runtime.marking.names import Names
from goom.runtime.marking.operations import Operation
from goom.runtime.marking.statements import Reader

HOW = "docs/models.md shows a story and all that a step can say."
MOST_OBJECTS, MOST_FIELDS, MOST_STACKS, MOST_SLOTS, MOST_STEPS = 40, 16, 6, 12, 200
_NAME = re.compile(r"[A-Za-z_][A-Za-z_0-9]{0,15}")
_KEYS = {"objects", "globals", "goroutine", "steps"}


@dataclass(frozen=True, slots=True)
class Turn:
    """A turn of the collector: what it reads, all of it; None to finish."""

    reads: Step | None


@dataclass(frozen=True)
class Script:
    """A story to play: what things are called, the graph at the start, and the steps."""

    names: Names
    graph: Graph
    steps: tuple[Operation | Turn, ...]


def read(text: str) -> Script:
    """The story of a file; BadInput says what to mend, and in which step."""
    try:
        document = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise BadInput(f"the scenario is not TOML: {error}.", HOW) from error
    if unknown := sorted(document.keys() - _KEYS):
        raise BadInput(f"the scenario has {unknown[0]!r}, which nothing reads.", HOW)
    names, graph = _graph(document)
    steps = document.get("steps")
    if not isinstance(steps, list) or not all(isinstance(one, str) for one in steps):
        raise BadInput("the scenario has no steps.", 'Write them as text: steps = ["x = nil"].')
    if len(steps) > MOST_STEPS:
        raise BadInput(f"{len(steps)} steps are more than {MOST_STEPS}.", HOW)
    return _resolved(names, graph, steps)


def _resolved(names: Names, graph: Graph, steps: list[str]) -> Script:
    """Each step as an operation, found by doing all those before it."""
    marking = Marking(NONE, graph.copy())
    reader = Reader(names, marking.graph)
    found: list[Operation | Turn] = []
    for number, text in enumerate(steps, start=1):
        try:
            step = reader.step(text)
        except ValueError as error:
            raise BadInput(f"step {number}, {text[:60]!r}: {error}.", HOW) from error
        if isinstance(step, Operation):
            perform(marking, step)
            found.append(step)
        else:
            found.append(Turn(step))
        if len(marking.graph.fields) > MOST_OBJECTS:
            raise BadInput(f"the story has more than {MOST_OBJECTS} objects.", HOW)
    return Script(reader.names, graph, tuple(found))


def _graph(document: Mapping[str, Any]) -> tuple[Names, Graph]:
    objects = _tables(document.get("objects", {}), "objects", MOST_OBJECTS, MOST_FIELDS)
    globals_ = _table(document.get("globals", {}), "globals", MOST_SLOTS)
    stacks = document.get("goroutine", [])
    if not isinstance(stacks, list) or not 1 <= len(stacks) <= MOST_STACKS:
        raise BadInput(
            f"a story has 1 to {MOST_STACKS} goroutines.", "Write one as [[goroutine]] x = 'nil'."
        )
    slots = [_table(one, f"goroutine {at}", MOST_SLOTS) for at, one in enumerate(stacks, 1)]
    _only_once([*objects, *globals_], slots)
    numbers = {name: number for number, name in enumerate(objects)} | {"nil": NIL}
    graph = Graph(
        [_pointers(row, numbers, name) for name, row in objects.items()],
        [_pointers(row, numbers, f"goroutine {at}") for at, row in enumerate(slots, 1)],
        _pointers(globals_, numbers, "globals"),
    )
    fields = tuple(map(tuple, objects.values()))
    return Names(tuple(objects), fields, tuple(map(tuple, slots)), tuple(globals_)), graph


def _pointers(row: Mapping[str, str], numbers: Mapping[str, int], where: str) -> list[int]:
    for name, held in row.items():
        if held not in numbers:
            raise BadInput(f"{where}: {name} points to {held!r}, which is no object.", HOW)
    return [numbers[held] for held in row.values()]


def _tables(value: Any, where: str, most: int, most_fields: int) -> dict[str, dict[str, str]]:
    if not isinstance(value, dict) or len(value) > most:
        raise BadInput(f"[{where}] must be a table of up to {most} objects.", HOW)
    for name in value:
        _named(name, where)
    return {name: _table(row, name, most_fields) for name, row in value.items()}


def _table(value: Any, where: str, most: int) -> dict[str, str]:
    if not isinstance(value, dict) or len(value) > most:
        raise BadInput(f"{where} must be a table of up to {most} pointers.", HOW)
    for name, held in value.items():
        _named(name, where)
        if not isinstance(held, str):
            raise BadInput(f"{where}: {name} must be the name of an object, or 'nil'.", HOW)
    return value


def _named(name: str, where: str) -> None:
    if not _NAME.fullmatch(name) or name in ("nil", "new", "collector"):
        raise BadInput(f"{where}: {name[:40]!r} cannot be a name.", "Use letters, up to 16.")


def _only_once(things: list[str], slots: list[dict[str, str]]) -> None:
    for row in slots:
        if twice := sorted(set(things) & row.keys()):
            raise BadInput(
                f"{twice[0]!r} is both a variable and an object or global.", "Rename one of them."
            )
    if twice := sorted({one for one in things if things.count(one) > 1}):
        raise BadInput(f"{twice[0]!r} is both an object and a global.", "Rename one of them.")
