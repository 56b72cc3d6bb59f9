"""A real Go program, killed by the real kernel: is the evidence there?"""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from goom.case.units import MIB
from goom.golang.build import build
from goom.golang.toolchain import obtain
from goom.sources import procfs
from goom.sources.bundle_reader import read_bundle
from goom.sources.run import RunOptions, RunResult, observe

LIMIT = 128 * MIB
LEAK = Path(__file__).parent / "go_leak"


def run(bundle: Path, *arguments: str, **options: object) -> RunResult:
    """The leaking program under observation."""
    settings = {"bundle": bundle, "stdout": subprocess.DEVNULL, "stderr": lambda _: None}
    binary = str(build(LEAK, obtain()))
    return observe((binary, *arguments), RunOptions(**settings, **options))  # type: ignore[arg-type]


@pytest.mark.real_go
@pytest.mark.real_cgroup
def test_profiles_from_the_last_tenth_before_the_kill_exist(tmp_path: Path) -> None:
    result = run(tmp_path / "x.goom", "-rate", "100", memory_limit_bytes=LIMIT)
    assert result.ending.oom_killed and result.ending.oom_kill_count == 1
    assert result.pprof_url.startswith("http://127.0.0.1:")
    evidence = read_bundle(result.bundle)
    assert evidence.cgroup is not None and evidence.gctrace is not None
    usage = evidence.cgroup.columns["usage_bytes"]
    times = evidence.cgroup.time_seconds
    brink = times[usage >= 0.9 * LIMIT][0]
    for kind in ("heap", "goroutine"):
        assert any(one.taken_at_seconds >= brink for one in evidence.profiles.of(kind))
    assert evidence.memstats is not None and len(evidence.gctrace.cycles) > 3
    assert evidence.subject.main_packages == ("example.com/leak",)
    assert evidence.subject.go_version == obtain().version


@pytest.mark.real_go
def test_a_go_program_behind_a_shell_is_the_subject(tmp_path: Path) -> None:
    binary = build(LEAK, obtain())
    settings = {"stdout": subprocess.DEVNULL, "stderr": lambda _: None}
    options = RunOptions(
        bundle=tmp_path / "x.goom",
        stop_after_seconds=2.0,
        **settings,  # type: ignore[arg-type]
    )
    result = observe(("sh", "-c", f"{binary} -rate 1; true"), options)
    assert result.go_version == obtain().version
    evidence = read_bundle(result.bundle)
    assert evidence.subject.name == LEAK.name
    assert evidence.profiles.of("heap")
    assert evidence.subject.pid is not None
    assert not procfs.is_alive(evidence.subject.pid)  # the shell's end is not its own
