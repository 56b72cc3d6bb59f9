"""Any surroundings that the kernel, or whoever wrote the file, can state; for property tests."""

from __future__ import annotations

from math import nan

import numpy as np
from hypothesis import strategies as st

from goom.case.surroundings import CgroupLevel, CpuLevel, HugePages, NumaMaps, Surroundings

_size = st.sampled_from([nan, 0.0, 1.0, 2.0**20, 2.0**27, 2.0**40, 2.0**63])
_time = st.sampled_from([nan, 0.0, 1.7e9, 1.7e9 + 5, 1.8e19])
_path = st.sampled_from(["/", "/pod7", "/pod7/app", "", "\x1b[2J\n"])
_FIGURES = (
    "usage_bytes", "limit_bytes", "high_bytes", "file_bytes", "shmem_bytes", "swap_bytes",
    "high_events", "oom_kills", "limit_hits", "pressure_some_seconds", "pressure_some_fraction",
)  # fmt: skip
_LEVELS = st.builds(
    CgroupLevel,
    path=_path,
    version=st.sampled_from([1, 2]),
    figures=st.dictionaries(st.sampled_from(_FIGURES), _size),
    neighbours=st.lists(st.tuples(_path, _size), max_size=3).map(tuple),
)
_CPU = st.builds(
    CpuLevel,
    path=_path,
    quota_cpus=st.sampled_from([nan, 0.001, 2.0, 1e15]),
    periods=_size,
    throttled_periods=_size,
    throttled_seconds=_size,
)
_HUGE = st.builds(
    HugePages,
    enabled=st.sampled_from(["", "always", "madvise", "never"]),
    max_ptes_none=st.sampled_from([nan, 0.0, 511.0]),
    page_bytes=st.sampled_from([2.0**21, 1000.0, 2.0**29]),
)
SURROUNDINGS = st.builds(
    Surroundings,
    taken_at_seconds=_time,
    levels=st.lists(_LEVELS, max_size=3).map(tuple),
    cpu=st.lists(_CPU, max_size=2).map(tuple),
    huge=_HUGE,
    machine=st.dictionaries(st.sampled_from(["total_bytes", "pressure_some_seconds"]), _size),
    nodes=st.sampled_from([(), (0,), (0, 1)]),
    node_cpus=st.sampled_from([{}, {0: ()}, {0: (0, 1), 1: (2,)}]),
    allowed_cpus=st.sampled_from([(), (0,), (99,)]),
    unseen_limit_bytes=_size,
)


@st.composite
def numa_maps(draw: st.DrawFn) -> NumaMaps:
    """A few mappings on up to three nodes."""
    count, nodes = draw(st.integers(0, 3)), draw(st.integers(0, 3))
    return NumaMaps(
        taken_at_seconds=draw(_time),
        start=np.array([draw(st.integers(0, 2**47)) for _ in range(count)], np.uint64),
        policies=("default",) * count,
        names=("",) * count,
        nodes=tuple(range(nodes)),
        node_bytes=np.array([draw(_whole) for _ in range(count * nodes)]).reshape(count, nodes),
        anonymous_bytes=np.zeros(count),
    )


_whole = st.sampled_from([0.0, 4096.0, 2.0**40])
