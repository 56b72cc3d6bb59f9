"""A profile back to protobuf, field by field in the order in which Go writes them."""

from __future__ import annotations

import gzip
from collections.abc import Iterable, Iterator
from math import isnan

from goom.case.profile import Profile
from goom.formats import pprof_tables as fields


def write(profile: Profile) -> bytes:
    """Gzipped protobuf that ``parse`` reads back alike; the same profile gives the same bytes."""
    return gzip.compress(b"".join(_records(profile)), mtime=0)


class _Strings(dict[str, int]):
    """The string table; an unknown string takes the next place."""

    def __missing__(self, text: str) -> int:
        self[text] = place = len(self)
        return place


def _records(profile: Profile) -> Iterator[bytes]:
    strings = _Strings({"": 0})
    for kind in profile.sample_types:
        yield _message(fields.SAMPLE_TYPE, _value_type(kind, strings))
    for sample in range(len(profile)):
        yield _message(fields.SAMPLE, _sample(profile, sample, strings))
    for location in range(len(profile.location_offsets) - 1):
        yield _message(fields.LOCATION, _location(profile, location))
    for place, (name, file) in enumerate(zip(profile.functions, profile.files, strict=True)):
        yield _message(
            fields.FUNCTION,
            _number(1, place + 1) + _number(2, strings[name]) + _number(4, strings[file]),
        )
    if not isnan(profile.taken_at_seconds):
        yield _number(fields.TIME_NANOS, round(profile.taken_at_seconds * 1e9))
    if not isnan(profile.duration_seconds):
        yield _number(fields.DURATION_NANOS, round(profile.duration_seconds * 1e9))
    if any(profile.period_type):
        yield _message(fields.PERIOD_TYPE, _value_type(profile.period_type, strings))
    yield _number(fields.PERIOD, profile.period)
    for comment in profile.comments:
        yield _varint(fields.COMMENT << 3) + _varint(strings[comment])
    yield _number(fields.DEFAULT_TYPE, strings[profile.default_sample_type])
    for text in strings:
        yield _message(fields.STRING, text.encode())


def _value_type(kind: tuple[str, str], strings: _Strings) -> bytes:
    return _number(1, strings[kind[0]]) + _number(2, strings[kind[1]])


def _sample(profile: Profile, sample: int, strings: _Strings) -> bytes:
    start, stop = profile.stack_offsets[sample : sample + 2]
    ids = [place + 1 for place in profile.stack_locations[start:stop].tolist()]
    content = _packed(2, profile.values[sample].tolist()) + _packed(1, ids)
    if profile.block_bytes[sample]:
        block = _number(1, strings["bytes"]) + _number(3, int(profile.block_bytes[sample]))
        content += _message(3, block)
    for key, column in profile.labels.items():
        if column[sample]:
            content += _message(3, _number(1, strings[key]) + _number(2, strings[column[sample]]))
    return content


def _location(profile: Profile, location: int) -> bytes:
    start, stop = profile.location_offsets[location : location + 2].tolist()
    content = _number(1, location + 1)
    for line in range(start, stop):
        function = int(profile.line_functions[line]) + 1
        content += _message(4, _number(1, function) + _number(2, int(profile.line_numbers[line])))
    return content


def _message(field: int, content: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(content)) + content


def _packed(field: int, numbers: Iterable[int]) -> bytes:
    return _message(field, b"".join(map(_varint, numbers)))


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value) if value else b""


def _varint(value: int) -> bytes:
    value &= 0xFFFF_FFFF_FFFF_FFFF
    encoded = bytearray()
    while value > 127:
        encoded.append(value & 127 | 128)
        value >>= 7
    encoded.append(value)
    return bytes(encoded)
