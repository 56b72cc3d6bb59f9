"""One stretch of a GC log to rows of figures: whole lines are found, their numbers read in bulk."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from goom.formats.gctrace_clock import stamp_of
from goom.formats.gctrace_grammar import (
    FATAL,
    GC,
    GC_NUMBERS,
    PACER,
    PACER_KINDS,
    SCAV,
    gc_reason,
    plain,
)

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

MALFORMED_KEPT = 100
_FATAL_KEPT = 2
_PARTS_APART = 1000  # a live log comes in small pieces
_STAMPS_KEPT = 4096
_STAMPS_PER_STRETCH = 64
_NUMBERS_ONLY = bytes(byte if chr(byte) in "0123456789." else 32 for byte in range(256))


@dataclass(slots=True)
class Rows:
    """Lines of one kind: line numbers, figures by row and a flag by row for "(forced)"."""

    lines: Ints
    figures: Floats
    forced: Flags
    other: Flags  # leak check of a cycle, "KiB total" of a scavenge

    @classmethod
    def joined(cls, parts: list[Rows], width: int) -> Rows:
        """All parts as one; a kind of line that never came has no row of ``width`` figures."""
        if not parts:
            flags = np.zeros(0, np.bool_)
            return cls(np.zeros(0, np.int64), np.zeros((0, width)), flags, flags)
        return cls(
            lines=np.concatenate([part.lines for part in parts]),
            figures=np.concatenate([part.figures for part in parts]),
            forced=np.concatenate([part.forced for part in parts]),
            other=np.concatenate([part.other for part in parts]),
        )

    def newest(self, count: int) -> Rows:
        """The last ``count`` rows."""
        first = max(0, len(self.lines) - count)
        return Rows(
            self.lines[first:], self.figures[first:], self.forced[first:], self.other[first:]
        )


@dataclass(slots=True)
class Found:
    """Everything found so far, stretch after stretch."""

    cycles: list[Rows] = field(default_factory=list)
    scavenges: list[Rows] = field(default_factory=list)
    pacer: dict[str, list[Floats]] = field(
        default_factory=lambda: {name: [] for name in PACER_KINDS}
    )
    malformed: list[tuple[int, str]] = field(default_factory=list)
    malformed_count: int = 0
    stamps: list[tuple[int, float]] = field(default_factory=list)  # (line, epoch)
    fatal: list[str] = field(default_factory=list)
    lines_read: int = 0

    def reject(self, stretch: Stretch, places: list[int], reason: Callable[[bytes], str]) -> None:
        """Note lines that look like trace lines and are not; the first ones with the reason."""
        self.malformed_count += len(places)
        for place in places[: MALFORMED_KEPT - len(self.malformed)]:
            self.malformed.append((stretch.line_at(place), reason(stretch.line_from(place))))

    def tidy(self, most: int) -> None:
        """Join small parts, and keep only the newest ``most`` rows of a kind when that is not 0."""
        for parts in (self.cycles, self.scavenges):
            if len(parts) > _PARTS_APART or (most and _rows_in(parts) > 2 * most):
                whole = Rows.joined(parts, 0)
                parts[:] = [whole.newest(most) if most else whole]
        for tables in self.pacer.values():
            if len(tables) > _PARTS_APART or (most and sum(map(len, tables)) > 2 * most):
                tables[:] = [np.concatenate(tables)[-most:]]


def _rows_in(parts: list[Rows]) -> int:
    return sum(len(part.lines) for part in parts)


class Stretch:
    """Some whole lines of a log, and where each line of it begins."""

    def __init__(self, text: bytes, lines_before: int) -> None:
        self.text = plain(text)
        self._lines_before = lines_before
        self._breaks = np.flatnonzero(np.frombuffer(self.text, np.uint8) == ord("\n"))
        self.lines = len(self._breaks)

    def line_at(self, position: int) -> int:
        """The 1-based number of the line that holds a position."""
        return int(np.searchsorted(self._breaks, position)) + 1 + self._lines_before

    def lines_at(self, positions: list[int]) -> Ints:
        """The line numbers of many positions."""
        return np.searchsorted(self._breaks, np.array(positions, np.int64)) + (
            1 + self._lines_before
        )

    def line_from(self, position: int, most: int = 400) -> bytes:
        """The line that holds a position, from there on."""
        return self.text[position : position + most].split(b"\n", 1)[0].rstrip(b"\r")

    def line_around(self, position: int, most: int = 2000) -> bytes:
        """The text of the line that holds a position, its ends cut when it is very long."""
        start = self.text.rfind(b"\n", max(0, position - most), position) + 1
        end = self.text.find(b"\n", position, position + most)
        return self.text[max(start, position - most) : end if end >= 0 else position + most]


def take_stretch(text: bytes, found: Found) -> None:
    """Add what some whole lines of a log hold to ``found``."""
    if not text:
        return
    stretch = Stretch(text, found.lines_read)
    _read_cycles(stretch, found)
    _read_scavenges(stretch, found)
    _read_pacer(stretch, found)
    _read_fatal(stretch, found)
    found.lines_read += stretch.lines


def _read_cycles(stretch: Stretch, found: Found) -> None:
    whole: list[bytes] = []
    places: list[int] = []
    broken: list[int] = []
    for match in GC.finditer(stretch.text):
        if match.lastindex:
            whole.append(match[1])
            places.append(match.start())
        else:
            broken.append(match.start())
    found.reject(stretch, broken, gc_reason)
    if whole:
        leak = np.array([b"leaks" in text for text in whole]) if b"leaks" in stretch.text else None
        found.cycles.append(_rows(stretch, whole, places, GC_NUMBERS, leak))
        _note_stamps(stretch, places, found)


def _rows(
    stretch: Stretch, whole: list[bytes], places: list[int], numbers: int, other: Flags | None
) -> Rows:
    digits = b" ".join(whole).translate(_NUMBERS_ONLY)
    figures = np.fromstring(digits, dtype=np.float64, sep=" ").reshape(len(whole), numbers)
    return Rows(
        lines=stretch.lines_at(places),
        figures=figures,
        forced=np.array([text.endswith(b"(forced)") for text in whole]),
        other=np.zeros(len(whole), np.bool_) if other is None else other,
    )


def _note_stamps(stretch: Stretch, places: list[int], found: Found) -> None:
    step = max(1, len(places) // _STAMPS_PER_STRETCH)
    for place in places[::step]:
        if len(found.stamps) >= _STAMPS_KEPT:
            return
        epoch = stamp_of(stretch.line_around(place))
        if epoch is not None:
            found.stamps.append((stretch.line_at(place), epoch))


def _read_scavenges(stretch: Stretch, found: Found) -> None:
    kinds: dict[int, tuple[list[bytes], list[int]]] = {1: ([], []), 2: ([], [])}
    broken: list[int] = []
    for match in SCAV.finditer(stretch.text):
        if match.lastindex:
            texts, places = kinds[match.lastindex]
            texts.append(match[0])
            places.append(match.start())
        else:
            broken.append(match.start())
    found.reject(stretch, broken, lambda _: "scav line cut off or mixed with others")
    for kind, (texts, places) in kinds.items():
        if texts:
            total = np.full(len(texts), kind == 2)
            rows = _rows(stretch, texts, places, 5 - kind, total)
            if kind == 2:  # Go 1.19 prints all work in one figure: taken as the background's
                rows.figures = np.insert(rows.figures, 1, 0.0, axis=1)
            found.scavenges.append(rows)


def _read_pacer(stretch: Stretch, found: Found) -> None:
    rows: dict[str, list[tuple[float, ...]]] = {name: [] for name in PACER_KINDS}
    places: dict[str, list[int]] = {name: [] for name in PACER_KINDS}
    broken: list[int] = []
    for match in PACER.finditer(stretch.text):
        for name, pattern in PACER_KINDS.items():
            figures = pattern.match(stretch.text, match.end())
            if figures is not None:
                rows[name].append(tuple(map(float, figures.groups())))
                places[name].append(match.start())
                break
        else:
            broken.append(match.start())
    found.reject(stretch, broken, lambda _: "pacer line cut off or mixed with others")
    for name, table in rows.items():
        if table:
            lines = stretch.lines_at(places[name]).astype(np.float64)
            found.pacer[name].append(np.column_stack((lines, np.array(table, np.float64))))


def _read_fatal(stretch: Stretch, found: Found) -> None:
    if b"runtime: " not in stretch.text and b"fatal error: " not in stretch.text:
        return
    for match in FATAL.finditer(stretch.text):
        if len(found.fatal) == _FATAL_KEPT:
            return
        found.fatal.append(re.sub(r"[^ -~]", "?", match[1].decode("utf-8", "replace")).strip())
