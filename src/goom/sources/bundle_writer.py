"""Writes a bundle so that what was added stays readable whenever the writer is killed."""

from __future__ import annotations

import contextlib
import os
import threading
import time
import zlib
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from goom.case.errors import GoomError
from goom.case.units import GIB, KIB, bytes_text
from goom.sources.manifest import FIRST, LAST, Manifest, ManifestEnd, encode
from goom.sources.zip_entries import (
    CENTRAL,
    CENTRAL_SIGNATURE,
    DEFLATED,
    END,
    END_SIGNATURE,
    LOCAL,
    LOCAL_SIGNATURE,
    MAX_ENTRIES,
    STORED,
)

DEFAULT_MAX_BYTES = 1 * GIB
_KEPT_FOR_THE_END_BYTES = 64 * KIB
_ZIP_BOUND_BYTES = 0xFFFFFFFF
_FREE_DIRECTORY_BYTES = 64 * KIB
_VERSION, _UTF8 = 20, 1 << 11
_REGULAR_FILE = 0o100644 << 16
_UNIX = 3 << 8


@dataclass(frozen=True, slots=True)
class _Packed:
    name: bytes
    body: bytes
    method: int
    checksum: int
    size_bytes: int
    dos_time: int
    dos_date: int

    def local(self) -> bytes:
        """The local header with true sizes, the name and the data."""
        facts = (self.method, self.dos_time, self.dos_date, self.checksum)
        sizes = (len(self.body), self.size_bytes, len(self.name), 0)
        header = LOCAL.pack(LOCAL_SIGNATURE, _VERSION, _UTF8, *facts, *sizes)
        return header + self.name + self.body

    def central(self, start: int) -> bytes:
        """The record of the central directory."""
        facts = (self.method, self.dos_time, self.dos_date, self.checksum)
        sizes = (len(self.body), self.size_bytes, len(self.name), 0, 0)
        rest = (0, 0, _REGULAR_FILE, start)
        versions = (_UNIX | _VERSION, _VERSION, _UTF8)
        return CENTRAL.pack(CENTRAL_SIGNATURE, *versions, *facts, *sizes, *rest) + self.name


class BundleWriter:
    """``begin``, ``add`` from any thread, ``end``.

    ``add`` answers whether the entry was taken; when it was not (the bundle is at ``max_bytes``,
    the disk is full) ``trouble`` says why, and everything added before stays readable.
    """

    def __init__(self, path: str | os.PathLike[str], *, max_bytes: int = DEFAULT_MAX_BYTES) -> None:
        self.path = Path(path)
        self.trouble = ""
        self._max_bytes = min(max_bytes, _ZIP_BOUND_BYTES)
        self._lock = threading.Lock()
        self._file = -1
        self._at = 0  # where the next entry goes, over the directory that stands there
        self._directory = bytearray()
        self._names: set[bytes] = set()
        self._since_directory_bytes = 0

    def begin(self, manifest: Manifest) -> None:
        """Create the file (an older one of this name is replaced) and write the manifest."""
        flags = os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC
        try:
            self._file = os.open(self.path, flags, 0o644)
        except OSError as error:
            raise GoomError(
                f"cannot write {self.path}: {error.strerror}.",
                "Name a file in a folder that you may write:  -o /tmp/x.goom",
            ) from None
        if not self._append(FIRST, encode(manifest), kept_bytes=0):
            raise GoomError(f"cannot write {self.path}: {self.trouble}.")

    def add(self, name: str, data: bytes) -> bool:
        """Append one whole entry; False (and ``trouble``) when it did not fit or failed."""
        return self._append(name, data, kept_bytes=_KEPT_FOR_THE_END_BYTES)

    def end(self, end: ManifestEnd) -> None:
        """Write the last entry and close; a second call does nothing."""
        if self._file < 0:
            return
        self._append(LAST, encode(end), kept_bytes=0)
        with self._lock:
            if self._since_directory_bytes:
                self._put(self._ending())
            os.close(self._file)
            self._file = -1

    @property
    def size_bytes(self) -> int:
        """What the bundle takes on disk, about."""
        return self._at + len(self._directory) + END.size

    def __enter__(self) -> BundleWriter:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.end(ManifestEnd())

    def _append(self, name: str, data: bytes, *, kept_bytes: int) -> bool:
        packed = _pack(name, data)
        with self._lock:
            if self._file < 0:
                self.trouble = "the bundle is closed"
            elif packed.name in self._names:
                raise ValueError(f"{name} is in the bundle already")
            elif self._full(packed, kept_bytes):
                self.trouble = f"the bundle is full at {bytes_text(self._max_bytes)}"
            else:
                return self._take(packed)
            return False

    def _full(self, packed: _Packed, kept_bytes: int) -> bool:
        headers_bytes = LOCAL.size + CENTRAL.size + 2 * len(packed.name)
        needed_bytes = self.size_bytes + len(packed.body) + headers_bytes + kept_bytes
        kept_entries = 1 if kept_bytes else 0
        return needed_bytes > self._max_bytes or len(self._names) + kept_entries >= MAX_ENTRIES

    def _take(self, packed: _Packed) -> bool:
        local, before = packed.local(), len(self._directory)
        self._directory += packed.central(self._at)
        self._names.add(packed.name)
        self._since_directory_bytes += len(local)
        # A long directory is not written again for every small entry: walking finds those as well.
        due = len(self._directory) <= self._since_directory_bytes + _FREE_DIRECTORY_BYTES
        if not self._put(local + self._ending(len(local)) if due else local):
            del self._directory[before:]
            self._names.discard(packed.name)
            self._restore()
            return False
        self._at += len(local)
        self._since_directory_bytes = 0 if due else self._since_directory_bytes
        return True

    def _ending(self, after_bytes: int = 0) -> bytes:
        count, start = len(self._names), self._at + after_bytes
        end = (0, 0, count, count, len(self._directory), start, 0)
        return bytes(self._directory) + END.pack(END_SIGNATURE, *end)

    def _restore(self) -> None:
        why = self.trouble
        self._put(self._ending())
        with contextlib.suppress(OSError):
            os.ftruncate(self._file, self.size_bytes)
        self.trouble = why

    def _put(self, data: bytes) -> bool:
        view, at = memoryview(data), self._at
        try:
            while view:
                written = os.pwrite(self._file, view, at)
                view, at = view[written:], at + written
        except OSError as error:
            self.trouble = f"writing {self.path} failed: {error.strerror}"
            return False
        return True


def _pack(name: str, data: bytes) -> _Packed:
    body, method = data, STORED
    if not name.endswith(".gz"):
        squeezer = zlib.compressobj(6, zlib.DEFLATED, -zlib.MAX_WBITS)
        squeezed = squeezer.compress(data) + squeezer.flush()
        if len(squeezed) < len(data):
            body, method = squeezed, DEFLATED
    now = time.localtime()
    return _Packed(
        name=name.encode("ascii"),
        body=body,
        method=method,
        checksum=zlib.crc32(data),
        size_bytes=len(data),
        dos_time=now.tm_hour << 11 | now.tm_min << 5 | now.tm_sec // 2,
        dos_date=(now.tm_year - 1980) << 9 | now.tm_mon << 5 | now.tm_mday,
    )
