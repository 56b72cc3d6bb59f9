"""A GC log as it comes: from a file, a bundle, a pipe, or a file that still grows."""

from __future__ import annotations

import os
import select
import stat
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from goom.case.errors import BadInput
from goom.case.gctrace import GCTrace
from goom.formats.gzip_bounded import is_gzip, unpack
from goom.formats.recognise import HEAD_BYTES, Kind, recognise
from goom.sources.load import LoadOptions, load

_PIECE_BYTES = 4 << 20
_LOOK_SECONDS = 0.25
_RUN_IT = "GODEBUG=gctrace=1 ./app 2>&1 | goom gctrace"


def is_pipe(file: str) -> bool:
    """Whether the log comes from a program that may still run."""
    if file != "-":
        path = Path(file)
        return path.exists() and not (path.is_file() or path.is_dir())
    if sys.stdin.isatty():
        raise BadInput("nothing to read: no file was named and nothing is piped in.", _RUN_IT)
    return not stat.S_ISREG(os.fstat(sys.stdin.fileno()).st_mode)


def of_bundle(file: str) -> GCTrace | None:
    """The trace of a bundle; None when the file is no bundle."""
    if file == "-" or is_pipe(file):
        return None
    with _opened(file) as descriptor:
        head = os.read(descriptor.number, HEAD_BYTES)
    if recognise(head) != Kind.BUNDLE:
        return None
    trace = load([file], LoadOptions()).gctrace
    if trace is None:
        raise BadInput(f"{file} holds no GC log.", "goom run records one; goom capture cannot.")
    return trace


def whole(file: str) -> Iterator[bytes]:
    """The log piece by piece, up to its end."""
    with _opened(file) as descriptor:
        head = os.read(descriptor.number, _PIECE_BYTES)
        if is_gzip(head):
            yield unpack(head + b"".join(_pieces(descriptor.number)), origin=file)
            return
        yield head
        yield from _pieces(descriptor.number)


def growing(file: str, *, follow: bool) -> Iterator[bytes]:
    """What has come since the last look, empty when nothing has; ends with the pipe, or never."""
    with _opened(file) as descriptor:
        while True:
            if not select.select([descriptor.number], [], [], _LOOK_SECONDS)[0]:
                yield b""
                continue
            piece = os.read(descriptor.number, 1 << 16)
            if not piece and not follow:
                return
            if not piece:
                time.sleep(_LOOK_SECONDS)  # a file is always ready, at its end too
            yield piece


class _opened:  # noqa: N801 - reads as a verb: with _opened(file)
    """A file or stdin as a descriptor."""

    def __init__(self, file: str) -> None:
        self._own = file != "-"
        try:
            flags = os.O_RDONLY | os.O_CLOEXEC
            self.number = os.open(file, flags) if self._own else sys.stdin.fileno()
        except OSError as error:
            raise BadInput(f"cannot read {file}: {error.strerror}.", _hint(file)) from None
        if stat.S_ISDIR(os.fstat(self.number).st_mode):
            os.close(self.number)
            raise BadInput(f"{file} is a folder.", f"Name the log in it, or:  goom diagnose {file}")

    def __enter__(self) -> _opened:
        return self

    def __exit__(self, *_: object) -> None:
        if self._own:
            os.close(self.number)


def _hint(file: str) -> str:
    return "" if Path(file).exists() else f"Name a log, or pipe it in:  {_RUN_IT}"


def _pieces(number: int) -> Iterator[bytes]:
    while piece := os.read(number, _PIECE_BYTES):
        yield piece
