"""What goom's own bpftrace programs print (``-f json``), line by line.

A line of JSON wraps the text of one printf. The text's first line is ``CALL NANOSECONDS FIGURES…``,
then perhaps ``~ HEX…`` (return addresses that the program walked itself); below are the lines of
``ustack``: ``name+offset`` where bpftrace found a symbol, else an address. bpftrace: docs/reference
(``-f json``: src/output.cpp JsonOutput).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from goom.case.ebpf import CALLS, FIGURES

MOST_LINE_BYTES = 1 << 16
_MOST_FRAMES = 128
_MOST_SYMBOL = 1024
_WORD = (1 << 64) - 1
_ADDRESS = re.compile(r"(?:0x)?([0-9a-f]{4,16})(?: \(.*\))?")
_SYMBOL = re.compile(r"(.+)\+(\d{1,18})(?: \(.*\))?")


class Symbol(NamedTuple):
    """A place as bpftrace names it: bytes behind the start of a symbol."""

    name: str
    offset: int


Place = int | Symbol  # a run-time address, or where bpftrace says that it is


class Hit(NamedTuple):
    """One event as it was printed. Figures are signed 64-bit."""

    call: str
    nanoseconds: int
    figures: tuple[int, ...]
    walked: tuple[int, ...]  # addresses, innermost first
    stack: tuple[Place, ...]  # innermost first


@dataclass(slots=True)
class Said:
    """What the lines said so far; nanoseconds are of the kernel's clock, 0 until they are said."""

    attached: bool = False
    began_nanoseconds: int = 0
    ready_nanoseconds: int = 0  # all probes are in place
    last_nanoseconds: int = 0  # when its time was up: what is told later was hit while it ended
    stopped_nanoseconds: int = 0
    hits: int = 0
    charged_nanoseconds: int = 0
    lost: int = 0
    not_understood: int = 0
    texts: list[str] = field(default_factory=list)  # the first of these


def parse_line(line: bytes, said: Said) -> Hit | None:
    """Take one line; a hit when it tells of one. What is not understood is counted, not raised."""
    if not line.strip():
        return None
    kind, data = _unwrapped(line)
    if kind == "printf" and isinstance(data, str):
        return _printed(data, said)
    if kind == "attached_probes":
        said.attached = True
    elif kind == "lost_events" and isinstance(data, dict):
        said.lost += _count(data.get("events"))
    elif kind == "map" and isinstance(data, dict):
        said.hits = max(said.hits, _count(data.get("@hits")))
    else:
        _not_understood(line.decode("utf-8", "replace"), said)
    return None


def parse(data: bytes) -> tuple[list[Hit], Said]:
    """All lines of an output."""
    said = Said()
    return list(_hits(data, said)), said


def _hits(data: bytes, said: Said) -> Iterator[Hit]:
    for line in data.split(b"\n"):
        hit = parse_line(line, said)
        if hit is not None:
            yield hit


def _unwrapped(line: bytes) -> tuple[object, object]:
    if len(line) > MOST_LINE_BYTES:
        return None, None
    try:
        told = json.loads(line)
    except (ValueError, RecursionError):
        return None, None
    return (told.get("type"), told.get("data")) if isinstance(told, dict) else (None, None)


def _printed(text: str, said: Said) -> Hit | None:
    head, _, below = text.partition("\n")
    figures, _, walked = head.partition("~")
    words = figures.split()
    numbers = [_number(word) for word in words[1 : FIGURES + 2]]
    if not numbers or None in numbers or len(words) > FIGURES + 2:
        _not_understood(text, said)
        return None
    known = [number for number in numbers if number is not None]
    if words[0] in CALLS:
        frames = tuple(_frames(below))
        return Hit(words[0], known[0], tuple(known[1:]), tuple(_walked(walked)), frames)
    if not _of_the_look(words[0], known, said):
        _not_understood(text, said)
    return None


def _of_the_look(word: str, numbers: list[int], said: Said) -> bool:
    """The lines about the look itself: ``begin``, ``ready`` (all probes are in place),
    ``stop`` (over the budget), ``last`` (its time is up) and ``end``.
    """
    if word == "begin":
        said.began_nanoseconds = numbers[0]
    elif word == "stop":
        said.stopped_nanoseconds = numbers[0]
    elif word == "ready":
        said.ready_nanoseconds = numbers[0]
    elif word == "last":
        said.last_nanoseconds = numbers[0]
    elif word == "end" and len(numbers) > 1:
        said.charged_nanoseconds = max(numbers[1], 0)
    else:
        return False
    return True


def _walked(text: str) -> Iterator[int]:
    """A walk of frame pointers ends at the first word that was not there."""
    for word in text.split()[:_MOST_FRAMES]:
        try:
            address = int(word, 16)
        except ValueError:
            return
        if not 0 < address <= _WORD:
            return
        yield address


def _frames(text: str) -> Iterator[Place]:
    for line in text.split("\n", _MOST_FRAMES)[:_MOST_FRAMES]:
        name = line.strip()
        if not name:
            continue
        address, symbol = _ADDRESS.fullmatch(name), _SYMBOL.fullmatch(name)
        if address:
            yield int(address[1], 16)
        elif symbol:
            yield Symbol(symbol[1][:_MOST_SYMBOL], int(symbol[2]))


def _number(word: str) -> int | None:
    digits = word.removeprefix("-")
    if not (digits.isascii() and digits.isdecimal()) or len(digits) > 20:
        return None
    value = int(word) & _WORD
    return value - (1 << 64) if value >> 63 else value


def _count(value: object) -> int:
    return value if isinstance(value, int) and 0 <= value <= _WORD else 0


def _not_understood(text: str, said: Said) -> None:
    said.not_understood += 1
    if len(said.texts) < 5:
        said.texts.append(text[:200])
