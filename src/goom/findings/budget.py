"""A GOMEMLIMIT that would fit if nothing else were under the container's limit."""

from __future__ import annotations

from collections.abc import Iterator
from math import isnan

from goom.case.memory_view import MemoryBudget
from goom.case.units import MIB, bytes_text
from goom.case.verdict import Finding
from goom.rooms import finding

_TOLERANCE = 1.02
_ABOVE_LIMIT = 0.97  # from here on another finding says it


@finding
def gomemlimit_above_budget(budget: MemoryBudget) -> Iterator[Finding]:
    """Go may use all of GOMEMLIMIT, and what it cannot see comes on top."""
    soft, advised = budget.gomemlimit_bytes, budget.advised_gomemlimit_bytes
    if isnan(soft) or isnan(advised) or soft > _ABOVE_LIMIT * budget.limit_bytes:
        return
    if soft > _TOLERANCE * advised:
        yield Finding(
            code="gomemlimit_above_budget",
            title="GOMEMLIMIT leaves too little for what Go cannot see",
            detail=f"GOMEMLIMIT={bytes_text(soft)}, and up to {bytes_text(budget.unseen_bytes)} "
            f"were used beside it (C, mmap, the binary, the kernel, neighbours): together more "
            f"than the {bytes_text(budget.limit_bytes)} of the limit. "
            f"GOMEMLIMIT={int(advised // MIB)}MiB keeps within it; {budget.advice}.",
            source="goom memory",
        )
