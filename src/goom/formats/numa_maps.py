"""/proc/PID/numa_maps: on which memory nodes each mapping's pages are, and by which policy.

The format is the kernel's (proc(5), Documentation/filesystems/proc.rst): an address, a policy, and
``key=value`` words; ``N0=12`` is 12 pages on node 0, ``kernelpagesize_kB`` is their size.
"""

from __future__ import annotations

import re
from math import nan

import numpy as np

from goom.case.errors import BadInput, TooLarge
from goom.case.surroundings import NumaMaps
from goom.case.units import KIB

_LINE = re.compile(rb"^([0-9a-f]{1,16}) (\S{1,200})((?: [^\n]*)?)$", re.MULTILINE)
_ON_NODE = re.compile(rb" N(\d{1,4})=(\d{1,12})")
_ANON = re.compile(rb" anon=(\d{1,12})")
_PAGE_KIB = re.compile(rb" kernelpagesize_kB=(\d{1,8})")
_FILE = re.compile(rb" file=(\S+)")
_WORD = re.compile(rb" (heap|stack)(?: |$)")
_MOST_MAPPINGS = 1 << 20
_MOST_CELLS = 1 << 24  # mappings times nodes
_HINT = "Copy the file whole:  cat /proc/PID/numa_maps > numa_maps.txt"


def parse(data: bytes | str, *, taken_at_seconds: float = nan, origin: str = "") -> NumaMaps:
    """Read the whole file; lines of another form are passed over."""
    raw = data.encode("utf-8", "replace") if isinstance(data, str) else data
    raw = raw.replace(b"\r\n", b"\n")
    lines = [line for line in _LINE.finditer(raw) if _looks_right(line[2], line[3])]
    if not lines:
        raise BadInput("no mapping found: this is not /proc/PID/numa_maps.", _HINT)
    counts = [{int(node): int(pages) for node, pages in _ON_NODE.findall(one[3])} for one in lines]
    nodes = tuple(sorted({node for one in counts for node in one}))
    if len(lines) > _MOST_MAPPINGS or len(lines) * len(nodes) > _MOST_CELLS:
        raise TooLarge("more mappings and nodes than a kernel has.", _HINT)
    sizes = np.array([_number(_PAGE_KIB, one[3], 4) * KIB for one in lines])
    pages = np.array([[one.get(node, 0) for node in nodes] for one in counts], dtype=np.float64)
    anonymous = np.array([_number(_ANON, one[3], 0) for one in lines])
    return NumaMaps(
        taken_at_seconds=taken_at_seconds,
        start=np.array([int(one[1], 16) for one in lines], np.uint64),
        policies=tuple(one[2].decode("ascii", "replace") for one in lines),
        names=tuple(_name(one[3]) for one in lines),
        nodes=nodes,
        node_bytes=pages.reshape(len(lines), len(nodes)) * sizes[:, None],
        anonymous_bytes=anonymous * sizes,
        origin=origin,
    )


def _looks_right(policy: bytes, rest: bytes) -> bool:
    """A policy, and nothing after it or what a numa_maps line has."""
    known = policy.split(b":")[0].split(b"=")[0]
    names = (b"default", b"bind", b"interleave", b"weighted", b"prefer", b"local", b"mpol")
    return known.startswith(names) and (not rest or b"=" in rest or rest in (b" heap", b" stack"))


def _number(pattern: re.Pattern[bytes], rest: bytes, default: int) -> float:
    found = pattern.search(rest)
    return float(int(found[1]) if found else default)


def _name(rest: bytes) -> str:
    file = _FILE.search(rest)
    if file:
        return file[1].decode("utf-8", "replace")
    word = _WORD.search(rest)
    return word[1].decode() if word else ""
