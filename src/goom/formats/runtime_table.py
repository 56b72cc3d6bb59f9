"""What is known of Go's runtime without asking the executable: layouts and fingerprints by version.

The rows are written by ``python -m goom.golang.runtime_layouts`` from real toolchains (linux/amd64)
into ``runtime_layouts/VERSION.json``. Layouts change from release to release (1.22 to 1.23), and at
times within one: runtime.workType between 1.23.1 and 1.23.9, runtime.m between 1.24.3 and 1.24.11.
So a version is looked for in the rows of its release only, nearest first, and whoever uses one has
to check it against the process. Go 1.20 has no row.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from goom.formats.fingerprints import Reference
from goom.formats.go_layout import Array, Field, Layouts, Shape, Struct

_FOLDER = "runtime_layouts"
_RELEASE = re.compile(r"(?:go)?(\d{1,2}\.\d{1,3})(?=\.|rc|beta|$)")


@dataclass(frozen=True, slots=True)
class Global:
    """A global of the runtime: its type, and the code by which it can be found."""

    size_bytes: int
    type: str
    references: tuple[Reference, ...]


@dataclass(frozen=True, slots=True)
class RuntimeTable:
    """One release; ``source`` is the version that was read, as in "1.22.10"."""

    source: str
    shapes: Mapping[str, Shape]
    globals: Mapping[str, Global]
    wait_reasons: tuple[str, ...]

    def layouts(self) -> Layouts:
        """Its types by name."""
        return Layouts(self.shapes.get)


def release_of(version: str) -> str:
    """The release of a version: "1.22" of "1.22.10", "go1.22rc1"; "" for what is none."""
    found = _RELEASE.match(version)
    return found[1] if found else ""


def rows_of(version: str) -> tuple[RuntimeTable, ...]:
    """The rows of a version's release: of the patch release before it, then of those after it."""
    release = release_of(version)
    rows = [one for one in _sources() if release_of(one) == release]
    patch = _number(version)
    ordered = [one for one in reversed(rows) if _number(one) <= patch]
    ordered += [one for one in rows if _number(one) > patch]
    return tuple(_row(one) for one in ordered)


def of_version(version: str) -> RuntimeTable | None:
    """The nearest row of a version's release, None when there is none."""
    return next(iter(rows_of(version)), None)


def releases() -> tuple[str, ...]:
    """The releases that have a row, oldest first."""
    return tuple(dict.fromkeys(release_of(one) for one in _sources()))


def _number(version: str) -> tuple[int, ...]:
    """A version in order; a release candidate is before the first release."""
    found = re.match(r"(?:go)?(\d{1,3}(?:\.\d{1,3})*)", version)
    return tuple(int(part) for part in found[1].split(".")) if found else ()


@cache
def _sources() -> tuple[str, ...]:
    rows = files("goom.formats").joinpath(_FOLDER).iterdir()
    return tuple(sorted((one.name.removesuffix(".json") for one in rows), key=_number))


@cache
def _row(source: str) -> RuntimeTable:
    return from_json(
        files("goom.formats").joinpath(_FOLDER).joinpath(f"{source}.json").read_bytes()
    )


def from_json(data: bytes) -> RuntimeTable:
    """The inverse of ``to_json``."""
    row: dict[str, Any] = json.loads(data)
    shapes: dict[str, Shape] = {
        name: Array(name, size, count, element)
        for name, (size, count, element) in row["arrays"].items()
    }
    for name, (size, fields) in row["structs"].items():
        shapes[name] = Struct(name, size, {key: Field(*value) for key, value in fields.items()})
    return RuntimeTable(
        source=row["source"],
        shapes=shapes,
        globals={
            name: Global(size, kind, tuple(Reference(*one) for one in references))
            for name, (size, kind, references) in row["globals"].items()
        },
        wait_reasons=tuple(row["wait_reasons"]),
    )


def to_json(table: RuntimeTable) -> str:
    """One line for each type and global, so that a change can be read as a difference."""
    structs = {
        name: [one.size_bytes, {key: _triple(value) for key, value in one.fields.items()}]
        for name, one in sorted(table.shapes.items())
        if isinstance(one, Struct)
    }
    arrays = {
        name: [one.size_bytes, one.count, one.element]
        for name, one in sorted(table.shapes.items())
        if isinstance(one, Array)
    }
    found = {
        name: [one.size_bytes, one.type, [list(each) for each in one.references]]
        for name, one in sorted(table.globals.items())
    }
    parts = {"structs": structs, "arrays": arrays, "globals": found}
    texts = [f'"source": {json.dumps(table.source)}']
    texts += [f'"{name}": {{\n{_lines(part)}\n}}' for name, part in parts.items()]
    texts.append(f'"wait_reasons": {json.dumps(table.wait_reasons)}')
    return "{\n" + ",\n".join(texts) + "\n}\n"


def _triple(field: Field) -> list[int | str]:
    return [field.offset, field.size_bytes, field.type]


def _lines(part: Mapping[str, object]) -> str:
    rows = (f"{json.dumps(key)}: {json.dumps(row, separators=(',', ':'))}"
            for key, row in part.items())  # fmt: skip
    return ",\n".join(rows)
