"""Profiles as ``debug=1`` text: heap, allocs, and the counted ones (goroutine, threadcreate).

    heap profile: 1: 27264 [10934: 206563448] @ heap/1048576
    0: 0 [1: 327680] @ 0x4898fa 0x48d829
    #	0x5c7a49	compress/flate.(*fastGen).addBlock+0x109	/go/src/compress/flate/fast.go:90

Heap records are raw samples: they are scaled as ``go tool pprof`` scales them.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import nan

import numpy as np

from goom.case.errors import BadInput
from goom.case.profile import Frame, Profile

SampleTypes = tuple[tuple[str, str], ...]
HEAP_TYPES: SampleTypes = (
    ("alloc_objects", "count"),
    ("alloc_space", "bytes"),
    ("inuse_objects", "count"),
    ("inuse_space", "bytes"),
)
_NUMBER = r"(-?\d{1,19})"
_FIGURES = rf"{_NUMBER}: {_NUMBER} \[{_NUMBER}: {_NUMBER}\] @"
_HEAP_HEADER = re.compile(rf"^heap profile: +{_FIGURES} heap(?:/(\d{{1,18}}))?$", re.MULTILINE)
_HEAP_RECORD = re.compile(rf"^ *{_FIGURES}")
_COUNT_HEADER = re.compile(r"^(\w{1,40}) profile: total (\d{1,18})$", re.MULTILINE)
_COUNT_RECORD = re.compile(r"^ *(\d{1,18}) @")
_FRAME = re.compile(r"^#\t0x[0-9a-f]+\t+([^\t]+?)\+0x[0-9a-f]+\t+(.*):(\d{1,9})$")
_HINT = "Fetch it again:  curl -o heap.txt 'http://HOST/debug/pprof/heap?debug=1'"
_MAX_INT64 = (1 << 63) - 1


@dataclass(frozen=True, slots=True)
class _Record:
    values: tuple[int, ...]
    frames: tuple[Frame, ...]
    block_bytes: int = 0


@dataclass(frozen=True, slots=True)
class Block:
    """One record of a counted profile."""

    count: int
    frames: tuple[Frame, ...]


def parse_heap_text(text: str, *, origin: str = "", taken_at_seconds: float = nan) -> Profile:
    """Read ``heap?debug=1`` or ``allocs?debug=1``, which are alike."""
    header = _HEAP_HEADER.search(text, 0, 4096)
    if header is None:
        raise BadInput(f"{origin or 'the text'} is not a heap profile in text.", _HINT)
    rate = int(header[5]) // 2 if header[5] else 1  # the header states twice MemProfileRate
    records: list[_Record] = []
    for line, frames in _records(text[header.end() :]):
        record = _HEAP_RECORD.match(line)
        if record is None:
            continue
        live_count, live_bytes, count, size = (_clamped(int(each)) for each in record.groups())
        values = (*scaled(count, size, rate), *scaled(live_count, live_bytes, rate))
        records.append(_Record(values, frames, size // count if count > 0 else 0))
    return replace(
        _profile("heap", HEAP_TYPES, records),
        taken_at_seconds=taken_at_seconds,
        period=rate,
        period_type=("space", "bytes"),
        origin=origin,
    )


def parse_count_text(text: str, *, origin: str = "", taken_at_seconds: float = nan) -> Profile:
    """Read ``threadcreate?debug=1``, ``goroutine?debug=1`` and a program's own profiles."""
    header = _COUNT_HEADER.search(text, 0, 4096)
    if header is None:
        raise BadInput(f"{origin or 'the text'} is not a profile in text.", _HINT)
    name = header[1]
    known = name in ("goroutine", "goroutineleak", "threadcreate")
    records = [_Record((block.count,), block.frames) for block in count_blocks(text)]
    return replace(
        _profile(name if known else "other", ((name, "count"),), records),
        taken_at_seconds=taken_at_seconds,
        period=1,
        period_type=(name, "count"),
        origin=origin,
    )


def count_blocks(text: str) -> Iterator[Block]:
    """The records of a counted profile."""
    for line, frames in _records(text):
        record = _COUNT_RECORD.match(line)
        if record:
            yield Block(int(record[1]), frames)


def scaled(count: int, size: int, rate: int) -> tuple[int, int]:
    """Objects and bytes that sampled ones stand for (``scaleHeapSample`` in runtime/pprof)."""
    if count <= 0 or size <= 0:
        return 0, 0
    if rate <= 1:
        return count, size
    expected = -(size / count) / rate
    sampled = (1 - math.exp(expected)) or -math.expm1(expected)  # exp first: pprof's to the bit
    scale = 1 / sampled
    return _clamped(int(count * scale)), _clamped(int(size * scale))


def _clamped(number: int) -> int:
    return max(-_MAX_INT64, min(number, _MAX_INT64))


def _records(text: str) -> Iterator[tuple[str, tuple[Frame, ...]]]:
    """Each record's first line with its frames, leaf first; stops at the MemStats trailer."""
    first = ""
    frames: list[Frame] = []
    for line in text.splitlines():
        if line.startswith("#\t"):
            found = _FRAME.match(line)
            if found:
                frames.append(Frame(found[1], found[2], int(found[3])))
        elif line.startswith("# runtime.MemStats"):
            break
        elif " @" in line and not line.startswith("#"):
            if first:
                yield first, tuple(frames)
            first, frames = line, []
    if first:
        yield first, tuple(frames)


def _profile(kind: str, sample_types: SampleTypes, records: Sequence[_Record]) -> Profile:
    """The records as columns: one location by distinct frame."""
    places: dict[Frame, int] = {}
    locations = [
        places.setdefault(frame, len(places)) for record in records for frame in record.frames
    ]
    depths = [len(record.frames) for record in records]
    functions: dict[tuple[str, str], int] = {}
    lines = [functions.setdefault(frame[:2], len(functions)) for frame in places]
    rows = [record.values for record in records]
    return Profile(
        kind=kind,
        taken_at_seconds=nan,
        sample_types=sample_types,
        values=np.array(rows, np.int64).reshape(-1, len(sample_types)),
        stack_offsets=np.concatenate((np.zeros(1, np.int64), np.cumsum(depths, dtype=np.int64))),
        stack_locations=np.array(locations, np.int32),
        location_offsets=np.arange(len(places) + 1),
        line_functions=np.array(lines, np.int32),
        line_numbers=np.array([frame.line for frame in places], np.int64),
        functions=tuple(name for name, _ in functions),
        files=tuple(file for _, file in functions),
        block_bytes=np.array([record.block_bytes for record in records], np.int64),
        labels={},
    )
