"""Memory cgroups: version 1 for real, version 2 on a folder that looks like one."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.sources.memory_subjects import nested

from goom.case.units import MIB
from goom.formats import cgroup_places
from goom.formats.cgroup_places import CgroupPlace
from goom.sources import cgroup
from goom.sources.cgroup import memory_hierarchies
from goom.sources.cgroup_v2 import CgroupV2, OwnedCgroupV2

_EATS_MEMORY = "held = [b'x' * (1 << 20) for _ in range(500)]"  # no more, whatever goes wrong


@pytest.mark.real_cgroup
def test_the_kernel_kills_at_the_limit_and_the_count_says_so() -> None:
    group = cgroup.make_cgroup(48 * MIB)
    entrance = group.entrance()
    eater = subprocess.run(
        [sys.executable, "-c", _EATS_MEMORY],
        preexec_fn=lambda: os.write(entrance, b"0"),
        check=False,
    )
    os.close(entrance)
    seen = group.look()
    killed = group.remove()
    group.close()
    assert eater.returncode == -9
    assert seen["oom_kills"] == 1
    assert seen["limit_bytes"] == seen["peak_bytes"] == 48 * MIB
    assert not killed and not group.folder.exists()


@pytest.mark.real_cgroup
def test_a_cgroup_takes_those_who_are_left_in_it_along() -> None:
    group = cgroup.make_cgroup(48 * MIB)
    with subprocess.Popen(["sleep", "60"]) as sleeper:
        (group.folder / "cgroup.procs").write_text(str(sleeper.pid))
        assert group.pids() == (sleeper.pid,)
        assert group.remove()
        assert sleeper.wait() == -9
    group.close()
    assert not group.folder.exists()


@pytest.mark.real_cgroup
def test_a_cgroup_stays_with_who_may_not_be_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another user's: the kernel refuses the signal, which is feigned."""
    group = cgroup.make_cgroup(48 * MIB)
    real = os.kill
    with subprocess.Popen(["sleep", "60"]) as sleeper:

        def kill(pid: int, number: int) -> None:
            if pid == sleeper.pid:
                raise PermissionError
            real(pid, number)

        (group.folder / "cgroup.procs").write_text(str(sleeper.pid))
        with monkeypatch.context() as patched:
            patched.setattr(os, "kill", kill)
            assert not group.remove()
        assert group.pids() == (sleeper.pid,)
        assert group.remove()
    group.close()
    assert not group.folder.exists()


@pytest.mark.real_cgroup
def test_what_a_killed_goom_left_behind_is_tidied_up() -> None:
    first = cgroup.make_cgroup(48 * MIB)
    with subprocess.Popen(["true"]) as gone:
        gone.wait()
    left = first.folder.parent / f"goom-{gone.pid}-0"
    left.mkdir()
    second = cgroup.make_cgroup(48 * MIB)
    for group in (first, second):
        group.remove()
        group.close()
    assert not left.exists()


@pytest.mark.real_cgroup
def test_a_kill_by_an_ancestors_limit_is_counted_where_the_victim_was() -> None:
    with nested(48 * MIB, "app") as parent, python_in(parent / "app") as sleeper:
        group = cgroup.limited_cgroup_of(sleeper.pid)
        assert group is not None and group.folder == parent
        before = group.oom_kill_count()
        with python_in(parent / "app", _EATS_MEMORY) as eater:
            assert eater.wait() == -9
        assert group.oom_kill_count() == before + 1
        assert group.look()["oom_kills"] == before + 1
        group.close()


@contextmanager
def python_in(
    folder: Path, code: str = "import time; time.sleep(60)"
) -> Iterator[subprocess.Popen[bytes]]:
    """A Python that was in the cgroup before its first page."""
    enter = f'echo $$ > {folder}/cgroup.procs; echo in; exec {sys.executable} -c "$0"'
    process = subprocess.Popen(["sh", "-c", enter, code], stdout=subprocess.PIPE)
    try:
        assert process.stdout is not None and process.stdout.readline() == b"in\n"
        yield process
    finally:
        process.kill()
        process.communicate()


def test_the_limit_of_version_2_is_the_tightest_up_to_the_root_on_a_fake_tree(
    tmp_path: Path,
) -> None:
    pod = tmp_path / "pod"
    app = pod / "app"
    app.mkdir(parents=True)
    (pod / "memory.max").write_text("104857600\n")
    (app / "memory.max").write_text("max\n")
    group = CgroupV2(app, tmp_path)
    assert group.limit_bytes() == 104857600
    assert group.own_limit_bytes() is None


def test_version_2_charges_to_the_next_cgroup_above_that_has_the_controller_on_a_fake_tree(
    tmp_path: Path,
) -> None:
    """A folder in which only freezing is on, as ``goom run`` makes one."""
    held = tmp_path / "pod" / "goom-1-0"
    held.mkdir(parents=True)
    (tmp_path / "pod" / "memory.current").write_text("1\n")
    (tmp_path / "pod" / "memory.max").write_text("104857600\n")
    (found,) = memory_hierarchies([CgroupPlace(2, (), str(tmp_path), str(held))])
    assert found.visible() == tmp_path / "pod"
    assert found.line_of_ancestors() == (tmp_path / "pod", tmp_path)


def test_the_figures_of_version_2_have_the_common_names_on_a_fake_tree(tmp_path: Path) -> None:
    stated = {
        "memory.current": "5000000\n",
        "memory.max": "134217728\n",
        "memory.peak": "6000000\n",
        "memory.swap.current": "0\n",
        "memory.stat": "anon 4000000\nfile 500000\nkernel 300000\npagetables 40960\n",
        "memory.events": "low 0\nhigh 0\nmax 12\noom 1\noom_kill 1\n",
        "memory.pressure": "some avg10=2.50 avg60=0.00 avg300=0.00 total=1\nfull avg10=0.0\n",
    }
    for name, text in stated.items():
        (tmp_path / name).write_text(text)
    seen = CgroupV2(tmp_path, tmp_path).look()
    assert seen == {
        "usage_bytes": 5000000,
        "limit_bytes": 134217728,
        "peak_bytes": 6000000,
        "swap_bytes": 0,
        "anon_bytes": 4000000,
        "file_bytes": 500000,
        "kernel_bytes": 300000,
        "page_tables_bytes": 40960,
        "limit_hits": 12,
        "oom_events": 1,
        "oom_kills": 1,
        "high_events": 0,
        "pressure_some_fraction": 0.025,
        "pressure_full_fraction": 0.0,
    }


def test_version_2_is_made_where_memory_is_delegated_on_a_fake_tree(tmp_path: Path) -> None:
    (tmp_path / "cgroup.controllers").write_text("cpu memory pids\n")
    (tmp_path / "cgroup.subtree_control").write_text("cpu memory\n")
    group = OwnedCgroupV2.make(tmp_path, tmp_path, 64 * MIB)
    assert (group.folder / "memory.max").read_text() == str(64 * MIB)
    assert (group.folder / "memory.swap.max").read_text() == "0"


def test_version_2_without_the_memory_controller_is_refused_on_a_fake_tree(
    tmp_path: Path,
) -> None:
    (tmp_path / "cgroup.controllers").write_text("cpu pids\n")
    with pytest.raises(OSError):
        OwnedCgroupV2.make(tmp_path, tmp_path, 64 * MIB)


def test_both_versions_mounted_side_by_side_are_told_apart() -> None:
    mounts = (
        "35 31 0:32 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n"
        "41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n"
    )
    places = cgroup_places.parse("4:memory:/a/b\n1:cpu:/\n0::/\n", mounts)
    found = memory_hierarchies(places)
    assert [(one.version, str(one.own)) for one in found] == [
        (1, "/sys/fs/cgroup/memory/a/b"),
        (2, "/sys/fs/cgroup/unified"),
    ]
