"""Memory cgroups of version 1."""

from __future__ import annotations

import contextlib
import errno
import os
from pathlib import Path

from goom.sources.cgroup_files import (
    CgroupFolder,
    OpenFile,
    OwnedFolder,
    make_folder,
    number,
    table,
)

_STAT = {
    b"total_rss": "anon_bytes",
    b"total_cache": "file_bytes",
    b"total_mapped_file": "mapped_file_bytes",
    b"total_shmem": "shmem_bytes",
    b"total_rss_huge": "anon_huge_bytes",
    b"total_swap": "swap_bytes",
}
_KEPT = (
    "memory.stat",
    "memory.oom_control",
    "memory.failcnt",
    "memory.max_usage_in_bytes",
    "memory.kmem.usage_in_bytes",
    "memory.usage_in_bytes",
    "memory.limit_in_bytes",
)
_NO_LIMIT_BYTES = 1 << 62  # the kernel prints LONG_MAX, rounded down to a page


class CgroupV1(CgroupFolder):
    """Reads one v1 memory cgroup; its files are opened once."""

    kept = _KEPT

    version = 1

    def __init__(self, folder: Path, victims: Path | None = None) -> None:
        """``victims`` is where the process itself is: version 1 counts a kill there, and not in the
        ancestor whose limit was reached (memcg_memory_event, mm/memcontrol.c).
        """
        self.folder = folder
        self._usage = OpenFile(folder / "memory.usage_in_bytes")
        self._stat = OpenFile(folder / "memory.stat")
        self._oom = OpenFile((victims or folder) / "memory.oom_control")
        self._failed = OpenFile(folder / "memory.failcnt")
        self._peak = OpenFile(folder / "memory.max_usage_in_bytes")
        self._kernel = OpenFile(folder / "memory.kmem.usage_in_bytes")

    def usage_bytes(self) -> int:
        """``memory.usage_in_bytes``; 0 when the cgroup is gone."""
        return number(self._usage.read()) or 0

    def look(self) -> dict[str, float]:
        """All figures; kernel memory is stated as a whole only."""
        figures: dict[str, float] = {}
        singles = (
            ("usage_bytes", self._usage),
            ("limit_hits", self._failed),
            ("peak_bytes", self._peak),
            ("kernel_bytes", self._kernel),
        )
        for name, file in singles:
            value = number(file.read())
            if value is not None:
                figures[name] = value
        stat = table(self._stat.read())
        figures.update({name: stat[key] for key, name in _STAT.items() if key in stat})
        limit = stat.get(b"hierarchical_memory_limit", _NO_LIMIT_BYTES)
        if limit < _NO_LIMIT_BYTES:
            figures["limit_bytes"] = limit
        figures["oom_kills"] = self.oom_kill_count()
        return figures

    def limit_bytes(self) -> int | None:
        """``hierarchical_memory_limit``: the tightest limit up to the root."""
        limit = table(self._stat.read()).get(b"hierarchical_memory_limit", _NO_LIMIT_BYTES)
        return limit if limit < _NO_LIMIT_BYTES else None

    def own_limit_bytes(self) -> int | None:
        """``memory.limit_in_bytes``."""
        limit = number(OpenFile.once(self.folder / "memory.limit_in_bytes")) or _NO_LIMIT_BYTES
        return limit if limit < _NO_LIMIT_BYTES else None

    def oom_kill_count(self) -> int:
        """The ``oom_kill`` line of ``memory.oom_control``."""
        return table(self._oom.read()).get(b"oom_kill", 0)

    def wake_at(self, thresholds_bytes: tuple[int, ...]) -> int:
        """An eventfd that counts up when usage crosses one of these, either way; -1 when the
        kernel does not offer it. The kernel looks at every 128 pages charged: exact enough.
        """
        event = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        try:
            control = self.folder / "cgroup.event_control"
            for threshold in thresholds_bytes:
                control.write_text(f"{event} {self._usage.descriptor} {threshold}")
        except OSError:
            os.close(event)
            return -1
        return event

    def close(self) -> None:
        """Give the files back."""
        files = (self._usage, self._stat, self._oom, self._failed, self._peak, self._kernel)
        for file in files:
            file.close()


class OwnedCgroupV1(CgroupV1, OwnedFolder):
    """A v1 cgroup made for one child."""

    @classmethod
    def make(cls, parent: Path, limit_bytes: int) -> OwnedCgroupV1:
        """Create it with its limit; OSError when the kernel refuses."""
        folder = make_folder(parent)
        try:
            (folder / "memory.limit_in_bytes").write_text(str(limit_bytes))
            _limit_swap(folder, limit_bytes)
            return cls(folder)
        except OSError:
            folder.rmdir()
            raise


def _limit_swap(folder: Path, limit_bytes: int) -> None:
    # Swapped pages would keep a leak alive past its limit; without swap accounting the file is
    # not there, and swappiness alone has to do.
    with contextlib.suppress(FileNotFoundError):
        (folder / "memory.memsw.limit_in_bytes").write_text(str(limit_bytes))
    try:
        (folder / "memory.swappiness").write_text("0")
    except OSError as error:
        if error.errno not in (errno.ENOENT, errno.EINVAL):
            raise
