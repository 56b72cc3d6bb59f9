"""A program of the lab falls ill for real: real Go, a real cgroup, the real kernel's kill."""

from __future__ import annotations

from pathlib import Path

import pytest

from goom.diagnose import diagnose
from goom.golang.toolchain import obtain
from goom.lab.check import examine
from goom.lab.experiment import Experiment, perform
from goom.lab.program import FIXED, SICK, find
from goom.lab.thinning import thin
from goom.sources.bundle_reader import read_bundle

pytestmark = [pytest.mark.real_go, pytest.mark.real_cgroup, pytest.mark.slow]


def test_the_kernel_kills_the_sick_one_and_its_cause_is_found(tmp_path: Path) -> None:
    program, toolchain = find("gazetteer"), obtain()
    experiment = Experiment(program=program, variant=SICK, toolchain=toolchain)
    result = perform(experiment, tmp_path / "x.goom")
    assert (result.ending.oom_kill_count, result.ending.signal) == (1, 9)
    outcome = examine(program, SICK, toolchain.version, diagnose(read_bundle(result.bundle)))
    assert outcome.failures == ()


def test_thinning_a_recording_does_not_change_its_verdict(tmp_path: Path) -> None:
    program, toolchain = find("gazetteer"), obtain()
    experiment = Experiment(program=program, variant=FIXED, toolchain=toolchain, trimpath=True)
    whole = perform(experiment, tmp_path / "x.goom").bundle.read_bytes()
    small = thin(whole, 150_000, {})
    full, thinned = (diagnose(read_bundle(data)).verdict for data in (whole, small))
    assert (full.cause, thinned.cause) == ("healthy", "healthy")
