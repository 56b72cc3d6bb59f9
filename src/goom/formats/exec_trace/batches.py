"""An execution trace's batches: where they are, whose, of which generation; nothing inside them.

A trace is a header of 16 bytes and batches. One that starts a new generation has its number one
higher; since 1.26 a byte of its own ends a generation. Only the headers are read here, so that a
trace of any size is known before its content is looked at.

Source: internal/trace/batch.go ``readBatch``, generation.go ``readGeneration`` and
``readGenerationWithSpill``, version/version.go.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from goom.case.errors import BadInput, TooLarge
from goom.formats.exec_trace.events import NEWEST_EVENT, Event

HEADER_BYTES = 16
MAX_BATCH_BYTES = 64 << 10  # tracev2.MaxBatchSize
MAX_BATCHES = 500_000  # of one generation; real ones have one for each 64 KiB
NO_THREAD = (1 << 64) - 1
_HEADER = re.compile(rb"go 1\.(\d{1,3}) trace\x00\x00\x00")
_LONGEST_HEAD = 2 + 4 * 10  # a type byte, an experiment's, four numbers

EVENTS, STRINGS, STACKS, SAMPLES, CLOCK, EXPERIMENT = range(6)
_BY_FIRST_BYTE = {
    Event.STRINGS.value: STRINGS,
    Event.STACKS.value: STACKS,
    Event.CPU_SAMPLES.value: SAMPLES,
}


@dataclass(frozen=True, slots=True)
class Batch:
    """Where a batch's content is: ``kind`` is EVENTS, STRINGS, …; ``ticks`` its first time."""

    kind: int
    thread: int
    ticks: int
    offset: int
    size: int


@dataclass(slots=True)
class Generation:
    """The batches of one generation in the file's order."""

    number: int
    offset: int
    batches: list[Batch] = field(default_factory=list)
    whole: bool = True

    def add(self, batch: Batch) -> None:
        """The next one; TooLarge when there are absurdly many."""
        if len(self.batches) == MAX_BATCHES:
            raise TooLarge(
                f"generation {self.number} has more than {MAX_BATCHES:,} batches.",
                "The trace is damaged, or made to be slow; record it again.",
            )
        self.batches.append(batch)

    def of(self, kind: int) -> list[Batch]:
        """The batches of one kind."""
        return [batch for batch in self.batches if batch.kind == kind]


class CutOff(Exception):  # noqa: N818 - becomes a note, or a BadInput when nothing is whole
    """The file ends inside a batch; ``offset`` is where that batch starts."""

    def __init__(self, offset: int) -> None:
        super().__init__(f"it ends inside the batch at byte {offset:,}")
        self.offset = offset


def version_of(head: bytes) -> int:
    """The format's version: 22, 23, 25 or 26. ``head``: the first 16 bytes."""
    found = _HEADER.match(head)
    if found is None:
        raise BadInput("it is no Go execution trace.", _record_one())
    version = int(found[1])
    if version < min(NEWEST_EVENT):
        raise BadInput(
            f"it is in the old format of Go 1.{version}, which goom does not read.",
            "Build the program with Go 1.22 or newer and record it again: newer traces also say\n"
            "which goroutine delays what. To look at this one:  go tool trace FILE",
        )
    if version not in NEWEST_EVENT:
        raise BadInput(
            f"it is in a format of Go 1.{version} that goom does not know.",
            f"goom reads those of Go 1.{min(NEWEST_EVENT)} to 1.{max(NEWEST_EVENT)}; a newer goom"
            " may know it.",
        )
    return version


def _record_one() -> str:
    return "curl -o app.trace 'http://HOST/debug/pprof/trace?seconds=5' records one."


def generations(file: BinaryIO, version: int) -> Iterator[Generation]:
    """One generation after the other, from behind the header on.

    CutOff where the file ends inside a batch, after the generations before it were handed out;
    the unfinished one comes last with ``whole`` false.
    """
    current: Generation | None = None
    try:
        for number, batch in _batches(file, version):
            if current is not None and (batch is None or number != current.number):
                _check_next(current, number, batch, version)
                yield current
                current = None
            if batch is not None:
                current = current or Generation(number, batch.offset)
                current.add(batch)
    except CutOff:
        if current is not None:
            current.whole = False
            yield current
        raise
    if current is not None:
        current.whole = version < 26  # before, nothing marks the end of the last one
        yield current


def _check_next(current: Generation, number: int, batch: Batch | None, version: int) -> None:
    if batch is not None and (version >= 26 or number != current.number + 1):
        raise BadInput(
            f"generation {current.number} is followed by {number} before byte {batch.offset:,}.",
            "The trace is damaged there; record it again.",
        )


def _batches(file: BinaryIO, version: int) -> Iterator[tuple[int, Batch | None]]:
    """Every batch with its generation's number; None where a generation is said to end."""
    position = HEADER_BYTES
    size = file.seek(0, 2)
    while position < size:
        file.seek(position)
        head = file.read(_LONGEST_HEAD)
        if head[0] == Event.END_OF_GENERATION and version >= 26:
            yield 0, None
            position += 1
            continue
        number, batch = _batch(head, position, version)
        if batch.offset + batch.size > size:
            raise CutOff(position)
        yield number, batch
        position = batch.offset + batch.size


def _batch(head: bytes, position: int, version: int) -> tuple[int, Batch]:
    experiment = head[0] == Event.EXPERIMENTAL_BATCH and version >= 23
    if head[0] != Event.EVENT_BATCH and not experiment:
        raise BadInput(
            f"no batch starts at byte {position:,} (it is {head[0]}).",
            "The file is damaged there; fetch or record it again.",
        )
    at = 2 if experiment else 1
    numbers = []
    for _ in range(4):
        value, at = _varint(head, at, position)
        numbers.append(value)
    number, thread, ticks, size = numbers
    if size > MAX_BATCH_BYTES or not number or ticks >> 62:
        raise BadInput(
            f"the batch at byte {position:,} cannot be: {size:,} bytes, generation {number},"
            f" time {ticks:,}.",
            "The file is damaged there; fetch or record it again.",
        )
    kind = EXPERIMENT if experiment else _kind(head[at : at + 1], size, version)
    return number, Batch(kind, thread, ticks, position + at, size)


def _kind(first: bytes, size: int, version: int) -> int:
    if not first or not size:
        return EVENTS
    if first[0] == (Event.SYNC if version >= 25 else Event.FREQUENCY):
        return CLOCK
    return _BY_FIRST_BYTE.get(first[0], EVENTS)


def _varint(head: bytes, at: int, position: int) -> tuple[int, int]:
    value = 0
    for shift in range(0, 70, 7):
        if at >= len(head):
            raise CutOff(position)
        value |= (head[at] & 127) << shift
        at += 1
        if head[at - 1] < 128:
            return value & NO_THREAD, at
    raise BadInput(
        f"the batch at byte {position:,} has a number of more than ten bytes.",
        "The file is damaged there; fetch or record it again.",
    )
