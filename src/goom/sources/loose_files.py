"""Files from anywhere: found below the targets, read within a bound, dated by their names."""

from __future__ import annotations

import os
import re
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from math import nan
from pathlib import Path

from goom.case.errors import BadInput
from goom.case.evidence import NotRead
from goom.case.names import harmless
from goom.case.units import bytes_text

WHAT_CAN_BE_GIVEN = """\
Give goom any of these:
  a bundle           goom diagnose x.goom
  a running program  goom diagnose PID   or its  http://HOST:PORT/debug/pprof
  files or a folder  heap and goroutine profiles, gctrace logs, /debug/vars,
                     /metrics, smaps, cgroup files"""
_MAX_FILES = 20_000
_PIECE_BYTES = 1 << 20
_EPOCH = re.compile(r"(?<!\d)(\d{10}|\d{13}|\d{16}|\d{19})(?!\d)")
_CALENDAR = re.compile(
    r"(?<!\d)(20\d\d)[-._]?(\d\d)[-._]?(\d\d)[T_. -]?(\d\d)[-._:]?(\d\d)[-._:]?(\d\d)"
    r"(?:[.,](\d{1,9}))?(Z|[+-]\d\d:?\d\d)?(?!\d)"
)
_FIRST_EPOCH, _LAST_EPOCH = 1.2e9, 4.2e9  # Go's first years, and the year 2103
_DIGITS = re.compile(r"([0-9]+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class LooseFile:
    """One file as it lay there. ``named_at_seconds`` is what its name says of its time."""

    name: str
    data: bytes
    named_at_seconds: float
    modified_at_seconds: float


class FileReader:
    """Reads targets until ``max_bytes`` are spent; what it leaves out is in ``not_read``."""

    def __init__(self, max_bytes: int) -> None:
        self.left_bytes = max_bytes
        self.not_read: list[NotRead] = []

    def read(self, targets: Sequence[str]) -> Iterator[LooseFile]:
        """Every file of the targets, folders in the order in which a person counts."""
        for target in targets:
            path = Path(target)
            if target != "-" and not path.exists():
                raise BadInput(f"there is no file or folder {harmless(target)}.", WHAT_CAN_BE_GIVEN)
            for found in _below(path) if path.is_dir() else (path,):
                try:
                    file = self._file(found, named_by_user=found is path)
                except OSError as error:
                    self.leave(str(found), f"{error.strerror}")
                    continue
                if file is not None:
                    yield file

    def leave(self, name: str, why: str, hint: str = "") -> None:
        """Note what was left out."""
        self.not_read.append(NotRead(harmless(name), why, hint))

    def _file(self, path: Path, *, named_by_user: bool) -> LooseFile | None:
        if str(path) == "-":
            return self._stream(sys.stdin.fileno(), "stdin", time.time())
        if not named_by_user and not path.is_file():  # a pipe in a folder would hold us up
            self.leave(str(path), "it is not a plain file")
            return None
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            return self._stream(descriptor, str(path), os.fstat(descriptor).st_mtime)
        finally:
            os.close(descriptor)

    def _stream(self, descriptor: int, name: str, modified: float) -> LooseFile | None:
        pieces: list[bytes] = []
        size_bytes = 0
        while piece := os.read(descriptor, _PIECE_BYTES):
            size_bytes += len(piece)
            if size_bytes > self.left_bytes:
                why = f"it is larger than the {bytes_text(self.left_bytes)} that are left to read"
                self.leave(name, why, "Allow more:  --max-bytes 2G")
                return None
            pieces.append(piece)
        self.left_bytes -= size_bytes
        return LooseFile(
            name=harmless(name),
            data=b"".join(pieces),
            named_at_seconds=name_stamp(Path(name).name),
            modified_at_seconds=modified,
        )


def name_stamp(name: str) -> float:
    """The epoch that a file's name states, as epoch digits or ISO-like (UTC unless it says)."""
    calendar = _CALENDAR.search(name)
    if calendar is not None:
        return _moment(calendar)
    epoch = _EPOCH.search(name)
    if epoch is None:
        return nan
    seconds = int(epoch[1]) / 10.0 ** (len(epoch[1]) - 10)
    return seconds if _FIRST_EPOCH <= seconds < _LAST_EPOCH else nan


def natural(name: str) -> list[tuple[int, str]]:
    """A sort key under which heap.9 comes before heap.10."""
    parts = _DIGITS.split(name)
    return [(int(part[:18]), "") if part.isdecimal() else (-1, part) for part in parts]


def _below(folder: Path) -> list[Path]:
    found: list[Path] = []
    for here, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        found += [Path(here, name) for name in names if not name.startswith(".")]
        if len(found) > _MAX_FILES:
            raise BadInput(
                f"{folder} holds more than {_MAX_FILES:,} files.",
                "Name the ones that matter:  goom diagnose heap.pb.gz gc.log",
            )
    return sorted(found, key=lambda path: natural(str(path)))


def _moment(found: re.Match[str]) -> float:
    year, month, day, hour, minute, second = (int(part) for part in found.groups()[:6])
    try:
        whole = datetime(year, month, day, hour, minute, second, tzinfo=_zone(found[8]))
    except ValueError:
        return nan
    return whole.timestamp() + float(f"0.{found[7] or 0}")


def _zone(text: str | None) -> timezone:
    if not text or text == "Z":
        return UTC
    minutes = int(text[1:3]) * 60 + int(text[-2:])
    return timezone(timedelta(minutes=-minutes if text[0] == "-" else minutes))
