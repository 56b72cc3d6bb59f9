"""pprof profiles: protobuf, as Go writes them and anyone else, to columns and back."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import nan

import numpy as np
from numpy.typing import NDArray

from goom.case.errors import BadInput, TooLarge
from goom.case.profile import Profile
from goom.formats import gzip_bounded, pprof_tables, pprof_wire
from goom.formats.pprof_kind import kind_of, what_else
from goom.formats.pprof_tables import Tables, texts
from goom.formats.pprof_wire import Ints, Malformed, Records, Wire

_LOCATION_ID, _VALUE, _LABEL = 1, 2, 3
_KEY, _TEXT, _NUMBER = 1, 2, 3
MAX_FRAMES = 1 << 27
MAX_LABELS = 1 << 24


def parse(
    data: bytes,
    *,
    origin: str = "",
    taken_at_seconds: float = nan,
    max_bytes: int = gzip_bounded.MAX_BYTES,
) -> Profile:
    """Read a profile, gzipped or not.

    Its own time wins over ``taken_at_seconds``. Raises BadInput for what is no profile or a broken
    one, TooLarge for what would not fit.
    """
    name = origin or "the profile"
    if gzip_bounded.is_gzip(data):
        data = gzip_bounded.unpack(data, origin=origin, max_bytes=max_bytes)
    if len(data) > max_bytes:
        raise TooLarge(
            f"{name} is {len(data):,} bytes long, over the bound of {max_bytes:,}.",
            "If that is not a mistake, raise the bound with --max-bytes.",
        )
    other = what_else(data)
    if other:
        raise BadInput(f"{name} is not a pprof profile: it is {other}.", _EXPECTED)
    try:
        return _read(data, origin, taken_at_seconds)
    except Malformed as error:
        raise BadInput(f"{name} is not a whole pprof profile: {error}.", _EXPECTED) from None
    except TooLarge as error:
        raise TooLarge(f"{name} cannot be read: {error}.", _EXPECTED) from None


_EXPECTED = "A profile comes from  curl -o heap.pb.gz http://HOST/debug/pprof/heap"


def _read(raw: bytes, origin: str, taken_at_seconds: float) -> Profile:
    found = pprof_wire.records(raw)
    wire = Wire(raw)
    tables = pprof_tables.read(raw, found, wire)
    types = _value_types(found, wire, tables, pprof_tables.SAMPLE_TYPE)
    if not types:
        raise Malformed("it states no sample type")
    samples = _samples(found.of(pprof_tables.SAMPLE), wire, tables, len(types))
    period_type = next(iter(_value_types(found, wire, tables, pprof_tables.PERIOD_TYPE)), ("", ""))
    default = tables.text(_last(found, pprof_tables.DEFAULT_TYPE))
    time_nanos = _last(found, pprof_tables.TIME_NANOS)
    duration_nanos = _last(found, pprof_tables.DURATION_NANOS)
    return Profile(
        kind=kind_of(types, default, tables.functions),
        taken_at_seconds=time_nanos / 1e9 if time_nanos else taken_at_seconds,
        sample_types=types,
        values=samples.values,
        stack_offsets=samples.offsets,
        stack_locations=samples.locations,
        location_offsets=tables.location_offsets,
        line_functions=tables.line_functions,
        line_numbers=tables.line_numbers,
        functions=tables.functions,
        files=tables.files,
        block_bytes=samples.block_bytes,
        labels={key: tuple(column) for key, column in samples.labels.items()},
        period=_last(found, pprof_tables.PERIOD),
        period_type=period_type,
        default_sample_type=default,
        duration_seconds=duration_nanos / 1e9 if duration_nanos else nan,
        comments=_comments(raw, found, tables),
        origin=origin,
    )


def _value_types(
    found: Records, wire: Wire, tables: Tables, record: int
) -> tuple[tuple[str, str], ...]:
    fields = wire.fields(found.of(record))
    names, units = (texts(tables.strings, fields.scalar(number)) for number in (1, 2))
    return tuple(zip(names, units, strict=True))


def _last(found: Records, number: int) -> int:
    return found.numbers.get(number, [0])[-1]


def _comments(raw: bytes, found: Records, tables: Tables) -> tuple[str, ...]:
    indices = list(found.numbers.get(pprof_tables.COMMENT, ()))
    for start, end in found.of(pprof_tables.COMMENT).tolist():
        indices += pprof_wire.varints(np.frombuffer(raw[start:end], np.uint8))[0].tolist()
    return tuple(texts(tables.strings, np.array(indices, np.int64)))


@dataclass(slots=True)
class _Samples:
    """The samples while they are read, chunk by chunk."""

    values: Ints
    offsets: Ints
    locations: NDArray[np.int32]
    block_bytes: Ints
    labels: dict[str, list[str]] = field(default_factory=dict)


def _samples(spans: Ints, wire: Wire, tables: Tables, width: int) -> _Samples:
    count = len(spans)
    room = min(int((spans[:, 1] - spans[:, 0]).sum()), MAX_FRAMES)  # a frame is a byte at least
    samples = _Samples(
        values=np.empty((count, width), np.int64),
        offsets=np.zeros(count + 1, np.int64),
        locations=np.empty(room, np.int32),
        block_bytes=np.zeros(count, np.int64),
    )
    first = frames = 0
    for chunk in pprof_wire.chunks(spans):
        last = first + len(chunk)
        fields = wire.fields(chunk)
        counts, ids = wire.repeated(fields, _LOCATION_ID)
        lengths, values = wire.repeated(fields, _VALUE)
        if (lengths != width).any():
            raise Malformed(f"a sample has not the {width} values that the profile states")
        if frames + len(ids) > room:
            raise TooLarge(f"its stacks have more than {MAX_FRAMES:,} frames")
        samples.values[first:last] = values.reshape(-1, width)
        samples.offsets[first + 1 : last + 1] = frames + np.cumsum(counts)
        samples.locations[frames : frames + len(ids)] = tables.location_ids.places(ids)
        _read_labels(samples, first, *fields.spans(_LABEL), wire, tables)
        first, frames = last, frames + len(ids)
    samples.locations = samples.locations[:frames]
    return samples


def _read_labels(
    samples: _Samples, first: int, owner: Ints, spans: Ints, wire: Wire, tables: Tables
) -> None:
    """Keep the numeric label ``bytes`` and every string label."""
    if not len(owner):
        return
    fields = wire.fields(spans)
    keys, text, number = (fields.scalar(which) for which in (_KEY, _TEXT, _NUMBER))
    for index in np.unique(keys).tolist():
        key = tables.text(index)
        mine = keys == index
        if key == "bytes" and not text[mine].any():
            samples.block_bytes[first + owner[mine]] = number[mine]
            continue
        mine &= text != 0
        column = _label_column(samples, key) if mine.any() else []
        for sample, value in zip(
            owner[mine].tolist(), texts(tables.strings, text[mine]), strict=True
        ):
            column[first + sample] = value


def _label_column(samples: _Samples, key: str) -> list[str]:
    column = samples.labels.get(key)
    if column is None:
        if (len(samples.labels) + 1) * len(samples.values) > MAX_LABELS:
            raise TooLarge("its samples have too many different labels")
        column = samples.labels[key] = [""] * len(samples.values)
    return column


def write(profile: Profile) -> bytes:
    """The profile as gzipped protobuf; ``parse`` reads the same columns back."""
    from goom.formats.pprof_writer import encode

    return encode(profile)
