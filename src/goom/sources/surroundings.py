"""Takes one look at what surrounds a process: kernel files, unchanged, in one text.

Reads only: nothing stops, no lock of the process is taken (numa_maps apart, which is asked for by
itself). Bounded: at most 64 levels, 512 neighbours a level of which the largest are kept.
"""

from __future__ import annotations

import heapq
import os
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

from goom.formats import cgroup_places
from goom.formats.cgroup_places import CgroupPlace
from goom.sources import procfs

_MEMORY = {
    1: (
        "memory.stat",
        "memory.usage_in_bytes",
        "memory.limit_in_bytes",
        "memory.max_usage_in_bytes",
        "memory.soft_limit_in_bytes",
        "memory.kmem.usage_in_bytes",
        "memory.failcnt",
        "memory.oom_control",
    ),
    2: (
        "memory.stat",
        "memory.current",
        "memory.max",
        "memory.high",
        "memory.low",
        "memory.min",
        "memory.peak",
        "memory.swap.current",
        "memory.swap.max",
        "memory.events",
        "memory.pressure",
    ),
}
_USAGE = {1: "memory.usage_in_bytes", 2: "memory.current"}
_CPU = {1: ("cpu.cfs_quota_us", "cpu.cfs_period_us", "cpu.stat"), 2: ("cpu.max", "cpu.stat")}
_HUGE = "/sys/kernel/mm/transparent_hugepage"
_MACHINE = (
    f"{_HUGE}/enabled",
    f"{_HUGE}/defrag",
    f"{_HUGE}/shmem_enabled",
    f"{_HUGE}/hpage_pmd_size",
    f"{_HUGE}/khugepaged/max_ptes_none",
    "/proc/meminfo",
    "/proc/pressure/memory",
    "/sys/devices/system/node/online",
)
_MOST_BYTES = 1 << 16  # of one file
_MOST_LEVELS, _MOST_NEIGHBOURS, _MOST_KEPT, _MOST_NODES = 64, 512, 16, 64


def places_of(pid: int) -> tuple[CgroupPlace, ...]:
    """The process's cgroups as they can be seen from here; OSError when it is gone."""
    cgroup = procfs.read_whole(pid, "cgroup", max_bytes=1 << 20)
    mounts = Path("/proc/self/mountinfo").read_bytes()
    return cgroup_places.parse(os.fsdecode(cgroup), os.fsdecode(mounts))


def look(pid: int) -> bytes:
    """Everything, as ``tail -n +1 -v FILE...`` would print it; OSError when it is gone."""
    files = list(_of_process(pid))
    for place in places_of(pid):
        files += files_of(place)
    files += [(path, text) for path in _MACHINE if (text := _read(path))]
    files += _nodes()
    return as_text(files)


def files_of(place: CgroupPlace) -> Iterator[tuple[str, bytes]]:
    """Memory and CPU files of a process's cgroup and of each above it."""
    if place.version == 2 or "memory" in place.controllers:
        yield from _memory(place)
    if place.version == 2 or "cpu" in place.controllers:
        yield from _each(place, _CPU[place.version])


def as_text(files: Iterable[tuple[str, bytes]]) -> bytes:
    """Each file under its path."""
    return b"".join(b"==> %s <==\n%s\n" % (os.fsencode(path), text) for path, text in files)


def is_numa() -> bool:
    """Whether the machine has more than one memory node."""
    return any(mark in _read("/sys/devices/system/node/online") for mark in (b"-", b","))


def _of_process(pid: int) -> Iterator[tuple[str, bytes]]:
    for name in ("cgroup", "status"):
        yield f"/proc/{pid}/{name}", procfs.read_whole(pid, name, max_bytes=_MOST_BYTES)


def _memory(place: CgroupPlace) -> Iterator[tuple[str, bytes]]:
    """The levels from the own one up, and what the neighbours of each use."""
    levels = place.ancestors[:_MOST_LEVELS]
    if not any((Path(folder) / _USAGE[place.version]).exists() for folder in levels):
        # a hierarchy of version 2 beside version 1's memory controller: pressure is known of it
        path = f"{place.folder}/memory.pressure"
        text = _read(path)
        if text and place.folder != place.mount:
            yield path, text
        return
    yield from _each(place, _MEMORY[place.version])
    for folder in levels[:-1]:
        yield from _neighbours(Path(folder), _USAGE[place.version])


def _each(place: CgroupPlace, names: Iterable[str]) -> Iterator[tuple[str, bytes]]:
    for folder in place.ancestors[:_MOST_LEVELS]:
        for name in names:
            text = _read(f"{folder}/{name}")
            if text:
                yield f"{folder}/{name}", text


def _neighbours(own: Path, usage: str) -> list[tuple[str, bytes]]:
    try:
        with os.scandir(own.parent) as entries:
            folders = (one for one in entries if one.is_dir(follow_symlinks=False))
            others = (f"{one.path}/{usage}" for one in folders if one.name != own.name)
            chosen = [(path, _read(path).strip()) for path in islice(others, _MOST_NEIGHBOURS)]
    except OSError:
        return []
    found = [(int(text), path, text) for path, text in chosen if text.isdigit()]
    return [(path, text) for _, path, text in heapq.nlargest(_MOST_KEPT, found)]


def _nodes() -> Iterator[tuple[str, bytes]]:
    folders = sorted(Path("/sys/devices/system/node").glob("node[0-9]*"))
    for folder in folders[:_MOST_NODES]:
        path = f"{folder}/cpulist"
        yield path, _read(path)


def _read(path: str) -> bytes:
    try:
        with open(path, "rb", buffering=0) as file:  # noqa: PTH123 - once per file, many files
            return file.read(_MOST_BYTES)
    except OSError:
        return b""
