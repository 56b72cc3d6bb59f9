"""A Go process that X-ray is attached to: its memory, its types, and where its globals are."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from goom.case.errors import BadInput
from goom.case.xray import XrayTarget
from goom.formats.buildinfo import BuildInfo
from goom.formats.go_layout import Layouts
from goom.formats.pclntab import FunctionTable
from goom.sources.process_memory import ProcessMemory, Region


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Target:
    """An attached process; ``close`` it.

    ``addresses`` are run-time addresses by the global's name ("runtime.mheap_"), ``types`` the
    names of their types. ``bias`` is what the kernel added to the addresses of the file.
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

    def functions(self) -> FunctionTable:
        """All functions by run-time address, stripped or not; read when first asked for."""
        if "functions" not in self.kept:
            table = self.read_functions()
            moved = table.entries + np.uint64(self.bias)
            self.kept["functions"] = FunctionTable(
                table=table.table,
                entries=moved,
                function_offsets=table.function_offsets,
                functions_at=table.functions_at,
                names_at=table.names_at,
                units_at=table.units_at,
                files_at=table.files_at,
                programs_at=table.programs_at,
                pc_quantum=table.pc_quantum,
            )
        return self.kept["functions"]

    def close(self) -> None:
        """Give the file and the memory back."""
        self.kept.clear()
        self.memory.close()
        self.give_back()
