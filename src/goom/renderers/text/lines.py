"""Styled lines for a terminal: measured in cells, wrapped, clipped, and painted or not."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from typing import NamedTuple

_ASCII = str.maketrans("✗✓█▉▊▋▌▍▎▏…–−→“”‘’·µ×", "xv########~--" + '>""' + "''.ux") | {
    ord("±"): "+-",
    ord("≥"): ">=",
    ord("≤"): "<=",
    ord("▓"): "%",
    ord("▒"): "+",
    ord("░"): ",",
}
_CODES = {"bad": "1;31", "warn": "1;33", "good": "1;32", "strong": "1", "dim": "2", "bar": "36"}


class Span(NamedTuple):
    """A run of text in one style; "" is plain."""

    text: str
    style: str = ""


Line = tuple[Span, ...]


def plain(text: str, indent: int = 0) -> Line:
    """An unstyled line."""
    return (Span(" " * indent + text),)


def cells(text: str) -> int:
    """How many columns of a terminal the text takes."""
    if text.isascii():
        return len(text)
    return sum(_cell(char) for char in text)


def _cell(char: str) -> int:
    if unicodedata.combining(char):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def clip(text: str, width: int) -> str:
    """At most ``width`` columns, with an ellipsis where something was left out."""
    if cells(text) <= width:
        return text
    if width < 2:
        return ""
    kept, used = [], 1
    for char in text:
        used += _cell(char)
        if used > width:
            break
        kept.append(char)
    return "".join(kept) + "…"


def pad(text: str, width: int) -> str:
    """Clipped or filled up to exactly ``width`` columns."""
    clipped = clip(text, width)
    return clipped + " " * (width - cells(clipped))


def wrapped(text: str, width: int, most: int = 0) -> list[str]:
    """Words in rows of at most ``width`` columns; ``most`` rows at most when it is given."""
    rows: list[str] = []
    row = ""
    for word in text.split():
        longer = f"{row} {word}" if row else word
        if cells(longer) <= width:
            row = longer
            continue
        if row:
            rows.append(row)
        row = clip(word, width)
    if row:
        rows.append(row)
    if most and len(rows) > most:
        del rows[most:]
        while cells(rows[-1]) + 2 > width and " " in rows[-1]:
            rows[-1] = rows[-1].rpartition(" ")[0]
        rows[-1] = clip(f"{rows[-1]} …", width)
    return rows


def hanging(head: Line, text: str, width: int, most: int = 0) -> list[Line]:
    """A head, and text beside it that stays to the right of the head when it wraps."""
    indent = sum(cells(span.text) for span in head)
    rows = wrapped(text, max(width - indent, 16), most) or [""]
    return [(*head, Span(rows[0])), *(plain(row, indent) for row in rows[1:])]


def fitting(line: Line, room: int) -> Line:
    """At most ``room`` columns of a line."""
    out: list[Span] = []
    for span in line:
        out.append(Span(clip(span.text, room), span.style))
        room = max(room - cells(span.text), 0)
    return tuple(out)


def in_ascii(text: str) -> str:
    """The same text for a terminal that knows ASCII only; what has no likeness becomes ``?``."""
    return text.translate(_ASCII).encode("ascii", "replace").decode()


def painted(lines: Iterable[Line], *, color: bool) -> str:
    """The lines as text, with colours or without; the same content either way."""
    return "".join(f"{_row(_trimmed(line), color)}\n" for line in lines)


def _trimmed(line: Line) -> Line:
    """The line without blanks at its end, so that colour codes cannot hide any."""
    while line:
        last = line[-1].text.rstrip()
        if last:
            return (*line[:-1], Span(last, line[-1].style))
        line = line[:-1]
    return line


def _row(line: Line, color: bool) -> str:
    if not color:
        return "".join(span.text for span in line)
    return "".join(
        f"\x1b[{_CODES[span.style]}m{span.text}\x1b[0m" if span.style else span.text
        for span in line
    )
