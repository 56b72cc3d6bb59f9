"""Profiles that one program wrote under three versions of Go, and what pprof prints of them.

``orders/`` is the program. The ``.top.txt`` files are ``go tool pprof -top -unit=B
-nodefraction=0 -edgefraction=0 -nodecount=100000`` of the heap profile beside them.
"""

from __future__ import annotations

from pathlib import Path

FOLDER = Path(__file__).parent
VERSIONS = ("1.21.13", "1.22.10", "1.27.3")


def sample(version: str, name: str) -> bytes:
    """One file of one version."""
    return (FOLDER / version / name).read_bytes()


def top_rows(text: str) -> dict[str, tuple[int, int]]:
    """What ``-top`` printed: name -> flat, cum in bytes or as counts."""
    rows: dict[str, tuple[int, int]] = {}
    for line in text.partition("cum%\n")[2].splitlines():
        flat, _, _, cum, _, name = line.split(None, 5)
        known = rows.get(name.removesuffix(" (inline)"), (0, 0))
        figures = int(flat.rstrip("B")), int(cum.rstrip("B"))
        rows[name.removesuffix(" (inline)")] = figures[0] + known[0], figures[1] + known[1]
    return rows
