"""What the terminal can show: its size, and whether it wants colours."""

from __future__ import annotations

import os
import shutil
import sys
from typing import TextIO

PLAIN_WIDTH = 80


def is_live(stream: TextIO | None = None) -> bool:
    """Whether a picture can be drawn anew on it."""
    return (stream or sys.stdout).isatty() and os.environ.get("TERM", "") not in ("", "dumb")


def colors(stream: TextIO | None = None) -> bool:
    """Colours only for a terminal that wants them; see no-color.org."""
    return is_live(stream) and "NO_COLOR" not in os.environ


def size(stream: TextIO | None = None) -> tuple[int, int]:
    """Columns and rows; 80 columns and no bound on rows for what is not a terminal."""
    if not (stream or sys.stdout).isatty():
        return PLAIN_WIDTH, 0
    found = shutil.get_terminal_size((PLAIN_WIDTH, 40))
    return found.columns, found.lines


def draws(characters: str) -> bool:
    """Whether stdout can show these; an encoding of the last century cannot."""
    try:
        characters.encode(sys.stdout.encoding or "utf-8")
    except UnicodeEncodeError:
        return False
    return True
