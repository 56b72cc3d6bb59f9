"""The Go toolchain's own source, searched as text: what the runtime of that version says."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from goom.case.errors import GoomError


@dataclass(frozen=True, slots=True)
class Hit:
    """A line that matched: ``file`` below ``src`` ("runtime/mgc.go"), ``line`` from 1."""

    file: str
    line: int
    text: str

    @property
    def place(self) -> str:
        """``runtime/mgc.go:123``."""
        return f"{self.file}:{self.line}"


@dataclass(frozen=True, slots=True)
class Source:
    """Everything below ``src``, tests and test data left out."""

    root: Path

    def text(self, file: str) -> str:
        """The file ("runtime/mheap.go"); "" when this version has none."""
        return _read(self.root / file)

    def find(self, pattern: str, *folders: str, code_only: bool = False) -> tuple[Hit, ...]:
        """Lines that match the regular expression, in Go and assembly files of the folders
        ("runtime", "internal/runtime"), or in one file. ``code_only`` leaves comments out.
        """
        wanted = re.compile(pattern)
        return tuple(
            Hit(str(path.relative_to(self.root)), number, line.strip())
            for folder in folders
            for path in _files(self.root / folder)
            for number, line in enumerate(_read(path).splitlines(), 1)
            if wanted.search(line.partition("//")[0] if code_only else line)
        )

    def first(self, pattern: str, *folders: str, code_only: bool = False) -> Hit | None:
        """The first such line, None when there is none."""
        found = self.find(pattern, *folders, code_only=code_only)
        return found[0] if found else None

    def function(self, file: str, name: str) -> str:
        """The text of a function or method from ``func`` to its closing brace.

        GoomError when this version has none there: what was not read is no evidence.
        """
        found = re.search(
            rf"^func (?:\([^)]*\) )?{re.escape(name)}\(.*?^}}", self.text(file), re.M | re.S
        )
        if found is None:
            raise GoomError(f"the source of {self.root} has no function {name} in {file}.")
        return found[0]

    def constant(self, name: str, *folders: str) -> str:
        """The expression that a constant is given, comments left out; GoomError without one."""
        hit = self.first(rf"^\s*(const\s+)?{re.escape(name)}\b[^=:(]*=[^=]", *folders)
        if hit is None:
            raise GoomError(f"the source of {self.root} has no constant {name}.")
        return hit.text.partition("=")[2].partition("//")[0].strip()


@cache
def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


@cache
def _files(place: Path) -> tuple[Path, ...]:
    if place.is_file():
        return (place,)
    found = (path for path in place.rglob("*") if path.suffix in {".go", ".s", ".h"})
    return tuple(
        sorted(
            path
            for path in found
            if not path.stem.endswith("_test") and "testdata" not in path.parts
        )
    )
