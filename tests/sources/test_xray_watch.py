"""Stripped and with nobody to ask: what the last 3 % before the kill show, on real Go."""

from __future__ import annotations

import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from tests.sources.test_run_go import LEAK, LIMIT

from goom.case.errors import BadInput
from goom.case.evidence import Evidence
from goom.case.subject import Subject
from goom.diagnose import diagnose
from goom.golang.build import BuildOptions, build
from goom.golang.toolchain import obtain
from goom.sources.bundle_reader import read_bundle
from goom.sources.bundle_writer import BundleWriter
from goom.sources.manifest import Manifest, ManifestEnd
from goom.sources.recorder import Recorder
from goom.sources.run import RunOptions, RunResult, observe
from goom.sources.xray.target import Target
from goom.sources.xray.watch import XrayWatch

STRIPPED = BuildOptions(flags=("-ldflags=-s -w",))
SILENT = Path(__file__).parent / "silent"
LAST_SHARE = 0.97


def blind(
    bundle: Path, folder: Path, version: str, *arguments: str, **options: object
) -> RunResult:
    """Stripped, and no port is asked."""
    settings = {"stdout": subprocess.DEVNULL, "stderr": lambda _: None, "ask_ports": False}
    binary = str(build(folder, obtain(version), STRIPPED))
    settings |= options
    return observe((binary, *arguments), RunOptions(bundle=bundle, **settings))  # type: ignore[arg-type]


def share_at(evidence: Evidence, at_seconds: float) -> float:
    assert evidence.cgroup is not None
    series = evidence.cgroup
    return float(np.interp(at_seconds, series.time_seconds, series.columns["usage_bytes"])) / LIMIT


@pytest.mark.real_go
@pytest.mark.real_cgroup
@pytest.mark.parametrize(("version", "rate"), [("1.21.13", "100"), ("1.27.3", "200")])
def test_who_held_the_memory_is_seen_just_before_the_kill(
    version: str, rate: str, tmp_path: Path
) -> None:
    result = blind(tmp_path / "x.goom", LEAK, version, "-rate", rate, memory_limit_bytes=LIMIT)
    assert result.ending.oom_killed
    assert not result.pprof_url
    evidence = read_bundle(result.bundle)
    heaps, goroutines = evidence.profiles.of("heap"), evidence.profiles.of("goroutine")
    for looks in (heaps, goroutines, evidence.goroutine_dumps.all):
        assert looks
        assert max(share_at(evidence, one.taken_at_seconds) for one in looks) >= LAST_SHARE
    top = heaps[-1].stack(int(np.argmax(heaps[-1].column("inuse_space"))))  # type: ignore[arg-type]
    assert top[0].function == "main.grow"
    assert evidence.memstats is not None
    assert evidence.memstats.last("HeldSeconds") > 0
    assert evidence.subject.gogc_percent == 100
    assert any(one.function == "main.grow" for one in diagnose(evidence).verdict.blame)


@pytest.mark.real_go
def test_a_program_that_goom_may_not_limit_is_watched_and_never_held(tmp_path: Path) -> None:
    result = blind(tmp_path / "x.goom", LEAK, "1.22.10", "-rate", "1", stop_after_seconds=2.0)
    evidence = read_bundle(result.bundle)
    assert evidence.memstats is not None and len(evidence.memstats) >= 5
    assert evidence.memstats.last("HeldSeconds") == 0
    assert len(evidence.profiles.of("heap")) >= 2


@pytest.mark.real_go
def test_a_program_that_is_no_go_program_is_no_trouble(tmp_path: Path) -> None:
    result = observe(("sleep", "0.5"), RunOptions(bundle=tmp_path / "x.goom"))
    assert result.ending.exit_code == 0
    assert not [one for one in read_bundle(result.bundle).not_read if "X-ray" in one.what]


@contextmanager
def silent() -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen([build(SILENT, obtain("1.27.3"))]) as process:
        try:
            time.sleep(0.3)
            yield process
        finally:
            process.kill()


@pytest.mark.real_go
def test_a_program_that_becomes_another_is_attached_to_anew(tmp_path: Path) -> None:
    other = build(LEAK, obtain("1.22.10"), STRIPPED)
    arguments = (str(other), "-rate", "5")
    result = blind(tmp_path / "x.goom", SILENT, "1.27.3", *arguments, stop_after_seconds=4.0)
    heaps = read_bundle(result.bundle).profiles.of("heap")
    assert any(
        one.stack(number)[0].function == "main.grow" for one in heaps for number in range(len(one))
    )


@pytest.mark.real_go
def test_who_cannot_be_read_well_enough_leaves_nothing_open(tmp_path: Path) -> None:
    """Attached, but its stacks cannot be named: what was opened is given back each time."""

    def left() -> int:
        return len(list(Path("/proc/self/fd").iterdir()))

    def refuse(target: Target) -> None:
        raise BadInput("no")

    manifest = Manifest(subject=Subject(name="x"), options={})
    recorder = Recorder(BundleWriter(tmp_path / "x.goom"), manifest)
    with silent() as process:
        watch, before = XrayWatch(recorder), left()
        watch.follow(process.pid)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("goom.sources.xray.watch.DepthReader", refuse)
            watch.at_brink()
            assert left() == before
        watch.at_brink()
        assert watch.looks == 1 and left() > before
        watch.close()
        watch.at_brink()
        assert watch.looks == 1 and left() == before


@pytest.mark.real_go
def test_a_held_program_waits_for_no_other_look(tmp_path: Path) -> None:
    manifest = Manifest(subject=Subject(name="x"), options={})
    watch = XrayWatch(Recorder(BundleWriter(tmp_path / "x.goom"), manifest))
    with silent() as process:
        watch.follow(process.pid)
        watch.while_held()
        assert watch.looks == 0  # to attach takes long
        watch.at_brink()
        with watch._lock:
            other = threading.Thread(target=watch.while_held)
            other.start()
            other.join(10)
            assert not other.is_alive()
        assert watch.looks == 1
        watch.while_held()
        assert watch.looks == 2
    watch.close()


@pytest.mark.real_go
def test_that_a_program_ended_is_nothing_that_was_not_read(tmp_path: Path) -> None:
    manifest = Manifest(subject=Subject(name="x"), options={})
    recorder = Recorder(BundleWriter(tmp_path / "x.goom"), manifest)
    watch = XrayWatch(recorder)
    with silent() as process:
        watch.follow(process.pid)
        watch.at_brink()
        watch._let_go()
    watch.at_brink()
    watch.close()
    recorder.finish(ManifestEnd())
    assert watch.looks == 1
    assert not [one for one in read_bundle(tmp_path / "x.goom").not_read if "no process" in one.why]


@pytest.mark.real_go
def test_two_who_want_to_look_at_once_look_once(tmp_path: Path) -> None:
    """At a step to the limit the kernel wakes both the warden and the brink's thread."""
    manifest = Manifest(subject=Subject(name="x"), options={})
    watch = XrayWatch(Recorder(BundleWriter(tmp_path / "x.goom"), manifest))
    with silent() as process:
        watch.follow(process.pid)
        watch.at_brink()
        both = [threading.Thread(target=one) for one in (watch.while_held, watch.at_brink)]
        with watch._lock:
            for one in both:
                one.start()
            time.sleep(0.1)
        for one in both:
            one.join(10)
        assert watch.looks == 2
        watch.at_brink()
        assert watch.looks == 3
    watch.close()
