"""A running program is watched under a budget, and its bundle is whole however it ends."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from tests.sources import servers
from tests.sources.waits import until

from goom.case.errors import GoomError
from goom.golang.build import build
from goom.golang.toolchain import obtain
from goom.sources import sockets
from goom.sources.bundle_reader import read_bundle
from goom.sources.capture import CaptureOptions, capture
from goom.sources.cgroup import make_cgroup
from goom.sources.live_target import find_target
from goom.sources.load import LoadOptions, load

PROGRAM = Path(__file__).parents[2] / "benchmarks" / "allocating"
EVIDENCE = Path(__file__).parent / "evidence"
INDEX = b"""<html>Types of profiles available:<table>
<tr><td>26</td><td><a href='goroutine?debug=1'>goroutine</a></td></tr></table></html>"""
PAGES = {
    "/debug/pprof/": INDEX,
    "/debug/pprof/heap": (EVIDENCE / "heap.pb.gz").read_bytes(),
    "/debug/pprof/goroutine": (EVIDENCE / "goroutine.pb.gz").read_bytes(),
    "/debug/pprof/heap?debug=1": (EVIDENCE / "heap.txt").read_bytes(),
    "/debug/pprof/goroutine?debug=2": (EVIDENCE / "goroutines.txt").read_bytes(),
    "/debug/pprof/profile": (EVIDENCE / "cpu.pb.gz").read_bytes(),
}


@dataclass(frozen=True)
class Running:
    """A real Go program and its address."""

    process: subprocess.Popen[str]
    url: str


@pytest.fixture
def program() -> Iterator[Running]:
    binary = build(PROGRAM, obtain())
    command = [str(binary), "-workers", "1", "-kept", "2000", "-idle", "300"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield Running(process, process.stdout.readline().strip())
        process.kill()


@pytest.mark.real_go
def test_a_pid_is_enough_for_everything(program: Running, tmp_path: Path) -> None:
    target = find_target(program.process.pid, "")
    assert target.endpoint is not None
    bundle = tmp_path / "x.goom"
    # A budget that nothing exceeds: on a busy machine every answer takes long.
    result = capture(
        target, CaptureOptions(bundle=bundle, for_seconds=4.5, every_seconds=1, budget_fraction=9)
    )
    assert not result.ended
    evidence = read_bundle(bundle)
    kinds = {profile.kind for profile in evidence.profiles.all}
    assert {"heap", "goroutine", "cpu"} <= kinds
    assert len(evidence.profiles.of("heap")) >= 4
    assert evidence.goroutine_dumps.all[0].total > 300
    assert evidence.memstats is not None
    assert evidence.process is not None
    assert evidence.mappings.all
    assert evidence.binary is not None
    assert evidence.subject.main_packages == ("example.com/allocating",)
    assert evidence.subject.ending is None
    assert not evidence.not_read


@pytest.mark.real_go
def test_a_program_that_dies_in_the_middle_leaves_what_was_seen(
    program: Running, tmp_path: Path
) -> None:
    target = find_target(program.process.pid, program.url)
    bundle = tmp_path / "x.goom"
    with _when_seen(bundle, program.process.kill):
        result = capture(target, CaptureOptions(bundle=bundle, for_seconds=60))
    assert result.ended == f"process {program.process.pid} ended"
    evidence = read_bundle(bundle)
    assert evidence.profiles.of("heap")
    assert evidence.process is not None
    assert evidence.subject.ending is not None
    assert not evidence.subject.ending.oom_killed


@pytest.mark.real_go
@pytest.mark.real_cgroup
def test_a_program_that_the_kernel_kills_for_memory_is_seen_at_the_brink(tmp_path: Path) -> None:
    limit = 96 << 20
    group = make_cgroup(limit)
    command = [str(build(PROGRAM, obtain())), "-kept", "9999999", "-pause", "10ms", "-workers", "1"]
    entrance = group.entrance()
    try:
        with subprocess.Popen(
            command,
            stdout=subprocess.DEVNULL,
            preexec_fn=lambda: os.write(entrance, b"0"),  # noqa: PLW1509 - no other threads here
        ) as process:
            until(lambda: _listens(process.pid))
            target = find_target(process.pid, "")
            capture(target, CaptureOptions(bundle=tmp_path / "x.goom", for_seconds=60))
    finally:
        group.remove()
    evidence = read_bundle(tmp_path / "x.goom")
    ending = evidence.subject.ending
    assert ending is not None
    assert (ending.oom_killed, ending.oom_kill_count) == (True, 1)
    assert evidence.subject.memory_limit_bytes == limit
    assert evidence.cgroup is not None
    last = evidence.profiles.of("heap")[-1].taken_at_seconds
    used = evidence.cgroup.columns["usage_bytes"]
    at_the_look = used[evidence.cgroup.time_seconds <= last + 0.1]
    assert max(at_the_look) > 0.9 * limit


def _listens(pid: int) -> bool:
    return bool(sockets.listeners((pid,)))


@pytest.mark.real_go
def test_an_address_alone_gives_its_profiles_and_notices_the_end(
    program: Running, tmp_path: Path
) -> None:
    target = find_target(None, program.url)
    bundle = tmp_path / "x.goom"
    with _when_seen(bundle, program.process.kill):
        result = capture(target, CaptureOptions(bundle=bundle, for_seconds=60))
    assert result.ended == "the address stopped answering"
    assert read_bundle(bundle).profiles.of("heap")


@pytest.mark.real_go
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_ends_it_and_the_bundle_is_whole(
    program: Running, tmp_path: Path, number: signal.Signals
) -> None:
    bundle = tmp_path / "x.goom"
    command = [sys.executable, "-m", "goom", "capture", program.url, "-o", str(bundle), "--quiet"]
    with subprocess.Popen(command, stderr=subprocess.PIPE) as goom:
        until(lambda: _has_heap(bundle))
        goom.send_signal(number)
        assert goom.wait(20) == 0
        assert goom.stderr is not None
        assert b"Traceback" not in goom.stderr.read()
    evidence = read_bundle(bundle)
    assert evidence.profiles.of("heap")
    assert not evidence.not_read


@pytest.mark.real_go
def test_sigkill_of_goom_itself_leaves_what_was_seen(program: Running, tmp_path: Path) -> None:
    bundle = tmp_path / "x.goom"
    command = [sys.executable, "-m", "goom", "capture", str(program.process.pid), "-o", str(bundle)]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as goom:
        until(lambda: _has_heap(bundle))
        goom.kill()
    evidence = read_bundle(bundle)
    assert evidence.profiles.of("heap")
    assert "cut off" in evidence.not_read[0].why


@pytest.mark.real_go
def test_a_live_program_is_loaded_like_a_file(program: Running) -> None:
    evidence = load([str(program.process.pid)], LoadOptions(for_seconds=1.5))
    assert evidence.subject.pid == program.process.pid
    assert evidence.profiles.of("heap")


@pytest.mark.real_go
def test_a_program_without_an_address_is_read_from_outside(tmp_path: Path) -> None:
    binary = build(Path(__file__).parent / "silent", obtain())
    with subprocess.Popen([str(binary)]) as process:
        target = find_target(process.pid, "")
        assert target.endpoint is None
        capture(target, CaptureOptions(bundle=tmp_path / "x.goom", for_seconds=1))
        process.kill()
    evidence = read_bundle(tmp_path / "x.goom")
    assert evidence.process is not None
    assert "none of the program's addresses" in evidence.not_read[0].why
    assert evidence.memstats is not None and evidence.memstats.last("HeapLive") > 0
    assert evidence.memstats.last("HeldSeconds") == 0
    first = evidence.goroutine_dumps.all[0]
    stacks = [first.stacks[number] for number in first.stack_ids.tolist()]
    assert "main.main" in {stack[-1].function for stack in stacks if stack}
    assert any("keeps no heap profile" in one.why for one in evidence.not_read)


@pytest.mark.slow
def test_dear_looks_are_made_rarer(tmp_path: Path) -> None:
    """Each answer takes 60 ms: under a budget of 10 % that is one of the two kinds per 0.6 s."""

    def slow(request: BaseHTTPRequestHandler) -> None:
        if "heap" in request.path or "goroutine" in request.path:
            time.sleep(0.06)
        servers.by_path(PAGES)(request)

    def looks(budget: float) -> int:
        bundle = tmp_path / f"{budget}.goom"
        options = CaptureOptions(
            bundle=bundle,
            for_seconds=3,
            looks=("heap", "goroutine"),
            every_seconds=0.1,
            budget_fraction=budget,
        )
        return capture(find_target(None, url), options).looks

    with servers.serving(slow) as url:
        assert looks(0.1) <= 7 < looks(1.0)


@pytest.mark.slow
def test_an_address_that_hangs_in_the_middle_does_not_hang_goom(tmp_path: Path) -> None:
    """The first heap profile comes whole; from then on nothing is answered."""
    hung: list[str] = []
    given = threading.Event()

    def answer(request: BaseHTTPRequestHandler) -> None:
        if given.is_set():
            hung.append(request.path)
            servers.hang(request)
        else:
            servers.by_path(PAGES)(request)
        if request.path == "/debug/pprof/heap":
            given.set()

    with servers.serving(answer) as url:
        target, bundle = find_target(None, url), tmp_path / "x.goom"
        started = time.monotonic()
        capture(target, CaptureOptions(bundle=bundle, for_seconds=2, every_seconds=0.2))
        assert time.monotonic() - started < 30
    assert hung
    assert read_bundle(bundle).profiles.of("heap")


def test_a_dump_of_very_many_goroutines_is_not_asked_for(tmp_path: Path) -> None:
    pages = PAGES | {"/debug/pprof/": INDEX.replace(b">26<", b">2000000<")}
    with servers.serving(servers.by_path(pages)) as url:
        bundle = tmp_path / "x.goom"
        capture(find_target(None, url), CaptureOptions(bundle=bundle, for_seconds=1.5))
    evidence = read_bundle(bundle)
    assert not evidence.goroutine_dumps.all
    said = " ".join(item.why for item in evidence.not_read)
    assert "stacks of 2,000,000 goroutines" in said
    assert "it would take about 2.0 s" in said


def _has_heap(bundle: Path) -> bool:
    """Whether a heap profile has been written: a bundle can be read while it grows."""
    with contextlib.suppress(GoomError):
        return bool(read_bundle(bundle).profiles.of("heap"))
    return False


@contextlib.contextmanager
def _when_seen(bundle: Path, act: Callable[[], None]) -> Iterator[None]:
    """Do that as soon as something has been seen: on a busy machine it takes long. Was it never
    seen, do it all the same, so that what waits for it ends, and say that.
    """

    def wait() -> None:
        try:
            until(lambda: _has_heap(bundle))
        finally:
            act()

    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(wait)
        yield
    waiting.result()
