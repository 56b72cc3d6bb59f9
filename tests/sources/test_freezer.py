"""A frozen child stands still, and goes on as if nothing had been."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.sources.waits import is_frozen, until

from goom.sources.cgroup_files import make_folder
from goom.sources.cgroup_v2 import CgroupV2
from goom.sources.freezer import Freezer, freezer_of, make_freezer

SPINS = "import os,sys,time\nwhile True: print(time.monotonic_ns(), flush=True)"


@pytest.fixture
def freezer() -> Iterator[Freezer]:
    made = make_freezer()
    if made is None:
        pytest.skip("no cgroup that can be frozen can be made here")
    yield made
    made.close()


@contextmanager
def spinning(freezer: Freezer) -> Iterator[subprocess.Popen[bytes]]:
    (entrance,) = freezer.entrances()
    child = subprocess.Popen(
        [sys.executable, "-c", SPINS],
        stdout=subprocess.PIPE,
        preexec_fn=lambda: os.write(entrance, b"0") and None,  # noqa: PLW1509 - one system call
    )
    os.close(entrance)
    try:
        assert child.stdout is not None
        child.stdout.readline()
        yield child
    finally:
        freezer.thaw()  # version 1 lets no process die that it has frozen
        child.kill()
        child.communicate()


@pytest.mark.real_cgroup
def test_a_frozen_child_does_nothing_and_goes_on(freezer: Freezer) -> None:
    with spinning(freezer) as child:
        freezer.switch.write_text(freezer.freezes)
        until(lambda: is_frozen(freezer))
        before = cpu_ticks(child.pid)
        time.sleep(0.2)
        assert cpu_ticks(child.pid) == before
        freezer.switch.write_text(freezer.thaws)
        assert child.stdout is not None
        child.stdout.read(1 << 17)  # more than a pipe holds: it writes again
        assert child.poll() is None


@pytest.mark.real_cgroup
def test_closing_thaws(freezer: Freezer) -> None:
    """One that goom does not own: whoever is in one of its own goes to where nobody is frozen."""
    with spinning(freezer) as child:
        freezer.switch.write_text(freezer.freezes)
        until(lambda: is_frozen(freezer))
        Freezer(freezer.folder, freezer.version, is_owned=False).close()
        until(lambda: not is_frozen(freezer))
        assert child.stdout is not None
        child.stdout.read(1 << 17)


def cpu_ticks(pid: int) -> int:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


@pytest.mark.real_cgroup
def test_what_is_left_in_it_lives_on_elsewhere_when_it_is_taken_away(freezer: Freezer) -> None:
    with spinning(freezer) as child:
        freezer.close()
        assert not freezer.folder.exists()
        assert child.poll() is None


@pytest.mark.real_cgroup
def test_a_process_in_a_cgroup_of_its_own_can_be_held_by_it(freezer: Freezer) -> None:
    with spinning(freezer) as child:
        found = freezer_of(child.pid)
        assert found is not None
        assert (found.folder, found.is_owned) == (freezer.folder, False)
        found.close()
        assert freezer.folder.exists()


@pytest.mark.parametrize(
    ("version", "switch", "words"),
    [(1, "freezer.state", ("FROZEN", "THAWED")), (2, "cgroup.freeze", ("1", "0"))],
)
def test_both_versions_on_a_fake_tree(
    version: int, switch: str, words: tuple[str, str], tmp_path: Path
) -> None:
    """Version 1's own hierarchy, or version 2 alone, as far as files can show it."""
    freezer = Freezer(tmp_path, version, is_owned=False)
    assert (freezer.switch, freezer.freezes, freezer.thaws) == (tmp_path / switch, *words)
    freezer.close()
    assert (tmp_path / switch).read_text() == words[1]


def test_a_cgroup_that_is_gone_is_no_trouble(tmp_path: Path) -> None:
    Freezer(tmp_path / "gone", 2, is_owned=True).close()


def test_in_version_2_a_childs_own_memory_cgroup_is_what_is_frozen(tmp_path: Path) -> None:
    """It has one hierarchy: into another cgroup of it the child would leave its limit."""
    group = CgroupV2(tmp_path, tmp_path)
    assert make_freezer(group) is None  # a kernel before 5.2
    (tmp_path / "cgroup.freeze").write_text("0")
    freezer = make_freezer(group)
    assert freezer is not None
    assert freezer.folder == group.folder
    assert freezer.entrances() == ()


def test_what_a_killed_goom_left_frozen_goes_on_when_the_next_makes_a_cgroup(
    tmp_path: Path,
) -> None:
    with subprocess.Popen(["true"]) as gone:
        gone.wait()
    for name, word in (("freezer.state", "FROZEN"), ("cgroup.freeze", "1")):
        left = tmp_path / f"goom-{gone.pid}-{len(word)}"
        left.mkdir()
        (left / name).write_text(word)
    make_folder(tmp_path)
    told = {file.name: file.read_text() for file in tmp_path.glob(f"goom-{gone.pid}-*/*")}
    assert told == {"freezer.state": "THAWED", "cgroup.freeze": "0"}


ASKS = """
import os, sys
from goom.sources.freezer import freezer_of
print(freezer_of(int(sys.argv[1])), freezer_of(os.getpid()))
"""


@pytest.mark.real_cgroup
def test_goom_never_freezes_the_cgroup_that_it_lives_in_itself(freezer: Freezer) -> None:
    """A session's own cgroup, or a unit's: nobody would be left to thaw it."""
    (entrance,) = freezer.entrances()
    with spinning(freezer) as child:
        answer = subprocess.run(
            [sys.executable, "-c", ASKS, str(child.pid)],
            preexec_fn=lambda: os.write(entrance, b"0") and None,
            stdout=subprocess.PIPE,
            check=True,
        )
    os.close(entrance)
    assert answer.stdout.split() == [b"None", b"None"]
