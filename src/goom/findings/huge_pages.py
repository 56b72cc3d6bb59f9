"""Huge pages that hold what Go has given back."""

from __future__ import annotations

from collections.abc import Iterator

from goom.case.memory_view import HugePageView
from goom.case.units import MIB, bytes_text, percent_text
from goom.case.verdict import Finding
from goom.rooms import finding

_LEAST_BYTES = 4 * MIB
_LEAST_SHARE = 0.05  # of what is in huge pages of the heap
_MUCH_IN_STACKS_BYTES = 16 * MIB


@finding
def huge_pages_hold(view: HugePageView) -> Iterator[Finding]:
    """Resident in Go's arenas, in huge pages, and counted as released by Go."""
    back, huge = view.brought_back_bytes, view.heap_huge_bytes
    if back >= max(_LEAST_BYTES, _LEAST_SHARE * huge):
        how = f" How: {view.mechanism}." if view.mechanism else ""
        yield Finding(
            code="huge_pages_hold",
            title="Huge pages hold memory that Go has given back",
            detail=f"At least {bytes_text(back)} of Go's heap are resident although Go counts them "
            f"as released ({percent_text(back / huge)} of {bytes_text(huge)} in huge pages): "
            f"GOMEMLIMIT cannot see them.{how} Against it: {view.remedy}.",
            source="smaps, MemStats",
        )
    if view.in_stacks_bytes >= _MUCH_IN_STACKS_BYTES:
        yield Finding(
            code="huge_pages_in_stacks",
            title="Thread stacks are in huge pages",
            detail=f"{bytes_text(view.in_stacks_bytes)} of thread stacks are in huge pages, 2 MiB "
            "for each stack that uses a few KiB. Against it: prctl(PR_SET_THP_DISABLE) around the "
            "program, or enabled=madvise on the host.",
            source="smaps",
        )
