"""Kernel files in one text, and where cgroups are: version 1, version 2, containers, hybrid."""

from __future__ import annotations

from math import isnan
from pathlib import Path

import pytest

from goom.case.errors import BadInput
from goom.case.units import MIB
from goom.formats import cgroup_places, surroundings
from goom.formats.recognise import Kind, recognise

CORPUS = Path(__file__).parents[1] / "fuzz" / "corpus" / "surroundings"
V1 = "35 31 0:32 {root} /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n"
V2 = "41 31 0:38 {root} /sys/fs/cgroup rw - cgroup2 cgroup2 rw,nsdelegate\n"


def test_version_2_has_its_levels_its_binding_limit_and_the_neighbours() -> None:
    seen = surroundings.parse((CORPUS / "version-2").read_bytes())
    assert [one.path for one in seen.levels] == ["/app", "/"]  # pod7 is the outermost seen
    own, pod = seen.levels
    assert isnan(own.limit_bytes) and pod.limit_bytes == 128 * MIB
    assert seen.binding is pod
    assert own.neighbours == (("sidecar", 53862655.0),)
    assert own.get("anon_bytes") == 41943040 and own.get("slab_bytes") == 4096
    assert own.get("pressure_some_fraction") == pytest.approx(0.125)
    assert own.get("pressure_full_seconds") == pytest.approx(1.5)
    assert seen.cpu_quota is not None and seen.cpu_quota.quota_cpus == 1.5


def test_version_1_as_recorded_here() -> None:
    data = (CORPUS / "version-1").read_bytes()
    seen = surroundings.parse(data)
    assert recognise(data) is Kind.SURROUNDINGS
    assert [one.version for one in seen.levels] == [1, 1, 1]
    assert seen.levels[-1].path == "/" and seen.levels[0].path.startswith("/kubepods/pod")
    assert seen.binding is None and seen.cpu_quota is None
    assert seen.huge.enabled == "madvise" and seen.huge.max_ptes_none == 511
    assert seen.nodes == (0,) and seen.allowed_cpus == (0, 1)
    assert seen.machine["total_bytes"] > 1 << 30
    assert isnan(seen.unseen_limit_bytes)


def test_the_level_with_least_room_binds_and_not_the_smallest_limit() -> None:
    text = _level("/a", 64, usage=10) + _level("/a/b", 50, usage=10) + _level("", 100, usage=99)
    binding = surroundings.parse(text).binding
    assert binding is not None and binding.path == "/"


def test_version_1_tells_of_a_limit_above_what_is_mounted() -> None:
    text = _level("", 100, usage=10, hierarchical=40)
    seen = surroundings.parse(text)
    assert seen.unseen_limit_bytes == 40 * MIB
    assert isnan(surroundings.parse(_level("", 30, usage=10, hierarchical=30)).unseen_limit_bytes)


@pytest.mark.parametrize("text", ["", "anon 5\n", "==> relative/path <==\n1\n"])
def test_what_holds_no_file_of_the_kernel_is_refused(text: str) -> None:
    with pytest.raises(BadInput):
        surroundings.parse(text)


@pytest.mark.parametrize(
    ("cgroup", "mounts", "folder", "ancestors"),
    [
        ("4:memory:/pod7/app\n", V1.format(root="/"), "/sys/fs/cgroup/memory/pod7/app", 3),
        # Docker on version 1 without a cgroup namespace: the mount is the container's own cgroup
        ("4:memory:/docker/c1\n", V1.format(root="/docker/c1"), "/sys/fs/cgroup/memory", 1),
        ("4:memory:/docker/c1/x\n", V1.format(root="/docker/c1"), "/sys/fs/cgroup/memory/x", 2),
        # a cgroup namespace: everything is below its root
        ("0::/\n", V2.format(root="/"), "/sys/fs/cgroup", 1),
        ("0::/app\n", V2.format(root="/"), "/sys/fs/cgroup/app", 2),
        ("0::/\n", V2.format(root="/kubepods/pod7/c1"), "/sys/fs/cgroup", 1),
        ("0::/kubepods.slice/pod7.slice/cri-1.scope\n", V2.format(root="/"),
         "/sys/fs/cgroup/kubepods.slice/pod7.slice/cri-1.scope", 4),
    ],
)  # fmt: skip
def test_a_cgroup_is_found_where_it_is_mounted(
    cgroup: str, mounts: str, folder: str, ancestors: int
) -> None:
    (place,) = cgroup_places.parse(cgroup, mounts)
    assert place.folder == folder
    assert len(place.ancestors) == ancestors and place.ancestors[-1] == place.mount


@pytest.mark.parametrize(
    ("cgroup", "mounts"),
    [
        ("0::/../other\n", V2.format(root="/")),  # of another namespace
        ("0::/app\n", V2.format(root="/..")),
        ("4:memory:/elsewhere\n", V1.format(root="/docker/c1")),
        ("4:memory:/a\n", V1.format(root="/").replace("rw,memory", "rw,cpu")),
        ("nonsense", V1.format(root="/")),
    ],
)
def test_a_cgroup_that_is_not_mounted_here_is_not_guessed(cgroup: str, mounts: str) -> None:
    assert cgroup_places.parse(cgroup, mounts) == ()


def test_hybrid_has_both_hierarchies_and_memory_in_the_first() -> None:
    cgroup = "4:memory:/a\n3:cpu,cpuacct:/a\n0::/a\n"
    mounts = V1.format(root="/") + V2.format(root="/").replace("/sys/fs/cgroup ", "/u\\040n ")
    mounts += "32 31 0:29 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu,cpuacct\n"
    found = cgroup_places.parse(cgroup, mounts)
    assert [(one.version, one.folder) for one in found] == [
        (1, "/sys/fs/cgroup/memory/a"),
        (1, "/sys/fs/cgroup/cpu/a"),
        (2, "/u n/a"),
    ]


def test_the_cpu_quota_of_version_1_and_what_it_cost() -> None:
    folder = "==> /sys/fs/cgroup/cpu/a/"
    text = (
        f"{folder}cpu.cfs_quota_us <==\n150000\n{folder}cpu.cfs_period_us <==\n100000\n"
        f"{folder}cpu.stat <==\nnr_periods 200\nnr_throttled 50\nthrottled_time 2500000000\n"
        "==> /sys/fs/cgroup/cpu/cpu.cfs_quota_us <==\n-1\n"
    )
    quota = surroundings.parse(text).cpu_quota
    assert quota is not None
    assert (quota.quota_cpus, quota.periods, quota.throttled_periods) == (1.5, 200, 50)
    assert quota.throttled_seconds == 2.5


def _level(path: str, limit_mib: int, *, usage: int, hierarchical: int | None = None) -> str:
    folder = f"==> /sys/fs/cgroup/memory{path}/"
    stat = f"cache 0\nrss 5\nhierarchical_memory_limit {(hierarchical or 1 << 50) * MIB}\n"
    return (
        f"{folder}memory.stat <==\n{stat}{folder}memory.usage_in_bytes <==\n{usage * MIB}\n"
        f"{folder}memory.limit_in_bytes <==\n{limit_mib * MIB}\n"
    )
