"""What a generation's events refer to by number: strings, stacks, CPU samples and the clock.

Every generation brings its own tables with its own numbers. ``Book`` keeps each text and each
stack once for the whole trace.

Source: internal/trace/generation.go ``addStrings``, ``addStacks``, ``addCPUSamples``,
``setSyncBatch``.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from goom.case.errors import BadInput, TooLarge
from goom.case.exec_trace import Frame
from goom.formats.exec_trace.batches import Batch
from goom.formats.exec_trace.events import Event
from goom.formats.pprof_wire import Malformed, varints

MAX_FRAMES_OF_STACK = 128  # tracev2.MaxFramesPerStack
MAX_STRING_BYTES = 1 << 10  # tracev2.MaxEventTrailerDataSize
MAX_STACKS = 400_000
MAX_FRAMES = 8_000_000
MAX_STRINGS = 400_000
_HINT = "The file is damaged there; fetch or record it again."


@dataclass(slots=True)
class Book:
    """Texts and stacks of the whole trace; number 0 is the empty one of each."""

    strings: list[str] = field(default_factory=lambda: [""])
    stacks: list[tuple[Frame, ...]] = field(default_factory=lambda: [()])
    _string_numbers: dict[str, int] = field(default_factory=lambda: {"": 0})
    _stack_numbers: dict[tuple[Frame, ...], int] = field(default_factory=lambda: {(): 0})
    _frames: dict[Frame, Frame] = field(default_factory=dict)
    _frame_count: int = 0

    def string(self, text: str) -> int:
        """The number of a text."""
        number = self._string_numbers.setdefault(text, len(self.strings))
        if number == len(self.strings):
            if number >= MAX_STRINGS:
                raise TooLarge(f"it has more than {MAX_STRINGS:,} different texts.", _HINT)
            self.strings.append(text)
        return number

    def frame(self, function: str, file: str, line: int) -> Frame:
        """One frame, the same object for the same place."""
        frame = Frame(function, file, line)
        return self._frames.setdefault(frame, frame)

    def stack(self, frames: tuple[Frame, ...]) -> int:
        """The number of a stack."""
        number = self._stack_numbers.setdefault(frames, len(self.stacks))
        if number == len(self.stacks):
            self._frame_count += len(frames)
            if number >= MAX_STACKS or self._frame_count > MAX_FRAMES:
                raise TooLarge(f"it has more than {MAX_STACKS:,} different stacks.", _HINT)
            self.stacks.append(frames)
        return number


Numbers = dict[int, int]


@dataclass(frozen=True, slots=True)
class Lookup:
    """From a generation's numbers to the book's; what is unknown becomes 0."""

    known: NDArray[np.uint64]  # sorted
    meant: NDArray[np.int64]

    @staticmethod
    def of(numbers: Numbers) -> Lookup:
        """From a dictionary."""
        known = np.fromiter(numbers.keys(), np.uint64, len(numbers))
        meant = np.fromiter(numbers.values(), np.int64, len(numbers))
        order = np.argsort(known, kind="stable")
        return Lookup(known[order], meant[order])

    def __call__(self, column: NDArray[np.int64]) -> NDArray[np.int64]:
        """The book's numbers of a column of the generation's."""
        if not len(self.known) or not len(column):
            return np.zeros(len(column), np.int64)
        asked = column.view(np.uint64)
        at = np.minimum(np.searchsorted(self.known, asked), len(self.known) - 1)
        return np.where(self.known[at] == asked, self.meant[at], 0)


@dataclass(slots=True)
class Tables:
    """Collects one generation's tables, batch by batch."""

    book: Book
    strings: Numbers = field(default_factory=dict)
    _texts: dict[int, str] = field(default_factory=dict)
    stacks: Numbers = field(default_factory=dict)
    _places: dict[int, Frame] = field(default_factory=dict)
    ticks_per_second: int = 0
    wall_seconds: float | None = None  # since 1970, at ``wall_ticks``; 1.25 and newer
    wall_ticks: int = 0
    samples: int = 0

    def add_strings(self, batch: Batch, raw: bytes) -> None:
        """EvStrings, then EvString: number, length, bytes."""
        at = 1
        while at < len(raw):
            start = at
            if raw[at] != Event.STRING:
                raise _odd(batch, at, "a string")
            number, at = _varint(raw, at + 1, batch)
            length, at = _varint(raw, at, batch)
            if length > MAX_STRING_BYTES or at + length > len(raw):
                raise _odd(batch, start, "a string of a possible length")
            text = raw[at : at + length].decode("utf-8", "replace")
            at += length
            self.strings[number] = self.book.string(text)
            self._texts[number] = text

    def add_stacks(self, batch: Batch, raw: bytes) -> None:
        """EvStacks, then EvStack: number, count, and four numbers for each frame.

        Strings must have been added before.
        """
        numbers = _all_varints(batch, raw)
        at, end = 1, len(numbers)
        while at < end:
            if numbers[at] != Event.STACK or at + 3 > end:
                raise _odd(batch, 0, "a whole stack")
            number, count = numbers[at + 1 : at + 3]
            at += 3
            if not 0 <= count <= MAX_FRAMES_OF_STACK or at + 4 * count > end:
                raise _odd(batch, 0, "a stack of a possible depth")
            self.stacks[number] = self.book.stack(self._frames_of(numbers[at : at + 4 * count]))
            at += 4 * count

    def _frames_of(self, numbers: list[int]) -> tuple[Frame, ...]:
        """Four numbers for each; a program counter stands for the same place every time."""
        known = tuple(map(self._places.get, numbers[::4]))
        if None not in known:
            return known  # type: ignore[return-value]
        frames = tuple(map(self._frame, numbers[1::4], numbers[2::4], numbers[3::4]))
        self._places.update(zip(numbers[::4], frames, strict=True))
        return frames

    def _frame(self, function: int, file: int, line: int) -> Frame:
        texts = self._texts
        return self.book.frame(texts.get(function, "?"), texts.get(file, "?"), line)

    def add_clock(self, batch: Batch, raw: bytes) -> None:
        """EvFrequency alone, or EvSync with it and EvClockSnapshot since 1.25."""
        numbers = _all_varints(batch, raw)
        at = 1 if numbers[0] == Event.SYNC else 0
        while at < len(numbers):
            if numbers[at] == Event.FREQUENCY and at + 1 < len(numbers):
                self.ticks_per_second = numbers[at + 1]
                at += 2
            elif numbers[at] == Event.CLOCK_SNAPSHOT and at + 4 < len(numbers):
                self.wall_ticks = batch.ticks + numbers[at + 1]
                self.wall_seconds = numbers[at + 3] + numbers[at + 4] / 1e9
                at += 5
            else:
                raise _odd(batch, 0, "a clock")

    def add_samples(self, batch: Batch, raw: bytes) -> None:
        """EvCPUSamples, then EvCPUSample with five numbers: counted only."""
        rest = len(_all_varints(batch, raw)) - 1
        if rest % 6:
            raise _odd(batch, 0, "whole CPU samples")
        self.samples += rest // 6


def _all_varints(batch: Batch, raw: bytes) -> list[int]:
    if not raw or raw[-1] > 127:
        raise _odd(batch, len(raw), "a whole number")
    try:
        values, _ = varints(np.frombuffer(raw, np.uint8))
    except Malformed:
        raise _odd(batch, 0, "numbers of at most ten bytes") from None
    numbers: list[int] = values.tolist()
    return numbers


def _varint(raw: bytes, at: int, batch: Batch) -> tuple[int, int]:
    value = 0
    for shift in range(0, 70, 7):
        if at >= len(raw):
            break
        value |= (raw[at] & 127) << shift
        at += 1
        if raw[at - 1] < 128:
            return value, at
    raise _odd(batch, at, "a whole number")


def _odd(batch: Batch, at: int, wanted: str) -> BadInput:
    where = f"at byte {batch.offset + at:,}" if at else f"in the batch at byte {batch.offset:,}"
    return BadInput(f"{wanted} was expected {where}, and something else is there.", _HINT)
