"""A scenario file: groups of goroutines, their calls, and how many collections come.

go = "1.22"                # the version, when --go does not say
collections = 4

[[group]]
name = "handlers"
goroutines = 9_000
calls = [{frame = 320}, {frame = 96, count = 100}]
waits = [{frame = 320}]    # where it waits afterwards; left out: at the end of its calls

[[group]]
name = "parsers"
goroutines = 1_000
calls = [{frame = 320}, {frame = 512, count = 200, nosplit = false}]
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from goom.case.errors import BadInput
from goom.runtime.stacks.population import Group
from goom.runtime.stacks.stack import Calls
from goom.runtime.stacks.waiting import CHANNEL_WAIT

MOST_COLLECTIONS = 100
_MOST = 1_000_000_000
_MOST_GROUPS, _MOST_RUNS = 50, 1_000
_HOW = "docs/models.md shows a scenario of stacks."
_KEYS = {"go", "collections", "procs", "group"}
_GROUP_KEYS = {"name", "goroutines", "calls", "waits"}
_CALL_KEYS = {"frame", "count", "nosplit", "function"}


@dataclass(frozen=True, slots=True)
class Scenario:
    """What a file asked for."""

    version: str | None
    collections: int
    procs: int
    groups: tuple[Group, ...]


def read(text: str) -> Scenario:
    """Read a scenario; every goroutine waits on a channel. BadInput says what to mend."""
    try:
        document = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise BadInput(f"the scenario is not TOML: {error}.", _HOW) from error
    _only(document, _KEYS, "the scenario")
    groups = _list(document, "group", "the scenario", _MOST_GROUPS)
    return Scenario(
        version=_version(document),
        collections=_number(document, "collections", 4, MOST_COLLECTIONS),
        procs=_number(document, "procs", 1, 4096),
        groups=tuple(_group(one, place) for place, one in enumerate(groups, start=1)),
    )


def _version(document: Mapping[str, Any]) -> str | None:
    version = document.get("go")
    if version is not None and not isinstance(version, str):
        raise BadInput(f"go = {version!r} is not text.", 'Write it like go = "1.22".')
    return version


def _group(table: Any, place: int) -> Group:
    where = f"group {place}"
    _only(table, _GROUP_KEYS, where)
    calls = _calls(table, "calls", where)
    rests = _calls(table, "waits", where) if "waits" in table else calls
    return Group(
        name=str(table.get("name", where))[:40],
        goroutines=_number(table, "goroutines", None, _MOST),
        calls=calls,
        waits=(*rests, *CHANNEL_WAIT),
    )


def _calls(table: Mapping[str, Any], key: str, where: str) -> tuple[Calls, ...]:
    return tuple(_run(one, f"{key} of {where}") for one in _list(table, key, where, _MOST_RUNS))


def _run(table: Any, where: str) -> Calls:
    _only(table, _CALL_KEYS, where)
    frame = _number(table, "frame", None, _MOST)
    if frame % 8:
        raise BadInput(
            f"{where} has no frame that is a multiple of 8.",
            "go build -gcflags=-S prints a function's frame: TEXT name(SB), $FRAME-ARGS.",
        )
    nosplit = table.get("nosplit", False)
    if not isinstance(nosplit, bool):
        raise BadInput(f"nosplit in {where} is neither true nor false.", _HOW)
    count = _number(table, "count", 1, _MOST)
    return Calls(frame, count, not nosplit, str(table.get("function", ""))[:200])


def _only(table: Any, keys: set[str], where: str) -> None:
    if not isinstance(table, Mapping):
        raise BadInput(f"{where} is not a table.", _HOW)
    if strange := sorted(table.keys() - keys):
        raise BadInput(
            f"{where} has {strange[0]!r}, which means nothing here.",
            f"It may have {', '.join(sorted(keys))}.",
        )


def _list(table: Mapping[str, Any], key: str, where: str, most: int) -> list[Any]:
    found = table.get(key)
    if not isinstance(found, list) or not 0 < len(found) <= most:
        raise BadInput(f"{where} has no list {key!r} of 1 to {most} entries.", _HOW)
    return found


def _number(table: Mapping[str, Any], key: str, usual: int | None, most: int) -> int:
    found = table.get(key, usual)
    whole = isinstance(found, int) and not isinstance(found, bool)
    if not whole or not 0 <= found <= most:
        raise BadInput(f"{key} = {found!r} is not a whole number from 0 to {most:,}.", _HOW)
    return int(found)
