"""A limit that is an ancestor's: others use it up too, and the cgroup's own figures do not show."""

from __future__ import annotations

from collections.abc import Iterator
from math import isnan

from goom.case.evidence import Evidence
from goom.case.memory_view import MemoryBudget
from goom.case.surroundings import SurroundingsLooks
from goom.case.units import bytes_text, percent_text
from goom.case.verdict import Finding
from goom.rooms import finding

_SHARED = 0.05  # of the limit; less is the batches of the kernel and small helpers


@finding
def cgroup_levels(
    evidence: Evidence, around: SurroundingsLooks, budget: MemoryBudget
) -> Iterator[Finding]:
    """The neighbours under an ancestor's limit; an ancestor that cannot be seen from here."""
    unseen = around.all[-1].unseen_limit_bytes
    if not isnan(unseen):
        yield Finding(
            code="limit_unseen",
            title="The limit is that of a cgroup that cannot be seen from here",
            detail=f"{bytes_text(unseen)} come from above what is mounted here (the hierarchical "
            "limit of memory.stat says so): who else is under it is not known. Look from the host.",
            source="memory.stat",
        )
    neighbours = budget.neighbours_bytes
    if budget.is_ancestors and budget.limit_of and neighbours > _SHARED * budget.limit_bytes:
        names = next((one.note for one in budget.lines if one.key == "neighbours"), "")
        yield Finding(
            code="binding_ancestor",
            title="The limit that is reached first is an ancestor's, and others use it too",
            detail=f"{bytes_text(budget.limit_bytes)} are the limit of {budget.limit_of}, and "
            f"neighbours use {bytes_text(neighbours)} of it "
            f"({percent_text(neighbours / budget.limit_bytes)})"
            + (f": {names}" if names else "")
            + ". The kernel kills somewhere in all of it, whoever went over. Count them in, or "
            "give this service a limit of its own.",
            source=evidence.surroundings.all[-1].origin,
        )
