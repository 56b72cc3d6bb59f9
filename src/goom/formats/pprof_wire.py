"""The protobuf wire format read in columns: many messages of one kind at a time.

A profile is some tables and very many samples, all of them small messages. Python walks the outer
records once; their insides are read by NumPy, field by field for a whole chunk of messages. Both
orders of fields, packed and unpacked lists, and unknown fields are taken as they come.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from goom.case.errors import TooLarge

Ints = NDArray[np.int64]
Bytes = NDArray[np.uint8]

VARINT, FIXED64, DELIMITED, FIXED32 = 0, 1, 2, 5
_FIXED_SIZE = {FIXED64: 8, FIXED32: 4}

MAX_RECORDS = 8_000_000
MAX_ROUNDS = 100_000
MAX_FIELDS_AT_ONCE = 4_000_000
CHUNK_MESSAGES = 1024  # what stays in the cache: larger chunks are slower
CHUNK_BYTES = 1 << 20


class Malformed(Exception):  # noqa: N818 - becomes a BadInput with the file's name in pprof.py
    """The bytes are no protobuf message."""


@dataclass(frozen=True, slots=True)
class Records:
    """The outer records: spans of the delimited ones and values of the numbers, by field."""

    spans: dict[int, Ints]  # field -> [k, 2], start and end
    numbers: dict[int, list[int]]

    def of(self, field: int) -> Ints:
        """The spans of one field, in the file's order."""
        return self.spans.get(field, _NONE)

    def bounds(self, field: int) -> Iterator[list[int]]:
        """Start and end of each record of one field, a few at a time as Python's own numbers."""
        spans = self.of(field)
        for first in range(0, len(spans), CHUNK_MESSAGES):
            yield from spans[first : first + CHUNK_MESSAGES].tolist()


_NONE: Ints = np.empty((0, 2), np.int64)


def records(raw: bytes) -> Records:
    """Walk the outer message once."""
    spans: dict[int, array[int]] = {}
    numbers: dict[int, list[int]] = {}
    position, size = 0, len(raw)
    try:
        for _ in range(MAX_RECORDS):
            if position >= size:
                break
            tag = raw[position]
            if tag & 7 != DELIMITED or tag > 127:
                position = _rare(raw, position, spans, numbers)
                continue
            length = raw[position + 1]
            position += 2
            if length > 127:
                length, position = _varint(raw, position - 1)
            span = spans.get(tag >> 3)
            if span is None:
                span = spans[tag >> 3] = array("q")
            span.append(position)
            position += length
            span.append(position)
        else:
            raise TooLarge(f"it has more than {MAX_RECORDS:,} records")
    except (IndexError, OverflowError):
        raise Malformed(f"a record is cut off at byte {size:,}") from None
    if position > size:
        raise Malformed(f"its last record runs past the end, byte {size:,}")
    return Records({field: _pairs(span) for field, span in spans.items()}, numbers)


def _pairs(span: array[int]) -> Ints:
    return np.frombuffer(span, np.int64).reshape(-1, 2)


def _rare(
    raw: bytes, position: int, spans: dict[int, array[int]], numbers: dict[int, list[int]]
) -> int:
    """One outer record that is a number, or has a field number above 15."""
    tag, position = _varint(raw, position)
    field, wire = tag >> 3, tag & 7
    if field == 0:
        raise Malformed(f"field number 0 before byte {position:,}")
    if wire == VARINT:
        value, position = _varint(raw, position)
        numbers.setdefault(field, []).append(value - (value >> 63 << 64))
        return position
    if wire == DELIMITED:
        length, position = _varint(raw, position)
        spans.setdefault(field, array("q")).extend((position, position + length))
        return position + length
    if wire not in _FIXED_SIZE:
        raise Malformed(f"wire type {wire} before byte {position:,}")
    return position + _FIXED_SIZE[wire]


def _varint(raw: bytes, position: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = raw[position]
        position += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value & 0xFFFF_FFFF_FFFF_FFFF, position
        shift += 7
        if shift > 63:
            raise Malformed(f"a number of more than ten bytes before byte {position:,}")


@dataclass(frozen=True, slots=True)
class Fields:
    """Every field of some messages; the fields of one owner are in the file's order.

    ``value`` is the number, or where the bytes of a delimited field start.
    """

    messages: int
    owner: Ints
    number: Ints
    delimited: NDArray[np.bool_]
    value: Ints
    length: Ints

    def scalar(self, number: int) -> Ints:
        """One number by message; 0 where absent, the last where repeated."""
        column = np.zeros(self.messages, np.int64)
        chosen = (self.number == number) & ~self.delimited
        column[self.owner[chosen]] = self.value[chosen]
        return column

    def spans(self, number: int) -> tuple[Ints, Ints]:
        """The inner messages of one field, by owner: whose they are, and their spans."""
        chosen = np.flatnonzero((self.number == number) & self.delimited)
        order = chosen[np.argsort(self.owner[chosen], kind="stable")]
        start = self.value[order]
        return self.owner[order], np.stack((start, start + self.length[order]), axis=1)


class Wire:
    """Reads the insides of messages; gives up on input built to be slow."""

    def __init__(self, raw: bytes) -> None:
        self._data: Bytes = np.frombuffer(raw, np.uint8)
        self._rounds_left = MAX_ROUNDS

    def fields(self, spans: Ints) -> Fields:
        """Read all fields of the messages at ``spans``: one round takes one field of each."""
        position, end = spans[:, 0].copy(), spans[:, 1]
        owner = np.flatnonzero(position < end)
        rounds: list[tuple[Ints, ...]] = []
        total = 0
        while len(owner):
            number, wire, value, length, after = self._next_field(position[owner])
            rounds.append((owner, number, wire, value, length))
            if (after > end[owner]).any():
                raise Malformed("a field runs past the end of its message")
            position[owner] = after
            total += len(owner)
            self._rounds_left -= 1
            if self._rounds_left < 0 or total > MAX_FIELDS_AT_ONCE:
                raise TooLarge("its messages have absurdly many fields")
            owner = owner[after < end[owner]]
        empty = (np.empty(0, np.int64),) * 5
        columns = [np.concatenate(parts) for parts in zip(*(rounds or [empty]), strict=True)]
        who, number, wire, value, length = columns
        return Fields(len(spans), who, number, wire == DELIMITED, value, length)

    def _next_field(self, position: Ints) -> tuple[Ints, Ints, Ints, Ints, Ints]:
        tag, start = self._varints_at(position)
        wire = tag & 7
        value, after = self._varints_at(start)
        delimited = wire == DELIMITED
        length = np.where(delimited, value, 0)
        if ((length < 0) | (length > len(self._data))).any():
            raise Malformed("a field is longer than the file")
        odd = ~delimited & (wire != VARINT)
        if odd.any():
            after = after.copy()
            for kind, size in _FIXED_SIZE.items():
                after[wire == kind] = start[wire == kind] + size
            if not np.isin(wire[odd], tuple(_FIXED_SIZE)).all():
                raise Malformed("a field of an unknown wire type")
        return tag >> 3, wire, np.where(delimited, after, value), length, after + length

    def _varints_at(self, position: Ints) -> tuple[Ints, Ints]:
        """The numbers that start at ``position``, and where each is over."""
        byte = self._take(position)
        value = (byte & 127).astype(np.int64)
        after = position + 1
        more = np.flatnonzero(byte > 127)
        shift = 7
        while len(more):
            if shift > 63:
                raise Malformed("a number of more than ten bytes")
            byte = self._take(after[more])
            value[more] |= (byte & 127).astype(np.int64) << shift
            after[more] += 1
            more = more[byte > 127]
            shift += 7
        return value, after

    def _take(self, position: Ints) -> Bytes:
        try:
            return self._data[position]
        except IndexError:
            raise Malformed(f"a field is cut off at byte {len(self._data):,}") from None

    def repeated(self, fields: Fields, number: int) -> tuple[Ints, Ints]:
        """A list of numbers by message, packed or not: how many each has, and all of them."""
        chosen = np.flatnonzero(fields.number == number)
        owner = fields.owner[chosen]
        if (owner[1:] < owner[:-1]).any():
            order = np.argsort(owner, kind="stable")
            chosen, owner = chosen[order], owner[order]
        packed = fields.delimited[chosen]
        counts, items = self._unpack(fields.value[chosen[packed]], fields.length[chosen[packed]])
        if not packed.all():
            counts, items = _merge(packed, counts, items, fields.value[chosen[~packed]])
        if len(owner) == fields.messages and (owner[1:] > owner[:-1]).all():
            return counts, items
        by_message = np.bincount(owner, weights=counts, minlength=fields.messages)
        return by_message.astype(np.int64), items

    def _unpack(self, start: Ints, length: Ints) -> tuple[Ints, Ints]:
        """The numbers of packed lists: how many each list has, and all of them."""
        upto = np.cumsum(length)
        total = int(upto[-1]) if len(upto) else 0
        where = np.arange(total) + np.repeat(start - upto + length, length)
        content = self._data[where]
        if (content[upto[length > 0] - 1] > 127).any():
            raise Malformed("a packed list ends inside a number")
        values, ends = varints(content)
        return np.diff(np.searchsorted(ends, upto), prepend=0), values


def _merge(packed: NDArray[np.bool_], counts: Ints, items: Ints, single: Ints) -> tuple[Ints, Ints]:
    """Put unpacked numbers back between packed lists, in the order of the file."""
    every = np.ones(len(packed), np.int64)
    every[packed] = counts
    from_packed = np.repeat(packed, every)
    merged = np.empty(int(every.sum()), np.int64)
    merged[from_packed] = items
    merged[~from_packed] = single
    return every, merged


def varints(content: Bytes) -> tuple[Ints, Ints]:
    """All numbers of a run of whole varints, and the index of the last byte of each."""
    ends = np.flatnonzero(content < 128)
    extra = np.diff(ends, prepend=-1) - 1
    longest = int(extra.max(initial=0))
    if longest > 9:
        raise Malformed("a number of more than ten bytes")
    values = content[ends].astype(np.int64)
    if longest:  # most ids take one or two bytes: the second is read for all, without picking
        before = content[ends - 1]
        wide = before >> 7
        values <<= wide * 7
        values |= (before & 127) * wide
    for nth in range(2, longest + 1):
        more = np.flatnonzero(extra >= nth)
        values[more] = values[more] << 7 | (content[ends[more] - nth] & 127)
    return values, ends


def chunks(spans: Ints) -> Iterator[Ints]:
    """Cut messages into runs that are small in number and in bytes."""
    upto = np.cumsum(spans[:, 1] - spans[:, 0])
    start = done = 0
    while start < len(spans):
        fits = int(np.searchsorted(upto, done + CHUNK_BYTES, side="right"))
        stop = max(start + 1, min(start + CHUNK_MESSAGES, fits))
        size = int(upto[stop - 1]) - done
        if size > CHUNK_BYTES:
            raise TooLarge(f"one sample is {size:,} bytes long")
        yield spans[start:stop]
        start, done = stop, int(upto[stop - 1])
