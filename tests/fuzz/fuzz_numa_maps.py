"""Any bytes as numa_maps."""

from __future__ import annotations

from contextlib import suppress

from goom.case.errors import GoomError
from goom.formats import numa_maps


def one_input(data: bytes) -> None:
    """Read; every mapping has a figure for every node."""
    with suppress(GoomError):
        found = numa_maps.parse(data)
        assert found.node_bytes.shape == (len(found.start), len(found.nodes))
