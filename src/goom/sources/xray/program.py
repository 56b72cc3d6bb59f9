"""The executable of a running process: a Go program that X-ray can read, and where it lies."""

from __future__ import annotations

import mmap
import os
import struct
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from goom.case.errors import BadInput
from goom.formats import buildinfo, elf_image, pclntab
from goom.formats.buildinfo import BuildInfo
from goom.formats.elf_image import Image
from goom.formats.pclntab import FunctionTable
from goom.sources import process_rights, procfs

_ENTRY = 9  # AT_ENTRY of the auxiliary vector
_WORD_PAIR = struct.Struct("<QQ")
_PAGE_BYTES = 4096
_END_OF_USER = 1 << 47


@dataclass(frozen=True, slots=True, eq=False)
class Program:
    """The executable of a process; ``give_back`` its file."""

    image: Image
    build: BuildInfo
    give_back: Callable[[], None]

    @property
    def experiment(self) -> str:
        """GOEXPERIMENT at its build: it may move fields."""
        return self.build.settings.get("GOEXPERIMENT", "")

    def functions(self) -> FunctionTable:
        """Its function table, in the file's addresses."""
        return pclntab.read(self.image.data, self.image.elf)


def open_program(pid: int) -> Program:
    """The program of a process; BadInput says why it is none that can be read."""
    if not procfs.is_alive(pid):
        raise process_rights.gone(pid)
    try:
        descriptor = os.open(procfs.executable(pid), os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        raise process_rights.kernel_thread(pid) from None
    except OSError as error:
        raise process_rights.refusal(pid, error.errno or 0) or BadInput(
            f"cannot read the program of process {pid}: {error.strerror}."
        ) from None
    try:
        pages = mmap.mmap(descriptor, 0, prot=mmap.PROT_READ)
    except (OSError, ValueError):
        raise BadInput(f"the program of process {pid} cannot be read.") from None
    finally:
        os.close(descriptor)
    try:
        return _program(pid, memoryview(pages), partial(_close, pages))
    except (struct.error, IndexError, ValueError, OverflowError):
        raise BadInput(f"the program of process {pid} has damaged tables.") from None


def _program(pid: int, data: memoryview, give_back: Callable[[], None]) -> Program:
    try:
        image = elf_image.read(data)
        build = buildinfo.read(data)
    except BadInput as error:
        raise BadInput(
            f"process {pid} is not a Go program that goom can read: {error.message}.",
            "X-ray needs a program of Go 1.19 or later. Find yours:  pgrep -a NAME",
        ) from None
    if not image.is_amd64:
        raise BadInput("X-ray reads amd64 programs only, so far.", "goom capture reads any.")
    return Program(image, build, give_back)


def _close(pages: mmap.mmap) -> None:
    try:
        pages.close()
    except BufferError:  # a reader has slices of it; the pages go with the last of them
        return


def load_bias(pid: int, image: Image) -> int:
    """What the kernel added to the file's addresses: by where it says that the entry is."""
    try:
        vector = procfs.read_whole(pid, "auxv", max_bytes=1 << 16)
    except OSError as error:
        raise process_rights.refusal(pid, error.errno or 0) or process_rights.gone(pid) from None
    pairs = dict(_WORD_PAIR.iter_unpack(vector[: len(vector) // 16 * 16]))
    bias = int(pairs.get(_ENTRY, 0)) - image.entry
    if not 0 <= bias < _END_OF_USER or bias % _PAGE_BYTES:
        raise BadInput(f"process {pid} does not run the program that its file says.")
    return bias
