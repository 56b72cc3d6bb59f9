"""The files of a memory cgroup, version 1 and 2, under the names of CgroupSeries."""

from __future__ import annotations

import re

from goom.case.errors import BadInput

V1_NO_LIMIT_BYTES = 1 << 62  # the kernel prints LONG_MAX, rounded down to a page

# File -> figure, where the file is one number. A limit of "max" is no figure.
_NUMBERS = {
    "memory.current": "usage_bytes",
    "memory.max": "limit_bytes",
    "memory.high": "high_bytes",
    "memory.low": "low_bytes",
    "memory.min": "min_bytes",
    "memory.peak": "peak_bytes",
    "memory.swap.current": "swap_bytes",
    "memory.swap.max": "swap_limit_bytes",
    "memory.soft_limit_in_bytes": "soft_limit_bytes",
    "memory.usage_in_bytes": "usage_bytes",
    "memory.limit_in_bytes": "limit_bytes",
    "memory.max_usage_in_bytes": "peak_bytes",
    "memory.failcnt": "limit_hits",
    "memory.kmem.usage_in_bytes": "kernel_bytes",
}
_STAT_V1 = {
    "rss": "anon_bytes",
    "cache": "file_bytes",
    "mapped_file": "mapped_file_bytes",
    "shmem": "shmem_bytes",
    "rss_huge": "anon_huge_bytes",
    "swap": "swap_bytes",
}
_STAT_V2 = {
    "anon": "anon_bytes",
    "file": "file_bytes",
    "file_mapped": "mapped_file_bytes",
    "shmem": "shmem_bytes",
    "kernel": "kernel_bytes",
    "kernel_stack": "kernel_stack_bytes",
    "pagetables": "page_tables_bytes",
    "slab": "slab_bytes",
    "sock": "sock_bytes",
    "anon_thp": "anon_huge_bytes",
}
_EVENTS = {
    "high": "high_events",
    "max": "limit_hits",
    "oom": "oom_events",
    "oom_kill": "oom_kills",
}
_LIMITS = ("limit_bytes", "soft_limit_bytes")
_OOM_CONTROL = {"oom_kill": "oom_kills"}

_PAIR = re.compile(r"^([A-Za-z_][\w.]*) (\d{1,20})$", re.MULTILINE)
_PRESSURE = re.compile(
    r"^(some|full) avg10=(\d{1,3}(?:\.\d{1,4})?)(?: [^\n]{0,60}? total=(\d{1,18}))?", re.MULTILINE
)
_STAMP = re.compile(r"-\d{9,}(?:\.txt)?$|\.txt$")


def parse_file(name: str, data: bytes | str) -> dict[str, float]:
    """The figures of one file; ``name`` is the kernel's (``memory.stat``), a folder before it and
    a bundle's stamp after it allowed. Files of pairs are told apart by what they hold.
    """
    text = data if isinstance(data, str) else data.decode("ascii", "replace")
    text = text.replace("\r\n", "\n")
    figure = _NUMBERS.get(kernel_name(name))
    if figure is not None:
        return _number(figure, name, text)
    pressure = parse_pressure(text)
    if pressure:
        return pressure
    pairs = {key: float(value) for key, value in _PAIR.findall(text)}
    if not pairs:
        raise BadInput(
            f"{name} holds no figure of a memory cgroup.",
            "Copy it from the cgroup's folder, e.g.  /sys/fs/cgroup/memory.stat",
        )
    return _of_pairs(pairs)


def parse_pressure(text: str) -> dict[str, float]:
    """Pressure stall figures: pressure_some_fraction and pressure_full_fraction of the last ten
    seconds, _some_seconds and _full_seconds in all; empty when it is no such file.
    """
    figures: dict[str, float] = {}
    for kind, recent, total in _PRESSURE.findall(text):
        figures[f"pressure_{kind}_fraction"] = float(recent) / 100
        if total:
            figures[f"pressure_{kind}_seconds"] = int(total) / 1e6
    return figures


def kernel_name(name: str) -> str:
    """``cgroup/memory.stat-1700000000000000000.txt`` is memory.stat."""
    return _STAMP.sub("", name.rpartition("/")[2])


def is_single_number(name: str) -> bool:
    """Whether this is the name of a cgroup file that holds one number only."""
    return kernel_name(name) in _NUMBERS


def version(data: bytes | str) -> int | None:
    """Which version's memory.stat this is, None when it is no memory.stat."""
    text = data if isinstance(data, str) else data.decode("ascii", "replace")
    keys = {key for key, _ in _PAIR.findall(text)}
    if "hierarchical_memory_limit" in keys:
        return 1
    return 2 if {"anon", "file"} <= keys else None


def _number(figure: str, name: str, text: str) -> dict[str, float]:
    stripped = text.strip()
    if stripped == "max":
        return {}
    if not re.fullmatch(r"\d{1,20}", stripped):
        raise BadInput(f"{name} does not hold a number.", "It should be one figure, or max.")
    value = int(stripped)
    if figure in _LIMITS and value >= V1_NO_LIMIT_BYTES:
        return {}
    return {figure: float(value)}


def _of_pairs(pairs: dict[str, float]) -> dict[str, float]:
    if "hierarchical_memory_limit" in pairs:
        figures = _named(pairs, _STAT_V1)
        # The charge is that of the whole subtree, so its parts are too.
        figures |= _named(pairs, {f"total_{key}": name for key, name in _STAT_V1.items()})
        if pairs["hierarchical_memory_limit"] < V1_NO_LIMIT_BYTES:
            figures["limit_bytes"] = pairs["hierarchical_memory_limit"]
        return figures
    if "anon" in pairs:
        return _named(pairs, _STAT_V2)
    if "under_oom" in pairs:
        return _named(pairs, _OOM_CONTROL)
    return _named(pairs, _EVENTS)


def _named(pairs: dict[str, float], names: dict[str, str]) -> dict[str, float]:
    return {name: pairs[key] for key, name in names.items() if key in pairs}
