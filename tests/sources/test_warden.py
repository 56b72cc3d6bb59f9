"""The warden freezes at the steps, and a frozen program goes on whatever becomes of goom."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from goom.sources.cgroup import CannotMakeError, OwnedCgroup, make_cgroup
from goom.sources.freezer import Freezer, make_freezer
from goom.sources.warden import Warden

LIMIT = 64 << 20
GROWS = """
import sys, time
kept = []
for _ in range(int(sys.argv[1])):
    kept.append(bytearray(1 << 20))
    time.sleep(0.01)
print("grown", flush=True)
time.sleep(60)
"""
GUARDS = """
import sys, time
from pathlib import Path
from goom.sources.cgroup_v1 import CgroupV1
from goom.sources.cgroup_v2 import CgroupV2
from goom.sources.freezer import Freezer
from goom.sources.warden import Warden
group = (CgroupV1 if sys.argv[2] == "1" else lambda at: CgroupV2(at, at))(Path(sys.argv[1]))
freezer = Freezer(Path(sys.argv[3]), int(sys.argv[4]), is_owned=False)
def look():
    print("held", flush=True)
    time.sleep(60)
Warden(group, freezer, int(sys.argv[5]), look)
time.sleep(60)
"""


@dataclass
class Places:
    group: OwnedCgroup
    freezer: Freezer
    children: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def growing(self, mib: int) -> subprocess.Popen[bytes]:
        """A program in both cgroups that takes so much memory and stays."""
        entrances = (self.group.entrance(), self.freezer.entrance())
        child = subprocess.Popen(
            [sys.executable, "-I", "-S", "-c", GROWS, str(mib)],
            stdout=subprocess.PIPE,
            preexec_fn=lambda: [os.write(one, b"0") for one in entrances],  # noqa: PLW1509
        )
        for one in entrances:
            os.close(one)
        self.children.append(child)
        return child


@pytest.fixture
def places() -> Iterator[Places]:
    freezer = make_freezer()
    try:
        group = make_cgroup(LIMIT)
    except CannotMakeError as error:
        pytest.skip(str(error))
    if freezer is None:
        group.remove()
        pytest.skip("no cgroup that can be frozen can be made here")
    made = Places(group, freezer)
    yield made
    for child in made.children:
        child.kill()
        child.communicate()
    group.remove()
    freezer.close()


@pytest.mark.real_cgroup
def test_it_holds_at_each_step_and_lets_go(places: Places) -> None:
    used: list[float] = []

    def look() -> None:
        first = places.group.usage_bytes()
        time.sleep(0.05)
        used.append(places.group.usage_bytes() / LIMIT)
        assert abs(places.group.usage_bytes() - first) < 1 << 20

    warden = Warden(places.group, places.freezer, LIMIT, look)
    child = places.growing(200)
    assert child.wait(30) == -signal.SIGKILL
    warden.close()
    assert places.group.oom_kill_count() == 1
    assert len(used) == 3
    assert [0.95 <= used[0] < 0.97, 0.97 <= used[1] < 0.985, 0.985 <= used[2] <= 1] == [True] * 3


@pytest.mark.real_cgroup
def test_far_from_the_limit_nobody_is_held(places: Places) -> None:
    looks: list[float] = []
    warden = Warden(places.group, places.freezer, LIMIT, lambda: looks.append(0))
    child = places.growing(30)
    assert child.stdout is not None
    assert child.stdout.readline() == b"grown\n"
    warden.close()
    assert not looks


@pytest.mark.real_cgroup
@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGSTOP])
def test_when_goom_is_killed_or_hangs_the_program_goes_on(
    places: Places, end: signal.Signals
) -> None:
    group, freezer = places.group, places.freezer
    guard = subprocess.Popen(
        [sys.executable, "-c", GUARDS, str(group.folder), str(group.version), str(freezer.folder),
         str(freezer.version), str(LIMIT)],
        stdout=subprocess.PIPE,
    )  # fmt: skip
    places.children.append(guard)
    assert guard.stdout is not None
    child = places.growing(200)
    assert guard.stdout.readline() == b"held\n"
    guard.send_signal(end)
    assert child.wait(10) == -signal.SIGKILL
    assert group.oom_kill_count() == 1
    if end == signal.SIGKILL:
        _until(lambda: not _wardens(str(group.folder)))


def _wardens(word: str) -> list[str]:
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words = folder.joinpath("cmdline").read_bytes().decode()
        except OSError:
            continue
        if "warden_process" in words and word in words:
            found.append(folder.name)
    return found


def _until(come: Callable[[], bool]) -> None:
    until = time.monotonic() + 10
    while not come():
        assert time.monotonic() < until
        time.sleep(0.02)
