"""The events of many batches at once, as columns.

An event is a type byte and as many numbers as its type has; the first is the time since the event
before. Where an event starts is only known when the one before was read, which Python does slowly
and NumPy not at all. So for every byte it is computed where the next event would start if one
started there; then all batches are walked side by side, one event of each in a step.

Source: internal/trace/batchcursor.go ``nextEvent`` and ``readTimedBaseEvent``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from goom.case.errors import BadInput
from goom.formats.exec_trace.batches import Batch
from goom.formats.pprof_wire import Malformed, varints

Ints = NDArray[np.int64]
Places = NDArray[np.int32]

_STEPS = 128
_FEW_BATCHES = 24  # fewer are walked quicker one by one
_HINT = "The file is damaged there; fetch or record it again."


@dataclass(frozen=True, slots=True)
class Events:
    """One row for each event, in the order of its thread; times in ticks of the generation.

    ``first`` to ``third`` are the numbers behind the time; 0 where a type has fewer.
    """

    ticks: Ints
    type: NDArray[np.uint8]
    thread: Places  # an index into the reader's threads
    first: Ints
    second: Ints
    third: Ints

    def __len__(self) -> int:
        return len(self.ticks)

    def at(self, chosen: NDArray[np.bool_] | Ints) -> Events:
        """Some of the rows."""
        return Events(*(getattr(self, one.name)[chosen] for one in fields(self)))

    @staticmethod
    def joined(parts: Sequence[Events]) -> Events:
        """One behind the other."""
        return Events(
            *(np.concatenate([getattr(part, one.name) for part in parts]) for one in fields(Events))
        )


def none() -> Events:
    """No event."""
    empty = np.zeros(0, np.int64)
    return Events(empty, np.zeros(0, np.uint8), np.zeros(0, np.int32), empty, empty, empty)


def decode(
    batches: Sequence[Batch], raw: bytes, threads: Sequence[int], arguments: bytes
) -> Events:
    """All events of ``batches``, whose contents stand one behind the other in ``raw``.

    ``threads``: the index of each batch's thread. ``arguments``: see ``argument_table``.
    """
    sizes = np.fromiter((batch.size for batch in batches), np.int64, len(batches))
    ends = np.cumsum(sizes)
    filled = sizes > 0
    if not filled.any():
        return none()
    data = np.frombuffer(raw, np.uint8)
    counts = np.frombuffer(arguments, np.uint8)
    number_ends, upto = _numbers(data)
    following = _following(data, counts, number_ends, upto)
    starts, owner = _walk(following, (ends - sizes)[filled], ends[filled])
    batch_of = np.flatnonzero(filled)[owner]
    wrong = (following[starts] > ends[batch_of]) | (counts[data[starts]] == 0)
    if wrong.any():
        worst = int(np.argmax(wrong))
        _complain(
            batches, int(batch_of[worst]), int(starts[worst]), bool(counts[data[starts[worst]]])
        )
    values, token = _values(data, starts, upto)
    type_ = data[starts]
    arity = counts[type_]
    ticks = _times(values[token + 1], batch_of, batches)
    columns = [_argument(values, token, arity, nth) for nth in (2, 3, 4)]
    thread = np.fromiter(threads, np.int32, len(batches))[batch_of]
    return Events(ticks, type_, thread, *columns)


def _numbers(data: NDArray[np.uint8]) -> tuple[Places, Places]:
    """Where numbers end, and by byte how many have ended before it."""
    last = data < 128
    upto = np.zeros(len(data) + 1, np.int32)
    np.cumsum(last, out=upto[1:])
    return np.flatnonzero(last).astype(np.int32), upto


def _following(
    data: NDArray[np.uint8], counts: NDArray[np.uint8], number_ends: Places, upto: Places
) -> Places:
    """By byte: where the next event starts if one starts here; past the end if it cannot be."""
    beyond = len(data) + 1
    arity = counts[data].astype(np.int32)
    last = upto[1:] + arity - 1
    padded = np.append(number_ends, np.int32(beyond - 1))
    following = np.take(padded, np.minimum(last, len(number_ends)), mode="clip") + np.int32(1)
    following[arity == 0] = beyond
    return np.append(following, np.array([len(data), beyond], np.int32))


def _walk(following: Places, first: Ints, ends: Ints) -> tuple[Places, Ints]:
    """The start of every event, and the index of the batch that it is in."""
    begins = np.zeros(len(following), np.bool_)
    if len(first) < _FEW_BATCHES:
        begins[_one_by_one(following.tolist(), first.tolist(), ends.tolist())] = True
    else:
        _side_by_side(following, begins, first.astype(np.int32), ends.astype(np.int32))
    starts = np.flatnonzero(begins).astype(np.int32)
    return starts, np.searchsorted(ends, starts, side="right")


def _one_by_one(following: list[int], first: list[int], ends: list[int]) -> list[int]:
    starts = []
    for position, end in zip(first, ends, strict=True):
        while position < end:
            starts.append(position)
            position = following[position]  # noqa: PLW2901 - it walks
    return starts


def _side_by_side(
    following: Places, begins: NDArray[np.bool_], position: Places, end: Places
) -> None:
    """Mark the starts, a step of all batches at a time; those that are over drop out."""
    steps = np.empty((_STEPS + 1, len(position)), np.int32)
    while len(position):
        block = steps[:, : len(position)]
        block[0] = position
        for step in range(_STEPS):
            following.take(block[step], out=block[step + 1], mode="clip")
        inside = block[:-1] < end
        begins[block[:-1][inside]] = True
        running = block[-1] < end
        position, end = block[-1][running], end[running]


def _complain(batches: Sequence[Batch], nth: int, start: int, known: bool) -> None:
    """Say where in the file an event is that cannot be; ``start`` is its place in ``raw``."""
    inside = start - sum(batch.size for batch in batches[:nth])
    what = "an event that is cut off" if known else "no event of this version"
    raise BadInput(f"at byte {batches[nth].offset + inside:,} stands {what}.", _HINT)


def _values(data: NDArray[np.uint8], starts: Places, upto: Places) -> tuple[Ints, Places]:
    """All numbers, type bytes among them, and by event the index of its type byte."""
    experimental = starts[data[starts] > 127]
    if len(experimental):  # such a type byte is no number: it would swallow the one behind it
        data = data.copy()
        data[experimental] &= 127
        upto = np.zeros(len(data) + 1, np.int32)
        np.cumsum(data < 128, out=upto[1:])
    try:
        values, _ = varints(data)
    except Malformed:
        raise BadInput("an event has a number of more than ten bytes.", _HINT) from None
    return values, upto[starts]


def _argument(values: Ints, token: Places, arity: NDArray[np.uint8], nth: int) -> Ints:
    """The ``nth`` number of each event, counted from its time; 0 where there are fewer."""
    taken = np.take(values, token + nth, mode="clip")
    taken[arity < nth] = 0
    return taken


def _times(since: Ints, batch_of: Ints, batches: Sequence[Batch]) -> Ints:
    """The time of each event: that of its batch and of all that went before in it."""
    base = np.fromiter((batch.ticks for batch in batches), np.int64, len(batches))
    if (since < 0).any() or (since >> 50).any():
        batch = batches[int(batch_of[np.argmax((since < 0) | (since >> 50 > 0))])]
        raise BadInput(f"in the batch at byte {batch.offset:,} time leaps by weeks.", _HINT)
    summed = np.cumsum(since)
    begins = np.flatnonzero(np.diff(batch_of, prepend=-1))
    before = summed[begins] - since[begins]
    ticks: Ints = summed - np.repeat(
        before - base[batch_of[begins]], np.diff(np.append(begins, len(since)))
    )
    return ticks
