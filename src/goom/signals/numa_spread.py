"""On which memory nodes the pages of each kind are, and how many accesses must cross.

Go's allocator knows nothing of nodes: the kernel places a page where the thread that touches it
first happens to run, and goroutines move between threads and CPUs. So what crosses is a matter of
where pages are and of which CPUs the process may use, and that is what is counted here.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import nan

import numpy as np

from goom.case.evidence import MappingLooks
from goom.case.memory_view import NumaView
from goom.case.series import Mappings
from goom.case.surroundings import NumaLooks, NumaMaps, Surroundings, SurroundingsLooks
from goom.rooms import signal
from goom.signals.mapping_kinds import LABELS
from goom.signals.regions import kinds_of

_ONE_NODE = "one memory node: nothing to say"


@signal
def numa_spread(
    looks: NumaLooks | None, mapped: MappingLooks | None, around: SurroundingsLooks | None
) -> NumaView | None:
    """At the last look; None when neither numa_maps nor the number of nodes is known."""
    newest = around.all[-1] if around is not None else Surroundings()
    if looks is None:
        return NumaView(nodes=newest.nodes, said=_ONE_NODE) if len(newest.nodes) == 1 else None
    return spread(looks.all[-1], mapped.all if mapped is not None else (), newest)


def spread(look: NumaMaps, mapped: tuple[Mappings, ...], around: Surroundings) -> NumaView:
    """Sum by kind; the kind of a mapping is that of the smaps mapping with its address."""
    kinds = _kinds(mapped)
    labels = [LABELS.get(kinds.get(at, ""), "other") for at in look.start.tolist()]
    by_kind = {
        label: tuple(look.node_bytes[[one == label for one in labels]].sum(axis=0).tolist())
        for label in dict.fromkeys(labels)
    }
    by_kind = {label: sizes for label, sizes in by_kind.items() if sum(sizes) > 0}
    nodes = tuple(sorted({*look.nodes, *around.nodes}))
    on_node = dict(zip(look.nodes, look.node_bytes.sum(axis=0).tolist(), strict=True))
    whole = sum(on_node.values())
    if len(nodes) < 2 or whole <= 0:
        said = _ONE_NODE if len(nodes) < 2 else "no page is resident"
        return NumaView(nodes=look.nodes, by_kind=by_kind, policies=_policies(look), said=said)
    shares = {node: on_node.get(node, 0.0) / whole for node in nodes}
    return NumaView(
        nodes=look.nodes,
        by_kind=dict(sorted(by_kind.items(), key=lambda pair: -sum(pair[1]))),
        policies=_policies(look),
        remote_fraction=_remote(shares, around),
        most_fraction=max(shares.values()),
    )


def _remote(shares: Mapping[int, float], around: Surroundings) -> float:
    """1 - sum over nodes of share of CPUs there x share of pages there; nan without the CPUs."""
    allowed = set(around.allowed_cpus)
    cpus = {
        node: len([cpu for cpu in members if not allowed or cpu in allowed])
        for node, members in around.node_cpus.items()
    }
    whole = sum(cpus.values())
    if not whole:
        return nan
    return 1 - sum(cpus.get(node, 0) / whole * share for node, share in shares.items())


def _kinds(mapped: tuple[Mappings, ...]) -> dict[int, str]:
    if not mapped:
        return {}
    return dict(zip(mapped[-1].start.tolist(), kinds_of(mapped[-1]), strict=True))


def _policies(look: NumaMaps) -> tuple[tuple[str, float], ...]:
    sizes = look.node_bytes.sum(axis=1)
    found: dict[str, float] = {}
    for policy, size in zip(look.policies, np.nan_to_num(sizes).tolist(), strict=True):
        found[policy] = found.get(policy, 0.0) + size
    return tuple(sorted(found.items(), key=lambda pair: -pair[1])[:16])
