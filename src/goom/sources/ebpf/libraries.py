"""The C functions of what a process has mapped, each file read when it is first asked for."""

from __future__ import annotations

import mmap
import struct
from pathlib import Path

from goom.case.errors import BadInput
from goom.case.series import Mappings
from goom.formats import elf_image, elf_symbols
from goom.formats.elf_symbols import Functions


class Libraries:
    """``modules`` are the process's mappings; the names stay when it is gone, once loaded."""

    def __init__(self, pid: int, modules: Mappings) -> None:
        self._root = f"/proc/{pid}/root"
        self._lowest: dict[str, int] = {}
        rows = zip(modules.start.tolist(), modules.names, modules.permissions, strict=True)
        executable: set[str] = set()
        for start, path, permissions in rows:
            self._lowest.setdefault(path, start)
            if path.startswith("/") and "x" in permissions:
                executable.add(path)
        self._executable = sorted(executable)
        self._known: dict[str, tuple[int, Functions] | None] = {}

    def name(self, path: str, address: int) -> str:
        """The function at a run-time address of a mapped file, "" when nothing says it."""
        if path not in self._known:
            self._known[path] = self._read(path) if path in self._executable else None
        known = self._known[path]
        return known[1].name(address - known[0]) if known else ""

    def load(self) -> None:
        """Read all of them now: the process may be gone when their names are wanted."""
        for path in self._executable:
            self.name(path, 0)

    def _read(self, path: str) -> tuple[int, Functions] | None:
        """What is added to the file's addresses, and its functions."""
        try:
            with Path(self._root + path).open("rb") as file:
                pages = mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ)
            image = elf_image.read(memoryview(pages))
            lowest = min(segment.address & ~0xFFF for segment in image.segments)
            return self._lowest[path] - lowest, elf_symbols.read(image)
        except (OSError, BadInput, ValueError, struct.error):
            return None
