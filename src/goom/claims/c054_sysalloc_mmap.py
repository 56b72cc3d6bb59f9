"""sysAlloc gets memory by mmap with MAP_ANON|MAP_PRIVATE."""

from __future__ import annotations

from goom.case.claim import Figures, Judgement, Statement, does_not_hold, holds, holds_in_part
from goom.claims.bench.bench import Bench, Go, Row
from goom.claims.bench.claim import Claim
from goom.claims.bench.reading import every


def measure(bench: Bench) -> Figures:
    """The flags of the three calls, and how a heap looks in /proc/self/maps."""
    return bench.each(_measure)


def _measure(go: Go) -> Row:
    seen = go.run("mappings", "heap").figures()
    alloc, reserve, mapped = (
        go.source.function("runtime/mem_linux.go", name)
        for name in ("sysAllocOS", "sysReserveOS", "sysMapOS")
    )
    grow = go.source.function("runtime/mheap.go", "grow")
    return {
        "sys_alloc_anonymous_private": "_MAP_ANON|_MAP_PRIVATE" in alloc,
        "sys_reserve_without_access": "_PROT_NONE" in reserve,
        "sys_map_fixed": "_MAP_FIXED" in mapped,
        "heap_grows_by_sys_map": "sysMap(" in grow and "sysAlloc(unsafe" not in grow,
        "heap_mapped_bytes": seen["heap_mapped_bytes"],
        "reserved_behind_bytes": seen.get("next_bytes", 0),
        "access_behind": seen.get("next_access", ""),
    }


def judge(figures: Figures) -> Judgement:
    """So for the heap as well: holds. So for sysAlloc while the heap reserves: in part."""
    if not every(figures, lambda row: bool(row["sys_alloc_anonymous_private"])):
        return does_not_hold("sysAlloc maps otherwise")
    reserved = every(
        figures,
        lambda row: bool(row["heap_grows_by_sys_map"]) and str(row["access_behind"]) == "---p",
    )
    if reserved:
        return holds_in_part(
            "so for the runtime's own tables; the heap is reserved without access in arenas of"
            " 64 MiB, of which sysMap opens 4 MiB at first"
        )
    return holds("the heap comes the same way")


CLAIM = Claim(
    Statement(
        id="C054",
        chapter="2.5",
        statement="The runtime takes memory with mmap(MAP_ANONYMOUS|MAP_PRIVATE) in sysAlloc.",
        method=(
            "the flags in sysAllocOS, sysReserveOS and sysMapOS (mem_linux.go); the heap in "
            "/proc/self/maps"
        ),
        rule=(
            "holds when the heap is mapped so too; in part when only sysAlloc is, and the heap "
            "is reserved first"
        ),
        truth=(
            "sysAlloc serves the runtime's own tables. The heap is reserved with PROT_NONE in "
            "arenas of 64 MiB (sysReserve) and opened piece by piece with MAP_FIXED (sysMap); "
            "reserved address space is charged to nobody."
        ),
    ),
    measure,
    judge,
)
