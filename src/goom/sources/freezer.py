"""A cgroup whose processes can be held still for a moment, so that what is read is one piece.

Version 2 freezes any of its cgroups (``cgroup.freeze``), also where the memory controller is on
version 1; version 1 has a hierarchy of its own for it. Nothing is signalled: a frozen process
notices only that time went by.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator
from pathlib import Path

from goom.sources import procfs
from goom.sources.cgroup import MemoryCgroup
from goom.sources.cgroup_files import OpenFile, make_folder
from goom.sources.mounts import mounted

_PATIENCE_SECONDS = 2.0
_SWITCHES = {  # the file that is written, and the words for both ways
    1: ("freezer.state", "FROZEN", "THAWED"),
    2: ("cgroup.freeze", "1", "0"),
}


class Freezer:
    """A cgroup that can be frozen by writing ``freezes`` into ``switch``, which the warden does;
    ``is_owned`` when goom made it and has to take it away.
    """

    def __init__(self, folder: Path, version: int, *, is_owned: bool) -> None:
        self.folder, self.version, self.is_owned = folder, version, is_owned
        switch, self.freezes, self.thaws = _SWITCHES[version]
        self.switch = folder / switch

    def entrances(self) -> tuple[int, ...]:
        """``cgroup.procs``, opened for a child to write itself into; () where it cannot be, and
        where the child enters anyhow.
        """
        with contextlib.suppress(OSError):
            if self.is_owned:
                return (os.open(self.folder / "cgroup.procs", os.O_WRONLY | os.O_CLOEXEC),)
        return ()

    def pids(self) -> tuple[int, ...]:
        """The processes in it."""
        return tuple(int(pid) for pid in OpenFile.once(self.folder / "cgroup.procs").split())

    def thaw(self) -> None:
        """Whoever is held goes on."""
        with contextlib.suppress(OSError):
            self.switch.write_text(self.thaws)

    def close(self) -> None:
        """Thaw it; one that goom made is taken away, and who is left in it goes to its parent."""
        self.thaw()
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while self.is_owned and self.folder.is_dir() and time.monotonic() < deadline:
            for pid in self.pids():
                with contextlib.suppress(OSError):
                    (self.folder.parent / "cgroup.procs").write_text(str(pid))
            with contextlib.suppress(OSError):  # the kernel still takes the last process apart
                self.folder.rmdir()
                return
            time.sleep(0.01)


def make_freezer(group: MemoryCgroup | None = None) -> Freezer | None:
    """A cgroup that a child can be started in, below goom's own place; None where there is none to
    be had (no cgroups, or no right to make one).

    ``group`` is the memory cgroup that goom made for the child. Version 2 has one hierarchy: into
    another cgroup of it the child would leave its limit, so there its own is what is frozen.
    """
    if group is not None and group.version == 2:
        own = Freezer(group.folder, 2, is_owned=False)
        return own if own.switch.exists() else None
    for root, place, version in _hierarchies(os.getpid()):
        for parent in dict.fromkeys((root / place.lstrip("/"), root)):
            folder = _new_folder(parent, version)
            if folder is not None:
                return Freezer(folder, version, is_owned=True)
    return None


def _new_folder(parent: Path, version: int) -> Path | None:
    """A cgroup that can be frozen; a root has no switch, and old kernels have none in version 2."""
    try:
        folder = make_folder(parent)
    except OSError:
        return None
    if (folder / _SWITCHES[version][0]).exists():
        return folder
    folder.rmdir()
    return None


def freezer_of(pid: int) -> Freezer | None:
    """The cgroup that a process lives in, others in it included; None when it is everybody's, or
    goom's too: who would thaw?
    """
    own = {version: root / place.lstrip("/") for root, place, version in _hierarchies(os.getpid())}
    for root, place, version in _hierarchies(pid):
        folder = root / place.lstrip("/")
        switch = folder / _SWITCHES[version][0]
        with_goom = own.get(version, folder).is_relative_to(folder)
        if place.strip("/") and not with_goom and os.access(switch, os.W_OK):
            return Freezer(folder, version, is_owned=False)
    return None


def _hierarchies(pid: int) -> Iterator[tuple[Path, str, int]]:
    """(root, place of the process, version) of hierarchies that can freeze, version 2 first."""
    try:
        places = procfs.read_whole(pid, "cgroup").decode("utf-8", "surrogateescape")
        mounts = procfs.read_whole(pid, "mounts").decode("utf-8", "surrogateescape")
    except OSError:
        return
    lines = [line.split(":", 2) for line in places.splitlines() if line.count(":") > 1]
    for number, controllers, place in sorted(lines, key=lambda line: line[0] != "0"):
        if number == "0" and not controllers:
            root, version = mounted(mounts, "cgroup2"), 2
        elif "freezer" in controllers.split(","):
            root, version = mounted(mounts, "cgroup", "freezer"), 1
        else:
            continue
        if root is not None:
            yield root, place, version
