"""The small tables of a pprof profile: strings, functions, locations and their lines."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from goom.formats.pprof_wire import Ints, Malformed, Records, Wire

# Field numbers of profile.proto.
SAMPLE_TYPE, SAMPLE, MAPPING, LOCATION, FUNCTION, STRING = 1, 2, 3, 4, 5, 6
TIME_NANOS, DURATION_NANOS, PERIOD_TYPE, PERIOD, COMMENT, DEFAULT_TYPE = 9, 10, 11, 12, 13, 14
_ID, _FUNCTION_NAME, _FUNCTION_FILE = 1, 2, 4
_LOCATION_MAPPING, _LOCATION_LINE, _MAPPING_FILE = 2, 4, 5
_LINE_FUNCTION, _LINE_NUMBER = 1, 2
_UNKNOWN = "<unknown>"  # as pprof prints it

_DENSE = 8  # ids up to so many times their number are looked up in a table rather than searched


class Ids:
    """From the ids of a table, any distinct numbers but 0, to their places in it."""

    def __init__(self, ids: Ints, what: str) -> None:
        self._what = what
        self._order = np.argsort(ids, kind="stable")
        self._sorted = ids[self._order]
        if (self._sorted[1:] == self._sorted[:-1]).any():
            raise Malformed(f"two {what}s share an id")
        self._table = self._dense_table(ids)

    def _dense_table(self, ids: Ints) -> NDArray[np.int32] | None:
        largest = int(self._sorted[-1]) if len(ids) else 0
        if len(ids) and (self._sorted[0] < 0 or largest > _DENSE * len(ids) + 4096):
            return None
        table = np.full(largest + 2, -1, np.int32)
        table[ids] = np.arange(len(ids))
        return table

    def places(self, ids: Ints) -> NDArray[np.int32]:
        """Where each id stands; an id that is not in the table is an error."""
        if self._table is not None:
            # clip sends every stranger to the last entry, which is always free
            found = self._table.take(ids, mode="clip")
            found = np.where(ids < 0, np.int32(-1), found) if ids.min(initial=0) < 0 else found
        else:
            near = np.searchsorted(self._sorted, ids).clip(max=len(self._sorted) - 1)
            found = np.where(self._sorted[near] == ids, self._order[near], -1).astype(np.int32)
        if found.min(initial=0) < 0:
            missing = int(ids[found < 0][0])
            raise Malformed(f"it names {self._what} {missing}, which is not in it")
        return found


@dataclass(frozen=True, slots=True)
class Tables:
    """What samples refer to; functions and locations by place."""

    strings: list[str]
    functions: tuple[str, ...]
    files: tuple[str, ...]
    location_ids: Ids
    location_offsets: Ints
    line_functions: NDArray[np.int32]
    line_numbers: Ints

    def text(self, index: int) -> str:
        """One string of the table."""
        return texts(self.strings, np.array([index]))[0]


def read(raw: bytes, found: Records, wire: Wire) -> Tables:
    """Read all tables but the samples."""
    strings = [raw[start:end].decode("utf-8", "replace") for start, end in found.bounds(STRING)]
    functions = wire.fields(found.of(FUNCTION))
    function_ids = Ids(functions.scalar(_ID), "function")
    locations = wire.fields(found.of(LOCATION))
    whose, spans = locations.spans(_LOCATION_LINE)
    lines = wire.fields(spans)
    counts = np.bincount(whose, minlength=locations.messages).astype(np.int64)
    nameless = np.flatnonzero(counts == 0)
    names = [name or _UNKNOWN for name in texts(strings, functions.scalar(_FUNCTION_NAME))]
    files = texts(strings, functions.scalar(_FUNCTION_FILE))
    objects = _object_names(strings, found, wire, locations.scalar(_LOCATION_MAPPING)[nameless])
    extra = {name: len(names) + place for place, name in enumerate(dict.fromkeys(objects))}
    counts[nameless] = 1
    offsets = np.concatenate((np.zeros(1, np.int64), np.cumsum(counts)))
    line_functions = np.empty(int(offsets[-1]), np.int32)
    line_numbers = np.zeros(int(offsets[-1]), np.int64)
    named = np.ones(len(line_functions), bool)
    named[offsets[:-1][nameless]] = False
    line_functions[named] = function_ids.places(lines.scalar(_LINE_FUNCTION))
    line_functions[~named] = [extra[name] for name in objects]
    line_numbers[named] = lines.scalar(_LINE_NUMBER)
    return Tables(
        strings=strings,
        functions=(*names, *extra),
        files=(*files, *[""] * len(extra)),
        location_ids=Ids(locations.scalar(_ID), "location"),
        location_offsets=offsets,
        line_functions=line_functions,
        line_numbers=line_numbers,
    )


def texts(strings: list[str], indices: Ints) -> list[str]:
    """Look strings up; an index outside the table is an error."""
    if len(indices) and (indices.min() < 0 or indices.max() >= max(len(strings), 1)):
        raise Malformed(f"it names string {int(indices.max())} of {len(strings)}")
    return [strings[index] for index in indices.tolist()] if strings else [""] * len(indices)


def _object_names(strings: list[str], found: Records, wire: Wire, mapping: Ints) -> list[str]:
    """What pprof calls code without symbols: the file that it lies in, in brackets."""
    if not len(mapping):
        return []
    mappings = wire.fields(found.of(MAPPING))
    files = texts(strings, mappings.scalar(_MAPPING_FILE))
    by_id = dict(zip(mappings.scalar(_ID).tolist(), files, strict=True))
    names = (posixpath.basename(by_id.get(one, "")) for one in mapping.tolist())
    return [f"[{name}]" if name else _UNKNOWN for name in names]
