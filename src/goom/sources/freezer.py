"""A cgroup whose processes can be held still for a moment, so that what is read is one piece.

Version 2 freezes any of its cgroups (``cgroup.freeze``), also where the memory controller is on
version 1; version 1 has a hierarchy of its own for it. Nothing is signalled: a frozen process
notices only that time went by.
"""

from __future__ import annotations

import contextlib
import os
import time
from pathlib import Path

from goom.formats.cgroup_places import CgroupPlace
from goom.sources import surroundings
from goom.sources.cgroup import MemoryCgroup
from goom.sources.cgroup_files import OpenFile, make_folder

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
    for place in _places(os.getpid()):
        for parent in dict.fromkeys((place.folder, place.mount)):
            folder = _new_folder(Path(parent), place.version)
            if folder is not None:
                return Freezer(folder, place.version, is_owned=True)
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
    own = {one.version: Path(one.folder) for one in _places(os.getpid())}
    for place in _places(pid):
        found = Freezer(Path(place.folder), place.version, is_owned=False)
        with_goom = own.get(place.version, found.folder).is_relative_to(found.folder)
        is_root = place.folder == place.mount
        if not is_root and not with_goom and os.access(found.switch, os.W_OK):
            return found
    return None


def _places(pid: int) -> list[CgroupPlace]:
    """Where a process is in hierarchies that can freeze, version 2 first."""
    try:
        places = surroundings.places_of(pid)
    except OSError:
        return []
    able = [one for one in places if one.version == 2 or "freezer" in one.controllers]
    return sorted(able, key=lambda one: -one.version)
