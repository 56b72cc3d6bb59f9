"""A Go process that X-ray is attached to: its memory, its types, and where its globals are."""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from goom.case.errors import BadInput
from goom.case.xray import XrayTarget
from goom.formats.buildinfo import BuildInfo
from goom.formats.go_layout import Array, Layouts
from goom.formats.pclntab import FunctionTable
from goom.sources.process_memory import ProcessMemory, Region

_STRING = struct.Struct("<QQ")  # a string's bytes and their count
_MOST_STRINGS, _MOST_STRING_BYTES = 256, 256


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Target:
    """An attached process; ``close`` it.

    ``addresses`` are run-time addresses by the global's name ("runtime.mheap_"), ``types`` the
    names of their types. ``wait_reasons`` are the waitReasonStrings of its version, by number.
    ``bias`` is what the kernel added to the addresses of the file.
    """

    memory: ProcessMemory
    build: BuildInfo
    layouts: Layouts
    addresses: Mapping[str, int]
    types: Mapping[str, str]
    wait_reasons: tuple[str, ...]
    bias: int
    about: XrayTarget
    read_functions: Callable[[], FunctionTable]
    read_file: Callable[[int, int], memoryview]  # what the file loads at its own address
    give_back: Callable[[], None]
    kept: dict[str, FunctionTable] = field(default_factory=dict)

    @property
    def pid(self) -> int:
        """The process."""
        return self.memory.pid

    def address(self, name: str) -> int:
        """Where a global is; BadInput when it could not be found."""
        found = self.addresses.get(name)
        if found is None:
            raise BadInput(f"{name} of process {self.pid} was not found in its code.")
        return found

    def region(self, name: str, *path: str) -> Region:
        """A global, or a field of it by its path: for ``memory.read_all`` and ``memory.plan``."""
        place = self.layouts.at(self.types[name], *path)
        return Region(self.address(name) + place.offset, place.size_bytes)

    def strings(self, name: str) -> tuple[str, ...]:
        """A global array of strings, cut where no such array of Go's own goes; () when missing."""
        shape = self.layouts.shape(self.types.get(name, ""))
        if name not in self.addresses or not isinstance(shape, Array):
            return ()
        count = min(shape.count, _MOST_STRINGS)
        header = self.memory.read(self.addresses[name], _STRING.size * count)
        places = [pair for pair in _STRING.iter_unpack(header) if pair[1]]
        sizes = (min(size, _MOST_STRING_BYTES) for _, size in places)
        regions = [Region(at, size) for (at, _), size in zip(places, sizes, strict=True)]
        texts = iter(self.memory.read_all(regions))
        return tuple(
            bytes(next(texts)).decode("utf-8", "replace") if size else ""
            for _, size in _STRING.iter_unpack(header)
        )

    def functions(self) -> FunctionTable:
        """All functions by run-time address, stripped or not; read when first asked for."""
        if "functions" not in self.kept:
            self.kept["functions"] = self.read_functions().moved(self.bias)
        return self.kept["functions"]

    def loaded(self, address: int, size_bytes: int) -> bytes:
        """What the program's file has at a run-time address, also when the process is gone; shorter
        where it ends. For what never changes: code and tables, not data.
        """
        return bytes(self.read_file(address - self.bias, size_bytes))

    def close(self) -> None:
        """Give the file and the memory back."""
        self.kept.clear()
        self.memory.close()
        self.give_back()
