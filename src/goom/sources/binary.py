"""The program's file on disk: is it Go, what was it built from, who calls whom."""

from __future__ import annotations

import contextlib
import mmap
import os
import re
from collections.abc import Iterator
from pathlib import Path

from goom.case.errors import BadInput
from goom.formats import buildinfo, call_sites
from goom.formats.buildinfo import BuildInfo

_PPROF = re.compile(rb"net/http/pprof\.(?:Index|Handler|handler)")


class Binary:
    """A program's file, kept open: it stays readable when the process is gone."""

    def __init__(self, path: Path) -> None:
        try:
            self._descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        except OSError as error:
            raise BadInput(f"cannot read the program's file: {error.strerror}.") from None

    def build(self) -> BuildInfo:
        """What Go wrote into it; BadInput when it is not a Go program."""
        with self._mapped() as data:
            return buildinfo.read(data)

    def calls(self) -> bytes:
        """``binary/calls.json`` of a bundle; BadInput when it cannot be made out."""
        with self._mapped() as data:
            return call_sites.to_json(call_sites.read(data))

    def serves_pprof(self) -> bool:
        """Whether net/http/pprof is linked in: its functions' names stand in the function table."""
        with self._mapped() as data:
            return _PPROF.search(data) is not None

    def close(self) -> None:
        """Give the file back."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    @contextlib.contextmanager
    def _mapped(self) -> Iterator[memoryview]:
        try:
            pages = mmap.mmap(self._descriptor, 0, prot=mmap.PROT_READ)
        except (OSError, ValueError):  # an empty file cannot be mapped
            raise BadInput("the program's file cannot be read.") from None
        view = memoryview(pages)
        try:
            yield view
        finally:
            # A reader may have left slices of it behind; the pages then go with the last of them.
            with contextlib.suppress(BufferError):
                view.release()
                pages.close()
