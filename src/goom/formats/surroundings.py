"""Kernel files of one moment in one text, as ``tail -n +1 -v FILE...`` prints them.

    ==> /sys/fs/cgroup/kubepods/pod7/memory.max <==
    134217728

A folder with ``memory.stat`` is a level of the process's hierarchy, the deepest is its own; a
folder with nothing but its usage is a neighbour. Anything else is passed over.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from math import isnan, nan
from pathlib import PurePosixPath

from goom.case.errors import BadInput, TooLarge
from goom.case.surroundings import (
    HUGE_PAGE_BYTES,
    CgroupLevel,
    CpuLevel,
    HugePages,
    Surroundings,
)
from goom.case.units import KIB
from goom.formats import cgroup

_SECTION = re.compile(r"^==> (/[^\n]{1,4096}) <==$", re.MULTILINE)
_MOST_SECTIONS = 1 << 16
_MOST_NUMBERS = 1 << 14
_USAGE = ("memory.current", "memory.usage_in_bytes")
_HUGE = "/sys/kernel/mm/transparent_hugepage/"
_NODES = "/sys/devices/system/node/"
_MEMINFO = {
    "MemTotal": "total_bytes",
    "MemAvailable": "available_bytes",
    "SwapTotal": "swap_total_bytes",
    "SwapFree": "swap_free_bytes",
}
_KIB_LINE = re.compile(r"^(\w+): +(\d{1,15}) kB$", re.MULTILINE)
_ALLOWED = re.compile(r"^Cpus_allowed_list:\s*([\d,-]{1,4096})$", re.MULTILINE)
_CHOSEN = re.compile(r"\[([a-z+_]{1,32})\]")

Sections = Mapping[str, str]
Folders = dict[str, dict[str, str]]


def parse(data: bytes | str, *, taken_at_seconds: float = nan, origin: str = "") -> Surroundings:
    """Read the text; BadInput when it has no section, TooLarge for more than any machine has."""
    sections = _sections(data)
    folders = _folders(sections)
    levels = _with_pressure(_levels(folders), folders)
    return Surroundings(
        taken_at_seconds=taken_at_seconds,
        levels=levels,
        cpu=_cpu_levels(folders),
        huge=_huge(folders.get(_HUGE.rstrip("/"), {}), sections),
        machine=_machine(sections),
        nodes=_numbers(sections.get(f"{_NODES}online", "")),
        node_cpus=_node_cpus(sections),
        allowed_cpus=_allowed(sections),
        unseen_limit_bytes=_unseen_limit(folders, levels),
        origin=origin,
    )


def _sections(data: bytes | str) -> Sections:
    text = data if isinstance(data, str) else data.decode("utf-8", "replace")
    text = text.replace("\r\n", "\n")
    heads = list(_SECTION.finditer(text))
    if not heads:
        raise BadInput(
            "it holds no file of the kernel.", "Take it with:  goom capture PID -o x.goom"
        )
    if len(heads) > _MOST_SECTIONS:
        raise TooLarge(f"it holds more than {_MOST_SECTIONS:,} files.", "Look at one process.")
    ends = [head.start() for head in heads[1:]] + [len(text)]
    return {
        head[1]: text[head.end() : end].strip("\n") for head, end in zip(heads, ends, strict=True)
    }


def _folders(sections: Sections) -> Folders:
    folders: Folders = {}
    for path, text in sections.items():
        folder, _, name = path.rpartition("/")
        folders.setdefault(folder or "/", {})[name] = text
    return folders


def _levels(folders: Folders) -> tuple[CgroupLevel, ...]:
    own = [folder for folder, files in folders.items() if "memory.stat" in files]
    own.sort(key=len, reverse=True)
    chain = [folder for folder in own if _is_above(folder, own[0])]
    neighbours = _neighbours(folders, set(chain))
    return tuple(
        CgroupLevel(
            path=_below(folder, chain[-1]),
            version=2 if "memory.current" in folders[folder] else _version(folders[folder]),
            figures=_figures(folders[folder]),
            neighbours=neighbours.get(str(PurePosixPath(folder).parent), ()),
        )
        for folder in chain
    )


def _with_pressure(levels: tuple[CgroupLevel, ...], folders: Folders) -> tuple[CgroupLevel, ...]:
    """The own level of version 1 with the pressure of its twin in a hierarchy of version 2."""
    stated = [one["memory.pressure"] for one in folders.values() if _is_twin(one)]
    if not levels or levels[0].version == 2 or not stated:
        return levels
    figures = {**levels[0].figures, **cgroup.parse_pressure(stated[0])}
    return (replace(levels[0], figures=figures), *levels[1:])


def _is_twin(files: Mapping[str, str]) -> bool:
    return "memory.pressure" in files and not files.keys() & {"memory.stat", *_USAGE}


def _version(files: Mapping[str, str]) -> int:
    """A root of version 2 has no usage of its own."""
    return 1 if "memory.usage_in_bytes" in files else 2


def _is_above(folder: str, other: str) -> bool:
    return other == folder or other.startswith(folder.rstrip("/") + "/")


def _below(folder: str, mount: str) -> str:
    return folder[len(mount.rstrip("/")) :] or "/"


def _figures(files: Mapping[str, str]) -> dict[str, float]:
    figures: dict[str, float] = {}
    for name, text in files.items():
        if not name.startswith("memory."):
            continue
        with suppress(BadInput):
            figures |= cgroup.parse_file(name, text)
    # v1's memory.stat names the tightest limit of all ancestors: that is not this level's own
    own = files.get("memory.limit_in_bytes", files.get("memory.max", ""))
    figures.pop("limit_bytes", None)
    with suppress(BadInput):
        figures |= cgroup.parse_file("memory.limit_in_bytes", own) if own.strip() else {}
    return figures


def _neighbours(folders: Folders, chain: set[str]) -> dict[str, tuple[tuple[str, float], ...]]:
    found: dict[str, list[tuple[str, float]]] = {}
    for folder, files in folders.items():
        stated = next((files[name] for name in _USAGE if name in files), None)
        if folder in chain or stated is None or "memory.stat" in files:
            continue
        parent, _, name = folder.rpartition("/")
        if stated.strip().isdecimal() and len(stated) < 20:
            found.setdefault(parent or "/", []).append((name, float(stated)))
    return {
        parent: tuple(sorted(pairs, key=lambda pair: -pair[1])) for parent, pairs in found.items()
    }


def _unseen_limit(folders: Folders, levels: Iterable[CgroupLevel]) -> float:
    """A limit that version 1 knows of and no level has: an ancestor beyond the mount."""
    seen = [one.limit_bytes for one in levels if not isnan(one.limit_bytes)]
    for files in folders.values():
        stat = files.get("memory.stat", "")
        found = re.search(r"^hierarchical_memory_limit (\d{1,20})$", stat, re.MULTILINE)
        if found and int(found[1]) < min([cgroup.V1_NO_LIMIT_BYTES, *seen]):
            return float(found[1])
    return nan


def _cpu_levels(folders: Folders) -> tuple[CpuLevel, ...]:
    own = [one for one, files in folders.items() if {"cpu.max", "cpu.cfs_quota_us"} & files.keys()]
    own.sort(key=len, reverse=True)
    chain = [folder for folder in own if _is_above(folder, own[0])]
    return tuple(_cpu(folders[folder], _below(folder, chain[-1])) for folder in chain)


def _cpu(files: Mapping[str, str], path: str) -> CpuLevel:
    if "cpu.max" in files:
        words = files["cpu.max"].split()
    else:
        words = [files["cpu.cfs_quota_us"].strip(), files.get("cpu.cfs_period_us", "").strip()]
    quota = [float(word) for word in words if word.isdecimal() and 0 < len(word) < 16]
    stat = dict(re.findall(r"^(\w+) (\d{1,20})$", files.get("cpu.stat", ""), re.MULTILINE))
    microseconds = float(stat.get("throttled_usec", nan))
    nanoseconds = float(stat.get("throttled_time", nan))
    return CpuLevel(
        path=path,
        quota_cpus=quota[0] / quota[1] if len(quota) == 2 and quota[1] > 0 else nan,
        periods=float(stat.get("nr_periods", nan)),
        throttled_periods=float(stat.get("nr_throttled", nan)),
        throttled_seconds=nanoseconds / 1e9 if isnan(microseconds) else microseconds / 1e6,
    )


def _huge(files: Mapping[str, str], sections: Sections) -> HugePages:
    most = sections.get(f"{_HUGE}khugepaged/max_ptes_none", "").strip()
    size = files.get("hpage_pmd_size", "").strip()
    return HugePages(
        enabled=_chosen(files.get("enabled", "")),
        defrag=_chosen(files.get("defrag", "")),
        shmem_enabled=_chosen(files.get("shmem_enabled", "")),
        max_ptes_none=float(most) if re.fullmatch(r"\d{1,6}", most) else nan,
        page_bytes=float(size if re.fullmatch(r"[1-9]\d{3,10}", size) else HUGE_PAGE_BYTES),
    )


def _chosen(text: str) -> str:
    """``always [madvise] never`` is madvise."""
    found = _CHOSEN.search(text)
    return found[1] if found else ""


def _machine(sections: Sections) -> dict[str, float]:
    pairs = dict(_KIB_LINE.findall(sections.get("/proc/meminfo", "")))
    figures = {name: float(int(pairs[key]) * KIB) for key, name in _MEMINFO.items() if key in pairs}
    return figures | cgroup.parse_pressure(sections.get("/proc/pressure/memory", ""))


def _node_cpus(sections: Sections) -> dict[int, tuple[int, ...]]:
    found = {}
    for path, text in sections.items():
        node = re.fullmatch(rf"{_NODES}node(\d{{1,4}})/cpulist", path)
        if node:
            found[int(node[1])] = _numbers(text)
    return found


def _allowed(sections: Sections) -> tuple[int, ...]:
    for path, text in sections.items():
        if re.fullmatch(r"/proc/\w+/status", path):
            allowed = _ALLOWED.search(text)
            return _numbers(allowed[1]) if allowed else ()
    return ()


def _numbers(text: str) -> tuple[int, ...]:
    """``0-3,8`` as 0, 1, 2, 3, 8; empty for anything else."""
    found: list[int] = []
    for part in text.strip().split(","):
        bounds = re.fullmatch(r"(\d{1,6})(?:-(\d{1,6}))?", part)
        if bounds is None:
            return ()
        first, last = int(bounds[1]), int(bounds[2] or bounds[1])
        found += range(first, min(last, first + _MOST_NUMBERS) + 1)
        if len(found) > _MOST_NUMBERS:
            return ()
    return tuple(found)
