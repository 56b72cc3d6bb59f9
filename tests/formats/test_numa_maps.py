"""numa_maps: real ones of this machine's one node, and two nodes as the documentation has them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from goom.case.errors import BadInput
from goom.case.units import KIB
from goom.formats import numa_maps, smaps
from goom.formats.recognise import Kind, recognise

TWO_NODES = (Path(__file__).parents[1] / "fuzz/corpus/numa_maps/two-nodes").read_bytes()


def test_two_nodes_in_the_documented_format_have_their_pages_by_node() -> None:
    seen = numa_maps.parse(TWO_NODES)
    assert recognise(TWO_NODES) is Kind.NUMA_MAPS
    assert seen.nodes == (0, 1)
    assert seen.node_bytes[0].tolist() == [700 * 4 * KIB, 324 * 4 * KIB]
    assert seen.node_bytes[1].tolist() == [2048 * KIB, 2048 * KIB]  # huge pages
    assert seen.policies == ("default", "interleave:0-1", "prefer=static:1", "bind:0")
    assert seen.names == ("", "", "/usr/bin/app", "stack")
    assert seen.anonymous_bytes[0] == 4096 * KIB
    assert seen.start[0] == 0xC000000000


def test_this_process_on_its_one_node_has_the_pages_that_smaps_has() -> None:
    data = Path("/proc/self/numa_maps").read_bytes()
    seen = numa_maps.parse(data)
    mapped = smaps.parse(Path("/proc/self/smaps").read_bytes())
    assert recognise(data) is Kind.NUMA_MAPS
    rss = float(np.nansum(mapped.rss_bytes))
    assert seen.node_bytes.sum() == pytest.approx(rss, rel=0.1)


@pytest.mark.parametrize("data", [b"", b"c000 rw-p 0\n", b"zz default\n"])
def test_what_is_no_numa_maps_is_refused(data: bytes) -> None:
    with pytest.raises(BadInput):
        numa_maps.parse(data)
