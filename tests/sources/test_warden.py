"""The warden freezes at the steps, and a frozen program goes on whatever becomes of goom."""

from __future__ import annotations

import ast
import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from tests.sources.waits import is_frozen, until

from goom.sources import warden_process
from goom.sources.cgroup import CannotMakeError, OwnedCgroup, make_cgroup
from goom.sources.freezer import Freezer, make_freezer
from goom.sources.warden import Warden

PROGRAM = Path(warden_process.__file__)
LIMIT = 64 << 20
# Two steps are 0.96 MiB apart: near them it grows by less than that while the warden, which a busy
# machine lets wait for its CPU, takes to freeze it.
GROWS = """
import sys, time
kept = []
for n in range(int(sys.argv[1])):
    pieces = 1 if n < 50 else 32
    for _ in range(pieces):
        kept.append(bytearray((1 << 20) // pieces))
        time.sleep(0.01 if n < 50 else 0.002)
print("grown", flush=True)
time.sleep(60)
"""
MAKES = """
import os, sys, threading, time
from pathlib import Path
from goom.sources.cgroup_v1 import CgroupV1
from goom.sources.cgroup_v2 import CgroupV2
from goom.sources.freezer import Freezer
from goom.sources.warden import Warden
group = (CgroupV1 if sys.argv[2] == "1" else lambda at: CgroupV2(at, at))(Path(sys.argv[1]))
freezer = Freezer(Path(sys.argv[3]), int(sys.argv[4]), is_owned=False)
limit = int(sys.argv[5])
"""
GUARDS = f"""{MAKES}
def look():
    print("held", flush=True)
    time.sleep(60)
Warden(group, freezer, limit, look)
print("ready", flush=True)
time.sleep(60)
"""
OPENS = f"""{MAKES}
def left():
    Warden(group, freezer, limit, lambda: None).close()
    return len(os.listdir("/proc/self/fd")), [one.name for one in threading.enumerate()]
print([left() for _ in range(4)])
"""


@dataclass
class Places:
    group: OwnedCgroup
    freezer: Freezer
    children: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def command(self, code: str) -> list[str]:
        """Code that begins with MAKES, for these places."""
        group, freezer = self.group, self.freezer
        places = (group.folder, group.version, freezer.folder, freezer.version, LIMIT)
        return [sys.executable, "-c", code, *map(str, places)]

    def growing(self, mib: int) -> subprocess.Popen[bytes]:
        """A program in both cgroups that takes so much memory and stays."""
        entrances = (self.group.entrance(), *self.freezer.entrances())
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
    looks: list[tuple[float, int, bool]] = []

    def look() -> None:
        until(lambda: is_frozen(places.freezer))
        first = places.group.usage_bytes()
        time.sleep(0.03)
        last = places.group.usage_bytes()
        looks.append((last / LIMIT, last - first, is_frozen(places.freezer)))

    warden = Warden(places.group, places.freezer, LIMIT, look)
    child = places.growing(200)
    assert child.wait(30) == -signal.SIGKILL
    warden.close()
    assert places.group.oom_kill_count() == 1
    used, grown, held = zip(*looks, strict=True)
    assert held == (True, True, True)  # until the look was over, not for a time of its own
    assert max(grown) <= 256 << 10  # 64 pages are charged at once
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
    guard = subprocess.Popen(places.command(GUARDS), stdout=subprocess.PIPE)
    places.children.append(guard)
    assert guard.stdout is not None
    assert guard.stdout.readline() == b"ready\n"
    child = places.growing(200)
    assert guard.stdout.readline() == b"held\n"
    guard.send_signal(end)
    assert child.wait(10) == -signal.SIGKILL
    assert places.group.oom_kill_count() == 1
    if end == signal.SIGKILL:
        until(lambda: not _wardens(str(places.group.folder)))


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


@pytest.mark.real_cgroup
def test_when_the_warden_is_killed_goom_lets_the_program_go_on(places: Places) -> None:
    def look() -> None:
        for pid in _wardens(str(places.group.folder)):
            os.kill(int(pid), signal.SIGKILL)

    warden = Warden(places.group, places.freezer, LIMIT, look)
    child = places.growing(200)
    assert child.wait(10) == -signal.SIGKILL
    warden.close()
    assert places.group.oom_kill_count() == 1


@pytest.mark.real_cgroup
def test_a_look_that_fails_holds_nobody(places: Places) -> None:
    looks: list[float] = []

    def look() -> None:
        looks.append(time.monotonic())
        raise ValueError

    hook, threading.excepthook = threading.excepthook, lambda _: None
    try:
        warden = Warden(places.group, places.freezer, LIMIT, look)
        assert places.growing(200).wait(10) == -signal.SIGKILL
        warden.close()
    finally:
        threading.excepthook = hook
    assert len(looks) == 1


@pytest.mark.real_cgroup
def test_nothing_is_left_open(places: Places) -> None:
    """In a process of its own: here other tests' threads and what they left come and go."""
    told = subprocess.run(places.command(OPENS), stdout=subprocess.PIPE, check=True, timeout=60)
    first, *others = ast.literal_eval(told.stdout.decode())
    assert first[1] == ["MainThread"]
    assert others == [first] * 3
    assert not _wardens(str(places.group.folder))


class FakeTree:
    """Files of version 1, beside a warden that runs for real."""

    def __init__(self, folder: Path) -> None:
        self.usage, self.stat = folder / "usage", folder / "stat"
        self.switch = folder / "switch"
        self.charge(0, 0)
        self.switch.write_text("off")
        self.line, end = socket.socketpair()
        told = {
            "usage": str(self.usage), "stat": str(self.stat), "cache": ["cache", "shmem", "mapped"],
            "switch": str(self.switch), "on": "on", "off": "off", "steps": [950, 970, 985],
            "event": -1, "goom": end.fileno(), "longest_seconds": 0.5,
        }  # fmt: skip
        self.process = subprocess.Popen(
            [sys.executable, "-I", "-S", str(PROGRAM), json.dumps(told)], pass_fds=[end.fileno()]
        )
        end.close()

    def charge(self, usage: int, cache: int) -> None:
        self.stat.write_text(f"cache {cache}\nshmem 0\nmapped 0\n")
        self.usage.write_text(str(usage))

    def switched_at(self) -> float:
        return self.switch.stat().st_mtime

    def asked(self, seconds: float) -> bool:
        return bool(select.select([self.line], [], [], seconds)[0] and self.line.recv(1))


@pytest.fixture
def tree(tmp_path: Path) -> Iterator[FakeTree]:
    made = FakeTree(tmp_path)
    yield made
    made.line.close()
    assert made.process.wait(10) == 0


def test_page_cache_is_no_reason_to_hold(tree: FakeTree) -> None:
    tree.charge(1000, 900)
    assert not tree.asked(0.5)
    tree.charge(1000, 0)
    assert tree.asked(5)
    tree.line.send(b".")
    until(lambda: tree.switch.read_text() == "off")


def test_however_often_it_is_held_it_is_not_for_longer_than_was_said(tree: FakeTree) -> None:
    began, held = time.monotonic(), 0.0
    for _ in range(3):
        tree.charge(0, 0)
        time.sleep(0.2)
        tree.charge(960, 0)
        if not tree.asked(1):
            break
        frozen_at = tree.switched_at()  # by the warden's own hand: this here is late now and then
        until(lambda: tree.switch.read_text() == "off")  # nobody answers
        held += tree.switched_at() - frozen_at
    gone = time.monotonic() - began
    assert 0 < held <= 0.3 + 0.01 * gone + 0.1  # the last: that the warden is woken late


def test_an_answer_that_comes_too_late_is_none_to_the_next_hold(tree: FakeTree) -> None:
    tree.charge(960, 0)
    assert tree.asked(5)
    tree.line.send(b"..")  # one of them for a look before
    until(lambda: tree.switch.read_text() == "off")
    tree.charge(980, 0)
    assert tree.asked(5)
    time.sleep(0.02)
    assert tree.switch.read_text() == "on"
