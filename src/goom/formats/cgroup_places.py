"""Where a process's cgroups are in the file system: /proc/PID/cgroup and mountinfo, together.

``/proc/PID/cgroup`` names a cgroup from the root of the reader's cgroup namespace; a mount shows a
part of the hierarchy from its own root on (a container's mount of version 1 shows its own cgroup
at the mount point). A place outside of what is mounted cannot be looked at.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePosixPath

_MOST_LINES = 4096
_OCTAL = re.compile(r"\\([0-7]{3})")
_STEP_UP = ".."


@dataclass(frozen=True, slots=True)
class CgroupPlace:
    """One hierarchy: ``folder`` is the process's cgroup in it, at or below ``mount``."""

    version: int
    controllers: tuple[str, ...]  # empty for version 2
    mount: str
    folder: str

    @property
    def ancestors(self) -> tuple[str, ...]:
        """The folder and those above it, up to the mount."""
        mount, folder = PurePosixPath(self.mount), PurePosixPath(self.folder)
        above = [one for one in folder.parents if one.is_relative_to(mount)]
        return tuple(str(one) for one in (folder, *above))


@dataclass(frozen=True, slots=True)
class _Mount:
    version: int
    root: str
    point: str
    options: frozenset[str]


def parse(cgroup: str, mountinfo: str) -> tuple[CgroupPlace, ...]:
    """Every hierarchy in which the process's cgroup can be seen; lines of neither form are passed
    over.
    """
    mounts = list(_mounts(mountinfo))
    found = []
    for line in cgroup.splitlines()[:_MOST_LINES]:
        number, _, rest = line.partition(":")
        controllers, colon, place = rest.partition(":")
        if not number.isdecimal() or not colon or not place.startswith("/"):
            continue
        named = tuple(part for part in controllers.split(",") if part)
        version = 2 if number == "0" and not named else 1
        one = _first_fitting(mounts, version, named, place)
        if one is not None:
            found.append(one)
    return tuple(found)


def _first_fitting(
    mounts: list[_Mount], version: int, controllers: tuple[str, ...], place: str
) -> CgroupPlace | None:
    for mount in mounts:
        if mount.version != version or not mount.options.issuperset(controllers):
            continue
        folder = _folder(mount, place)
        if folder:
            return CgroupPlace(version, controllers, mount.point, folder)
    return None


def _folder(mount: _Mount, place: str) -> str:
    """The place as this mount shows it, "" when it does not."""
    path = PurePosixPath(place)
    if _STEP_UP in path.parts or _STEP_UP in mount.root.split("/"):
        # outside of the reader's cgroup namespace, or mounted from outside of it
        return mount.point if place == mount.root else ""
    if not path.is_relative_to(mount.root):
        # A container's own cgroup namespace calls its root "/", whatever the mount says.
        return mount.point if place == "/" else ""
    return str(PurePosixPath(mount.point) / path.relative_to(mount.root))


def _mounts(mountinfo: str) -> list[_Mount]:
    found = []
    for line in mountinfo.splitlines()[:_MOST_LINES]:
        before, dash, after = line.partition(" - ")
        fields, kind = before.split(" "), after.split(" ")
        if not dash or len(fields) < 6 or len(kind) < 3:
            continue
        if kind[0] in ("cgroup", "cgroup2") and fields[3].startswith("/"):
            options = frozenset(kind[2].split(","))
            version = 2 if kind[0] == "cgroup2" else 1
            found.append(_Mount(version, _plain(fields[3]), _plain(fields[4]), options))
    return found


def _plain(path: str) -> str:
    return _OCTAL.sub(lambda code: chr(int(code[1], 8)), path)
