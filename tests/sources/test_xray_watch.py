"""Stripped and with nobody to ask: what the last 3 % before the kill show, on real Go."""

from __future__ import annotations

import subprocess
from pathlib import Path

import numpy as np
import pytest
from tests.sources.test_run_go import LEAK, LIMIT

from goom.case.evidence import Evidence
from goom.diagnose import diagnose
from goom.golang.build import BuildOptions, build
from goom.golang.toolchain import obtain
from goom.sources.bundle_reader import read_bundle
from goom.sources.run import RunOptions, RunResult, observe

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
