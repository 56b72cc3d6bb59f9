"""Pages on other memory nodes than the threads that use them."""

from __future__ import annotations

from collections.abc import Iterator

from goom.case.memory_view import NumaView
from goom.case.units import percent_text
from goom.case.verdict import Finding
from goom.rooms import finding

_MUCH = 0.3


@finding
def numa_remote(view: NumaView) -> Iterator[Finding]:
    """The expected share of accesses that cross nodes."""
    if not view.is_told or view.remote_fraction < _MUCH:
        return
    yield Finding(
        code="numa_remote",
        title="Memory accesses cross nodes",
        detail=f"With its threads spread evenly over the CPUs they may use, "
        f"{percent_text(view.remote_fraction)} of accesses go to another memory node; the fullest "
        f"holds {percent_text(view.most_fraction)} of the pages. Go knows nothing of nodes: bind "
        "CPUs and memory to one (cpuset.cpus and cpuset.mems, or numactl --cpunodebind --membind).",
        source="numa_maps",
    )
