"""The sizes that stacks have while functions run, and what the compiler says of their frames."""

from __future__ import annotations

import os
import re

from goom.case.errors import GoomError
from goom.claims.bench.bench import PROGRAMS, Go

_PROGRAM = "stackwatch"
_FUNCTION = re.compile(r"^\S+ STEXT (.*)$", re.MULTILINE)
_FIXED = re.compile(r"\bargs=0x[0-9a-f]+ locals=0x[0-9a-f]+")


def sizes_in(go: Go, function: str) -> list[int]:
    """The sizes of one goroutine's stack in the order in which it had them."""
    found: list[int] = go.run(_PROGRAM, "sizes").figures()[function]
    return found


def growths_in(go: Go, function: str) -> int:
    """How often that stack grew."""
    return len(sizes_in(go, function)) - 1


def symbols(go: Go, program: str) -> tuple[str, ...]:
    """The names of all functions in a program's binary."""
    listed = go.tool("tool", "nm", str(go.binary(program))).stdout.splitlines()
    parts = (line.split(None, 2) for line in listed)
    return tuple(part[2] for part in parts if len(part) == 3 and part[1] in "Tt")


def frames_printed(go: Go, program: str) -> tuple[int, int]:
    """Functions for which ``go build -gcflags=-S`` prints a frame of fixed size, and others."""
    ran = go.tool(
        "build", "-C", str(PROGRAMS / program), "-buildvcs=false", "-gcflags=-S",
        "-o", os.devnull, ".",
    )  # fmt: skip
    functions = _FUNCTION.findall(ran.stderr)
    if not functions:
        raise GoomError(f"go build printed no functions: {ran.stderr[-400:].strip()}")
    fixed = sum(bool(_FIXED.search(line)) for line in functions)
    return fixed, len(functions) - fixed
