"""Looks at cgroups up to the root: version 1 for real, version 2 on a fake tree."""

from __future__ import annotations

import os
import subprocess
import time
from contextlib import suppress
from pathlib import Path

import pytest
from tests.sources.memory_subjects import nested

from goom.case.surroundings import CpuLevel
from goom.case.units import MIB
from goom.formats import surroundings as text
from goom.formats.cgroup_places import CgroupPlace
from goom.sources import surroundings

CPU = Path("/sys/fs/cgroup/cpu")


def test_version_2_is_read_at_every_level_on_a_fake_tree(tmp_path: Path) -> None:
    for path, limit in (("kubepods/pod7/app", "max"), ("kubepods/pod7", str(64 * MIB))):
        _level(tmp_path / path, limit)
    _level(tmp_path / "kubepods", "max")
    (tmp_path / "memory.stat").write_text("anon 1\nfile 2\n")  # the root has no usage of its own
    for number in range(600):
        side = tmp_path / "kubepods" / "pod7" / f"side{number}"
        side.mkdir()
        (side / "memory.current").write_text(f"{number}\n")
    place = CgroupPlace(2, (), str(tmp_path), str(tmp_path / "kubepods/pod7/app"))
    seen = text.parse(surroundings.as_text(surroundings.files_of(place)))
    assert [one.path for one in seen.levels] == [
        "/kubepods/pod7/app", "/kubepods/pod7", "/kubepods", "/",
    ]  # fmt: skip
    assert seen.binding is seen.levels[1]
    own = seen.levels[0]
    assert own.get("high_bytes") == 32 * MIB and own.get("high_events") == 3
    assert own.get("swap_limit_bytes") == 0 and own.get("low_bytes") == 4 * MIB
    assert len(own.neighbours) == 16  # the largest of those that were looked at
    assert own.neighbours[0][1] >= own.neighbours[-1][1] > 0
    assert seen.cpu_quota is not None and seen.cpu_quota.quota_cpus == 2


def test_version_2_beside_version_1_without_the_memory_controller_is_no_level_on_a_fake_tree(
    tmp_path: Path,
) -> None:
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "memory.pressure").write_text("some avg10=0.00 avg60=0.00 total=0\n")
    place = CgroupPlace(2, (), str(tmp_path), str(tmp_path / "app"))
    assert [path for path, _ in surroundings.files_of(place)] == [
        str(tmp_path / "app" / "memory.pressure")
    ]
    assert not text.parse(surroundings.as_text(surroundings.files_of(place))).levels


@pytest.mark.real_cgroup
@pytest.mark.skipif(not Path("/sys/fs/cgroup/unified").is_dir(), reason="not a hybrid machine")
def test_a_hybrid_machine_states_the_pressure_of_the_twin_in_version_2() -> None:
    twin = Path(f"/sys/fs/cgroup/unified/goom-twin-{os.getpid()}")
    twin.mkdir()
    try:
        with nested(64 << 20, "app") as parent, subprocess.Popen(["sleep", "60"]) as sleeper:
            try:
                for folder in (twin, parent / "app"):
                    (folder / "cgroup.procs").write_text(str(sleeper.pid))
                seen = text.parse(surroundings.look(sleeper.pid))
            finally:
                sleeper.kill()
    finally:
        _gone(twin)
    assert seen.levels[0].version == 1
    assert seen.binding is seen.levels[1]
    assert seen.levels[0].get("pressure_some_seconds") >= 0


def _gone(folder: Path) -> None:
    for _ in range(200):
        with suppress(OSError):
            folder.rmdir()
            return
        time.sleep(0.02)


@pytest.mark.real_cgroup
def test_this_process_has_levels_up_to_the_root() -> None:
    seen = text.parse(surroundings.look(os.getpid()))
    assert seen.levels[-1].path == "/"
    assert seen.levels[0].get("usage_bytes") > 0
    assert seen.levels[-1].get("usage_bytes") >= seen.levels[0].get("usage_bytes") * 0.5
    assert seen.huge.enabled in ("always", "madvise", "never")
    assert seen.nodes and seen.machine["total_bytes"] > 0


def test_a_process_that_is_gone_is_an_error() -> None:
    with pytest.raises(OSError):
        surroundings.look(2**22 + 1)


def _level(folder: Path, limit: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    files = {
        "memory.stat": "anon 100\nfile 20\nshmem 0\nsock 5\n",
        "memory.current": f"{50 * MIB}\n",
        "memory.max": f"{limit}\n",
        "memory.high": f"{32 * MIB}\n",
        "memory.low": f"{4 * MIB}\n",
        "memory.min": "0\n",
        "memory.swap.max": "0\n",
        "memory.events": "low 0\nhigh 3\nmax 0\noom 0\noom_kill 0\n",
        "memory.pressure": "some avg10=0.00 avg60=0.00 avg300=0.00 total=7\n",
        "cpu.max": "200000 100000\n",
    }
    for name, content in files.items():
        (folder / name).write_text(content)


def _used_up(pid: int) -> CpuLevel | None:
    """The quota when it has held the process up for some time: a cost is known when it is over."""
    for _ in range(200):
        time.sleep(0.1)
        quota = text.parse(surroundings.look(pid)).cpu_quota
        if quota is None or quota.periods < 10:
            continue
        if quota.throttled_periods > 0.3 * quota.periods and quota.throttled_seconds > 0:
            break
    return quota


@pytest.mark.real_cgroup
@pytest.mark.skipif(not CPU.is_dir(), reason="no CPU controller of version 1")
def test_a_cpu_quota_that_is_used_up_is_seen_with_what_it_cost() -> None:
    folder = CPU / f"goom-quota-{os.getpid()}"
    folder.mkdir()
    try:
        (folder / "cpu.cfs_period_us").write_text("20000")
        # So little that it is used up beside many others who want this CPU.
        (folder / "cpu.cfs_quota_us").write_text("2000")
        with subprocess.Popen(["sh", "-c", "while :; do :; done"]) as spinner:
            try:
                (folder / "cgroup.procs").write_text(str(spinner.pid))
                quota = _used_up(spinner.pid)
            finally:
                spinner.kill()
    finally:
        _gone(folder)
    assert quota is not None
    assert quota.path == f"/{folder.name}" and quota.quota_cpus == pytest.approx(0.1)
    assert quota.periods > 0 and quota.throttled_periods > 0.3 * quota.periods
    assert quota.throttled_seconds > 0
