"""/proc/PID/smaps, smaps_rollup and maps: where the address space is, and what is resident."""

from __future__ import annotations

import re
from math import nan

import numpy as np
from numpy.typing import NDArray

from goom.case.errors import BadInput, TooLarge
from goom.case.series import Mappings
from goom.case.units import KIB

Floats = NDArray[np.float64]

_MOST_MAPPINGS = 1 << 20
_HEADER = re.compile(
    rb"^([0-9a-f]{1,16})-([0-9a-f]{1,16}) ([r-][w-][x-][ps]) [0-9a-f]+ [0-9a-f]+:[0-9a-f]+ \d+"
    rb" *([^\n]*)\n?",
    re.MULTILINE,
)
_FIELD = re.compile(rb"^([A-Z][A-Za-z_]+): +(\d{1,15}) kB$", re.MULTILINE)
_COLUMNS = {
    b"Rss": "rss_bytes",
    b"Pss": "pss_bytes",
    b"Anonymous": "anonymous_bytes",
    b"Private_Dirty": "private_dirty_bytes",
    b"AnonHugePages": "anon_huge_bytes",
    b"Swap": "swap_bytes",
    b"FilePmdMapped": "file_huge_bytes",
    b"ShmemPmdMapped": "shared_huge_bytes",
}
_ELIGIBLE = re.compile(rb"^THPeligible: +(\d)$", re.MULTILINE)
_FLAGS = re.compile(rb"^VmFlags: ([a-z0-9? ]{2,200}?) *$", re.MULTILINE)
_ADVICE = {b"hg": 1.0, b"nh": -1.0}  # MADV_HUGEPAGE, MADV_NOHUGEPAGE
_HINT = "Copy the file whole:  cat /proc/PID/smaps > smaps.txt"


def parse(data: bytes | str, *, taken_at_seconds: float = nan, origin: str = "") -> Mappings:
    """Read ``smaps``, or ``maps``, whose sizes are then nan. A last mapping cut off is kept as far
    as it was written.
    """
    text = _plain(data)
    headers = list(_HEADER.finditer(text))
    if not headers:
        raise BadInput("no mapping found: this is not /proc/PID/smaps.", _HINT)
    if len(headers) > _MOST_MAPPINGS:
        raise TooLarge(f"more than {_MOST_MAPPINGS} mappings: the kernel allows 65,530.", _HINT)
    ends = np.array([header.end() for header in headers])
    rows = _once([(int(header[1], 16), int(header[2], 16)) for header in headers])
    kept = [headers[row] for row in rows]
    return Mappings(
        taken_at_seconds=taken_at_seconds,
        start=np.array([int(header[1], 16) for header in kept], np.uint64),
        end=np.array([int(header[2], 16) for header in kept], np.uint64),
        permissions=tuple(header[3].decode() for header in kept),
        names=tuple(header[4].strip().decode("utf-8", "replace") for header in kept),
        **{name: column[rows] for name, column in _sizes(text, ends).items()},
        huge_eligible=_eligible(text, ends)[rows],
        huge_advice=_advice(text, ends)[rows],
        origin=origin,
    )


def parse_rollup(data: bytes | str) -> dict[str, float]:
    """The sums of ``smaps_rollup`` in bytes, under the names of Mappings (``rss_bytes`` …) and for
    the rest under the kernel's own in snake case (``pss_anon_bytes``).
    """
    text = _plain(data)
    if b"[rollup]" not in text[:400]:
        raise BadInput("no [rollup] line found: this is not /proc/PID/smaps_rollup.", _HINT)
    return {
        _COLUMNS.get(key, f"{_snake(key)}_bytes"): float(int(value) * KIB)
        for key, value in _FIELD.findall(text)
    }


def _once(places: list[tuple[int, int]]) -> list[int]:
    """The rows to keep: the kernel writes a page of text at a time, and a mapping that grew in
    between is listed again from its start. The later listing holds all of it.
    """
    kept: list[int] = []
    for row, (start, end) in enumerate(places):
        if kept and places[kept[-1]][0] <= start < places[kept[-1]][1] <= end:
            kept.pop()
        kept.append(row)
    return kept


def _plain(data: bytes | str) -> bytes:
    raw = data.encode("utf-8", "replace") if isinstance(data, str) else data
    return raw.replace(b"\r\n", b"\n") if b"\r" in raw else raw


def _sizes(text: bytes, header_ends: NDArray[np.int64]) -> dict[str, Floats]:
    columns = {name: np.full(len(header_ends), nan) for name in _COLUMNS.values()}
    for field in _FIELD.finditer(text):
        name = _COLUMNS.get(field[1])
        if name is not None:
            mapping = int(np.searchsorted(header_ends, field.start(), side="right")) - 1
            if mapping >= 0:
                columns[name][mapping] = int(field[2]) * KIB
    return columns


def _eligible(text: bytes, header_ends: NDArray[np.int64]) -> Floats:
    column = np.full(len(header_ends), nan)
    for field in _ELIGIBLE.finditer(text):
        mapping = int(np.searchsorted(header_ends, field.start(), side="right")) - 1
        if mapping >= 0:
            column[mapping] = float(field[1] != b"0")
    return column


def _advice(text: bytes, header_ends: NDArray[np.int64]) -> Floats:
    column = np.full(len(header_ends), nan)
    for field in _FLAGS.finditer(text):
        mapping = int(np.searchsorted(header_ends, field.start(), side="right")) - 1
        if mapping >= 0:
            given = [_ADVICE[flag] for flag in field[1].split() if flag in _ADVICE]
            column[mapping] = given[0] if given else 0.0
    return column


def _snake(key: bytes) -> str:
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", key.decode())
    return words.lower()
