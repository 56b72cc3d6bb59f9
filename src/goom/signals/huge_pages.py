"""Transparent huge pages against Go's heap: what came back that Go had returned, and how.

Go returns pages with MADV_DONTNEED. The kernel brings memory back in two ways that Go does not see:
the first touch of a range that has no page yet maps all its 2 MiB (mode always, or MADV_HUGEPAGE),
and khugepaged, or MADV_COLLAPSE, makes one huge page of a range with holes (max_ptes_none says how
many of 512 pages may be missing). HeapReleased then counts memory that is resident. What Go's
versions ask for is in mem_linux.go and mgcscavenge.go of each.
"""

from __future__ import annotations

import re
from math import isnan, nan

import numpy as np

from goom.case.memory_view import HugePageView, MappingKinds
from goom.case.subject import Subject
from goom.case.surroundings import HugePages, SurroundingsLooks
from goom.rooms import signal
from goom.signals.go_memory import GoMemory
from goom.signals.regions import Regions

_TOGETHER_SECONDS = 1.0
_ARENAS = ("heap_inuse_bytes", "heap_idle_bytes", "heap_released_bytes", "stack_inuse_bytes")


@signal
def huge_pages(
    subject: Subject,
    kinds: MappingKinds,
    around: SurroundingsLooks | None,
    regions: Regions | None,
    memory: GoMemory | None,
) -> HugePageView:
    """The kernel's settings, huge pages in the heap, and what Go counts as given back of them."""
    heap, stacks = kinds.row("go_heap"), kinds.row("thread_stack")
    settings = around.all[-1].huge if around is not None else HugePages()
    advised = heap.advised if heap is not None else 0
    return HugePageView(
        mode=settings.enabled,
        max_ptes_none=settings.max_ptes_none,
        heap_huge_bytes=heap.huge_bytes if heap is not None else nan,
        brought_back_bytes=_brought_back(regions, memory),
        in_stacks_bytes=stacks.huge_bytes if stacks is not None else 0.0,
        heap_advised=advised,
        heap_advised_against=heap.advised_against if heap is not None else 0,
        mechanism=_mechanism(subject.go_version, settings, advised > 0),
        remedy=_remedy(subject.go_version),
    )


def _brought_back(regions: Regions | None, memory: GoMemory | None) -> float:
    """Resident in the arenas less what Go counts as ready there, at most what is in huge pages and
    what was given back: the least over the looks, as an allocation between the two looks adds.
    """
    if regions is None or memory is None or not len(regions):
        return nan
    found = [
        excess for row in range(len(regions)) if not isnan(excess := _excess(regions, row, memory))
    ]
    recent = found[-3:]
    return min(recent) if recent else nan


def _excess(regions: Regions, row: int, memory: GoMemory) -> float:
    """At one look at the mappings; of Go's looks just before and after it the one that has most
    ready counts, as a heap that grows in between is not brought back by anybody.
    """
    at = float(regions.time_seconds[row])
    if not set(_ARENAS) <= memory.columns.keys():
        return nan
    near = np.flatnonzero(np.abs(memory.time_seconds - at) <= _TOGETHER_SECONDS)
    in_use, idle, released, stacks = (memory.columns[name][near] for name in _ARENAS)
    ready = in_use + idle - released + stacks
    if not len(near) or np.isnan(ready).all():
        return nan
    resident = float(regions.columns["go_heap_anon_bytes"][row])
    huge = float(regions.columns["go_heap_huge_bytes"][row])
    given_back = float(np.nanmax(released))
    return max(min(resident - float(np.nanmax(ready)), huge, given_back), 0.0)


def _mechanism(version: str | None, settings: HugePages, advised: bool) -> str:
    parts = []
    if settings.enabled == "always":
        parts.append(
            "the kernel gives huge pages to everything (enabled=always): the first touch of a "
            "range that has no page yet makes all its 2 MiB resident"
        )
    if settings.max_ptes_none > 0 and (settings.enabled == "always" or advised):
        parts.append(
            f"khugepaged fills a range of which up to {settings.max_ptes_none:.0f} of 512 pages "
            "are missing (max_ptes_none)"
        )
    parts += _of_go(version, advised)
    return "; ".join(parts)


def _of_go(version: str | None, advised: bool) -> list[str]:
    number = _number(version)
    if number is None:
        return []
    if number < (1, 21, 1):
        return [f"Go {version} itself asks for huge pages for the heap (MADV_HUGEPAGE)"]
    if number < (1, 21, 4):
        return [f"Go {version} itself collapses dense ranges of the heap (MADV_COLLAPSE)"]
    if advised:
        return [f"the program asked for them (MADV_HUGEPAGE): Go {version} does not, for the heap"]
    return []


def _remedy(version: str | None) -> str:
    """What stops it, for this version."""
    host = "max_ptes_none=0, or enabled=madvise, on the host"
    number = _number(version)
    if number is not None and number < (1, 21, 6):
        return f"Go 1.21.6 or later, which never asks for them and knows disablethp; or {host}"
    return f"GODEBUG=disablethp=1 (MADV_NOHUGEPAGE for the heap); or {host}"


def _number(version: str | None) -> tuple[int, int, int] | None:
    found = re.match(r"1\.(\d{1,3})(?:\.(\d{1,3}))?", version or "")
    return (1, int(found[1]), int(found[2] or 0)) if found else None
