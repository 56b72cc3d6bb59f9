"""The table of size classes, read from the source of the toolchain that is measured."""

from __future__ import annotations

import re

from goom.claims.bench.bench import Go

_ROW = re.compile(r"^//\s+(\d+)\s+(\d+)\s+(\d+)\s+\d+\s+\d+\s+[\d.]+%", re.MULTILINE)
_FILES = ("internal/runtime/gc/sizeclasses.go", "runtime/sizeclasses.go")


def classes(go: Go) -> dict[int, tuple[int, int]]:
    """Number of the class to (object size, span size), both in bytes."""
    rows = _ROW.findall(text(go))
    return {int(number): (int(size), int(span)) for number, size, span in rows}


def text(go: Go) -> str:
    """The file itself (internal/runtime/gc since 1.25)."""
    return next(filter(None, map(go.source.text, _FILES)), "")


def class_of_size(go: Go, size_bytes: int) -> int | None:
    """The class whose objects have exactly this size."""
    return next((number for number, (size, _) in classes(go).items() if size == size_bytes), None)
