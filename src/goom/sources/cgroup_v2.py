"""Memory cgroups of version 2."""

from __future__ import annotations

import contextlib
from pathlib import Path

from goom.formats import cgroup
from goom.sources.cgroup_files import (
    CgroupFolder,
    OpenFile,
    OwnedFolder,
    make_folder,
    number,
    table,
)

_STAT = {
    b"anon": "anon_bytes",
    b"file": "file_bytes",
    b"file_mapped": "mapped_file_bytes",
    b"shmem": "shmem_bytes",
    b"kernel": "kernel_bytes",
    b"kernel_stack": "kernel_stack_bytes",
    b"pagetables": "page_tables_bytes",
    b"slab": "slab_bytes",
    b"anon_thp": "anon_huge_bytes",
}
_EVENTS = {
    b"high": "high_events",
    b"max": "limit_hits",
    b"oom": "oom_events",
    b"oom_kill": "oom_kills",
}
_SINGLES = {
    "memory.current": "usage_bytes",
    "memory.peak": "peak_bytes",
    "memory.high": "high_bytes",
    "memory.swap.current": "swap_bytes",
}
_KEPT = (
    "memory.stat",
    "memory.events",
    "memory.current",
    "memory.max",
    "memory.peak",
    "memory.swap.current",
    "memory.pressure",
)


class CgroupV2(CgroupFolder):
    """Reads one v2 memory cgroup; its files are opened once."""

    kept = _KEPT

    version = 2

    def __init__(self, folder: Path, root: Path) -> None:
        self.folder, self._root = folder, root
        self._singles = {name: OpenFile(folder / file) for file, name in _SINGLES.items()}
        self._stat = OpenFile(folder / "memory.stat")
        self._events = OpenFile(folder / "memory.events")
        self._pressure = OpenFile(folder / "memory.pressure")

    def usage_bytes(self) -> int:
        """``memory.current``; 0 when the cgroup is gone."""
        return number(self._singles["usage_bytes"].read()) or 0

    def look(self) -> dict[str, float]:
        """All figures that this kernel states."""
        figures: dict[str, float] = {}
        for name, file in self._singles.items():
            value = number(file.read())
            if value is not None:
                figures[name] = value
        for names, file in ((_STAT, self._stat), (_EVENTS, self._events)):
            stated = table(file.read())
            figures.update({name: stated[key] for key, name in names.items() if key in stated})
        limit = self.limit_bytes()
        if limit is not None:
            figures["limit_bytes"] = limit
        figures.update(_pressure(self._pressure.read()))
        return figures

    def limit_bytes(self) -> int | None:
        """The tightest ``memory.max`` from here up to the root."""
        limits: list[int] = []
        folder = self.folder
        while True:
            limit = number(OpenFile.once(folder / "memory.max"))
            limits += [limit] if limit is not None else []
            if folder in (self._root, folder.parent):
                return min(limits, default=None)
            folder = folder.parent

    def own_limit_bytes(self) -> int | None:
        """``memory.max``."""
        return number(OpenFile.once(self.folder / "memory.max"))

    def oom_kill_count(self) -> int:
        """The ``oom_kill`` line of ``memory.events``."""
        return table(self._events.read()).get(b"oom_kill", 0)

    def close(self) -> None:
        """Give the files back."""
        for file in (*self._singles.values(), self._stat, self._events, self._pressure):
            file.close()


class OwnedCgroupV2(CgroupV2, OwnedFolder):
    """A v2 cgroup made for one child."""

    @classmethod
    def make(cls, parent: Path, root: Path, limit_bytes: int) -> OwnedCgroupV2:
        """Create it with its limit; OSError when the kernel refuses.

        The memory controller must be handed down to children; that fails where processes live in
        ``parent`` itself (v2's rule of no inner processes), and then the caller tries elsewhere.
        """
        if b"memory" not in OpenFile.once(parent / "cgroup.controllers").split():
            raise OSError(0, "the memory controller is not delegated here")
        if b"memory" not in OpenFile.once(parent / "cgroup.subtree_control").split():
            (parent / "cgroup.subtree_control").write_text("+memory")
        folder = make_folder(parent)
        try:
            (folder / "memory.max").write_text(str(limit_bytes))
            with contextlib.suppress(FileNotFoundError):  # a kernel without swap
                (folder / "memory.swap.max").write_text("0")
            return cls(folder, root)
        except OSError:
            folder.rmdir()
            raise


def _pressure(text: bytes) -> dict[str, float]:
    """The share of the last ten seconds: ``pressure_some_fraction`` and ``_full_fraction``."""
    stated = cgroup.parse_pressure(text.decode("ascii", "replace"))
    return {name: value for name, value in stated.items() if name.endswith("_fraction")}
