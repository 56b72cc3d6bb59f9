"""What the kernel charged, by what the pages are: the frame that Go's accounting must fit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import isnan, nan

from goom.case.subject import Subject
from goom.signals.go_memory import METADATA
from goom.signals.ledger.moment import Moment, anonymous_bytes

KERNEL_STACK_BYTES = 16 * 1024  # of each thread, amd64 and arm64
# What Go reserves for itself at start and hardly ever writes: the profiler's hash table (1.4 MiB),
# page summaries, the heap bitmap of the first arena up to 1.21. Measured as *Sys - resident over
# nine programs each: 3.5 to 4.4 MiB on 1.21.13, 2.9 to 3.5 MiB on 1.22.10 and 1.27.3.
_UNTOUCHED_METADATA_BYTES = {"old": 3.9 * 2**20, "new": 3.2 * 2**20}
_LEAST_METADATA_BYTES = 0.5 * 2**20
_METADATA_PER_ARENA_BYTE = 0.035  # where Go's own figures are not known: as measured, at most

CHARGE_BATCH_BYTES = 64 * 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """What is to be explained, and the kernel's own counters of it; nan: not counted."""

    bytes: int
    name: str
    anonymous: float  # nan when not told apart
    kernel: float = nan
    mapped_files: float = nan
    page_cache: float = nan
    shared: float = nan

    def ahead(self, procs: int) -> float:
        """What the kernel charged ahead: it takes 64 pages at a time for each CPU and charges
        from them (MEMCG_CHARGE_BATCH, mm/memcontrol.c); no counter names what is left of them.
        """
        return min(self.apart, procs * CHARGE_BATCH_BYTES) if self.apart > 0 else 0.0

    @property
    def apart(self) -> float:
        """The charge less all counters: what the kernel charged ahead; nan when one is missing."""
        return self.bytes - self.anonymous - self.kernel - self.mapped_files - self.page_cache


def charge_of(moment: Moment, subject: Subject) -> Charge | None:
    """The cgroup's charge, else RSS, else what Go says that it has from the system."""
    usage = moment.cgroup.get("usage_bytes", nan)
    if not isnan(usage):
        return _of_cgroup(moment.cgroup, usage, subject)
    resident = [value for name, value in moment.regions.items() if _is_resident(name)]
    if resident and not isnan(sum(resident)):
        anonymous = anonymous_bytes(moment.regions)
        files = sum(resident) - anonymous
        return Charge(
            bytes=round(sum(resident)), name="RSS", anonymous=anonymous, mapped_files=files
        )
    rss = moment.process.get("rss_bytes", nan)
    if not isnan(rss):
        anonymous = moment.process.get("rss_anon_bytes", nan)
        return Charge(
            bytes=round(rss), name="RSS", anonymous=anonymous, mapped_files=rss - anonymous
        )
    taken = moment.go.get("sys_bytes", nan) - moment.go.get("heap_released_bytes", nan)
    return None if isnan(taken) else Charge(bytes=round(taken), name=GO_ONLY, anonymous=nan)


GO_ONLY = "Sys - HeapReleased"


def _is_resident(name: str) -> bool:
    mapped = name.endswith(("_anon_bytes", "_file_bytes"))
    return mapped and not name.startswith("kernel_page")


def _of_cgroup(cgroup: Mapping[str, float], usage: float, subject: Subject) -> Charge:
    cache = cgroup.get("file_bytes", nan)
    mapped = cgroup.get("mapped_file_bytes", nan)
    return Charge(
        bytes=round(usage),
        name="memory.current" if subject.cgroup_version == 2 else "usage_in_bytes",
        anonymous=cgroup.get("anon_bytes", nan),
        kernel=_kernel(cgroup),
        mapped_files=min(mapped, cache),
        page_cache=cache if isnan(mapped) else max(cache - mapped, 0.0),
        shared=cgroup.get("shmem_bytes", nan),
    )


def _kernel(cgroup: Mapping[str, float]) -> float:
    whole = cgroup.get("kernel_bytes", nan)
    if not isnan(whole):
        return whole
    parts = [
        value
        for name in ("kernel_stack_bytes", "page_tables_bytes", "slab_bytes")
        if not isnan(value := cgroup.get(name, nan))
    ]
    return sum(parts) if parts else nan


def metadata_bytes(moment: Moment, subject: Subject) -> float:
    """The resident part of Go's metadata, from MSpanSys, MCacheSys, BuckHashSys, GCSys, OtherSys.

    nan when Go said nothing and no arenas were seen to judge by.
    """
    system = [value for name in METADATA if not isnan(value := moment.go.get(name, nan))]
    if len(system) == len(METADATA):
        untouched = _UNTOUCHED_METADATA_BYTES["old" if _is_old(subject.go_version) else "new"]
        return max(sum(system) - untouched, _LEAST_METADATA_BYTES)
    arenas = moment.regions.get("go_heap_anon_bytes", nan)
    return _LEAST_METADATA_BYTES + _METADATA_PER_ARENA_BYTE * arenas


def _is_old(version: str | None) -> bool:
    parts = (version or "").split(".")
    return len(parts) > 1 and parts[0] == "1" and parts[1].isdigit() and int(parts[1]) <= 21
