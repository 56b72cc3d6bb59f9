"""pprof profiles: protobuf, as Go writes them and anyone else, to columns and back."""

from __future__ import annotations

from math import nan

import numpy as np
from numpy.typing import NDArray

from goom.case.errors import BadInput, TooLarge
from goom.case.profile import Profile
from goom.formats import gzip_bounded, pprof_tables, pprof_wire
from goom.formats.pprof_kind import kind_of, what_else
from goom.formats.pprof_tables import Tables, texts
from goom.formats.pprof_wire import Ints, Malformed, Records, Wire
from goom.formats.pprof_writer import write

__all__ = ["parse", "write"]

_LOCATION_ID, _VALUE, _LABEL = 1, 2, 3
_KEY, _TEXT, _NUMBER = 1, 2, 3
MAX_FRAMES = 1 << 27
MAX_LABELS = 1 << 24
MAX_LABEL_KEYS = 256


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
    samples = _Samples(found.of(pprof_tables.SAMPLE), len(types), wire, tables)
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


class _Samples:
    """The samples while they are read, chunk by chunk."""

    def __init__(self, spans: Ints, width: int, wire: Wire, tables: Tables) -> None:
        count = len(spans)
        # a frame takes a byte at least; what is not written to costs no memory
        self._room = min(int((spans[:, 1] - spans[:, 0]).sum()), MAX_FRAMES)
        self._wire, self._tables = wire, tables
        self._frames = 0
        self._locations = np.empty(self._room, np.int32)
        self.values = np.empty((count, width), np.int64)
        self.offsets = np.zeros(count + 1, np.int64)
        self.block_bytes = np.zeros(count, np.int64)
        self.labels: dict[str, list[str]] = {}
        first = 0
        for chunk in pprof_wire.chunks(spans):
            self._take(first, chunk)
            first += len(chunk)

    @property
    def locations(self) -> NDArray[np.int32]:
        """The places of all frames' locations."""
        return self._locations[: self._frames]

    def _take(self, first: int, chunk: Ints) -> None:
        fields = self._wire.fields(chunk)
        rows = slice(first, first + len(chunk))
        width = self.values.shape[1]
        lengths, values = self._wire.repeated(fields, _VALUE)
        if (lengths != width).any():
            raise Malformed(f"a sample has not the {width} values that the profile states")
        self.values[rows] = values.reshape(-1, width)
        counts, ids = self._wire.repeated(fields, _LOCATION_ID)
        start, stop = self._frames, self._frames + len(ids)
        if stop > self._room:
            raise TooLarge(f"its stacks have more than {MAX_FRAMES:,} frames")
        self._locations[start:stop] = self._tables.location_ids.places(ids)
        self.offsets[first + 1 : first + 1 + len(chunk)] = start + np.cumsum(counts)
        self._frames = stop
        owner, spans = fields.spans(_LABEL)
        if len(owner):
            self._read_labels(first + owner, spans)

    def _read_labels(self, sample: Ints, spans: Ints) -> None:
        """Keep the numeric label ``bytes`` and every string label."""
        fields = self._wire.fields(spans)
        keys, text, number = (fields.scalar(which) for which in (_KEY, _TEXT, _NUMBER))
        distinct = np.unique(keys).tolist()
        if len(distinct) > MAX_LABEL_KEYS:
            raise TooLarge(f"its samples have {len(distinct):,} different labels")
        for index in distinct:
            key, mine = self._tables.text(index), keys == index
            named = np.flatnonzero(mine & (text != 0))
            if len(named):
                column = self._label_column(key)
                values = texts(self._tables.strings, text[named])
                for place, value in zip(sample[named].tolist(), values, strict=True):
                    column[place] = value
            elif key == "bytes":
                self.block_bytes[sample[mine]] = number[mine]

    def _label_column(self, key: str) -> list[str]:
        column = self.labels.get(key)
        if column is None:
            if (len(self.labels) + 1) * len(self.values) > MAX_LABELS:
                raise TooLarge("its samples have too many different labels")
            column = self.labels[key] = [""] * len(self.values)
        return column
