"""What is often said of a thing, and what is so: the last part of each model's text."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable

_WIDTH = 80


def said_lines(said: Iterable[tuple[str, str]], width: int = _WIDTH) -> list[str]:
    """Each statement, and under it what is true."""
    lines = ["Often said, and what is so"]
    for statement, truth in said:
        lines += textwrap.wrap(f"- {statement}", width, subsequent_indent="  ")
        lines += textwrap.wrap(truth, width, initial_indent="    ", subsequent_indent="    ")
    return lines
