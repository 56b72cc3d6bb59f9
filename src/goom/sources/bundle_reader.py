"""Reads a bundle, whole, torn or hostile; nothing in it is ever written to disk."""

from __future__ import annotations

import dataclasses
import os
import re
from math import nan
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from goom.case.errors import BadInput, TooLarge
from goom.case.evidence import Evidence, NotRead
from goom.case.subject import Subject
from goom.case.units import bytes_text
from goom.formats import call_sites
from goom.sources.gathered import DEFAULT_MAX_BYTES, Gathered, Log, Piece
from goom.sources.manifest import FIRST, LAST, Manifest, ManifestEnd, decode, merged, refuse_newer
from goom.sources.pieces import take
from goom.sources.zip_entries import ZipEntry, is_zip, list_entries, read_entry, shown

Floats = NDArray[np.float64]
T = TypeVar("T")
_CALLS = "binary/calls.json"
_ROOMS = ("proc", "cgroup", "pprof", "vars", "metrics", "xray", "ebpf")
_STAMPED = re.compile(r"-(\d{16,20})\.[\w.]+$")
_TRACE = re.compile(r"stderr/trace-\d+\.log")
_SECONDS_PER_NS = 1e-9


def read_bundle(
    path_or_bytes: str | os.PathLike[str] | bytes,
    *,
    max_bytes: int = DEFAULT_MAX_BYTES,
    origin: str = "",
) -> Evidence:
    """All that a bundle holds; what cannot be read is in the evidence's ``not_read``.

    ``max_bytes`` bounds the file as well as everything that it unpacks to.
    """
    if isinstance(path_or_bytes, bytes):
        data, name = path_or_bytes, origin or "bundle"
    else:
        data, name = _whole_file(Path(path_or_bytes), max_bytes), origin or str(path_or_bytes)
    gathered = Gathered(left_bytes=max_bytes)
    subject = gather_bundle(data, name, gathered)
    return gathered.evidence(subject)


def gather_bundle(data: bytes, origin: str, gathered: Gathered) -> Subject:
    """Add a bundle's evidence to what is gathered; the subject as the bundle knows it."""
    if not is_zip(data):
        raise BadInput(f"{origin} is not a bundle.", "Bundles are written by:  goom capture PID")
    return _Reading(data, origin, gathered).subject()


class _Reading:
    def __init__(self, data: bytes, origin: str, gathered: Gathered) -> None:
        self._data, self._origin, self._gathered = data, origin, gathered
        listing = list_entries(data, origin)
        self._entries = {entry.name: entry for entry in listing.entries}
        if not any(map(_of_a_bundle, self._entries)):
            raise BadInput(
                f"{origin} is a zip but not a bundle: it holds no manifest.json.",
                "Unpack it and give the folder:  goom diagnose FOLDER",
            )
        gathered.not_read += listing.refused
        if listing.recovered or LAST not in self._entries:
            gathered.not_read.append(_cut_off(origin, len(self._entries)))

    def subject(self) -> Subject:
        """Read every entry that the layout knows."""
        first = self._manifest(FIRST, Manifest)
        if first is not None:
            refuse_newer(first, self._origin)
        end = self._manifest(LAST, ManifestEnd)
        self._trace()
        for name in self._entries:
            self._take(name)
        subject = first.subject if first else Subject()
        if end is None:
            return subject
        self._gathered.not_read += end.not_read
        known = merged(subject, end.subject)
        return dataclasses.replace(known, ending=end.ending or known.ending)

    def _take(self, name: str) -> None:
        if name in (FIRST, LAST) or name.startswith("stderr/trace-"):
            return
        if not _of_a_bundle(name):
            self._gathered.leave(f"{self._origin}: {shown(name)}", "no entry that goom knows")
            return
        data = self._bytes(name)
        if data is None:
            return
        if name == _CALLS:
            self._calls(data)
            return
        stamp = _STAMPED.search(name)
        at_seconds = int(stamp[1]) * _SECONDS_PER_NS if stamp else nan
        take(self._gathered, Piece(data=data, origin=name, at_seconds=at_seconds))

    def _calls(self, data: bytes) -> None:
        try:
            self._gathered.binary = call_sites.from_json(data)
        except BadInput as error:
            self._gathered.leave(_CALLS, error.message)

    def _trace(self) -> None:
        """Put the parts of the trace together, each line with the moment at which it came."""
        texts: list[bytes] = []
        arrivals: list[Floats] = []
        for name in sorted(filter(_TRACE.fullmatch, self._entries)):
            text = self._bytes(name) or b""
            times = self._bytes(f"{name.removesuffix('.log')}.times") or b""
            texts.append(text)
            arrivals.append(_times(times, text.count(b"\n")))
        if texts:
            piece = Piece(data=b"".join(texts), origin="stderr")
            self._gathered.logs.append(Log(piece=piece, arrivals=np.concatenate(arrivals)))
            self._gathered.sources.append("stderr")

    def _manifest(self, name: str, kind: type[T]) -> T | None:
        data = self._bytes(name)
        if data is None:
            return None
        try:
            return decode(data, kind, f"{self._origin}: {name}")
        except BadInput as error:
            self._gathered.leave(name, error.message, error.hint)
            return None

    def _bytes(self, name: str) -> bytes | None:
        entry = self._entries.get(name)
        return None if entry is None else self._unpacked(entry)

    def _unpacked(self, entry: ZipEntry) -> bytes | None:
        try:
            data = read_entry(self._data, entry, max_bytes=self._gathered.left_bytes)
        except BadInput as error:
            what = f"{self._origin}: {shown(entry.name)}"
            self._gathered.leave(what, error.message, error.hint)
            return None
        self._gathered.left_bytes -= len(data)
        return data


def _of_a_bundle(name: str) -> bool:
    return name in (FIRST, LAST, _CALLS) or name.partition("/")[0] in (*_ROOMS, "stderr")


def _times(text: bytes, lines: int) -> Floats:
    """One arrival for each line; nan when the file of times does not fit its log."""
    try:
        times = np.array(text.split(), dtype=np.float64)
    except ValueError:
        times = np.empty(0)
    return times if len(times) == lines else np.full(lines, nan)


def _cut_off(origin: str, entries: int) -> NotRead:
    return NotRead(
        origin,
        "it was cut off: its writer was killed or is still writing; "
        f"all that was whole ({entries:,} entries) was read",
    )


def _whole_file(path: Path, max_bytes: int) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(max_bytes + 1)
    except OSError as error:
        raise BadInput(f"cannot read {path}: {error.strerror}.") from None
    if len(data) > max_bytes:
        raise TooLarge(
            f"{path} is larger than {bytes_text(max_bytes)}.", "Allow more:  --max-bytes 2G"
        )
    return data
