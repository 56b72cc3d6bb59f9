"""A process that goom did not start is frozen at the brink only when that is asked for."""

from __future__ import annotations

import os
import subprocess
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tests.sources.test_capture import PROGRAM

from goom.golang.build import BuildOptions, build
from goom.golang.toolchain import obtain
from goom.sources.bundle_reader import read_bundle
from goom.sources.capture import CaptureOptions, capture
from goom.sources.cgroup import make_cgroup
from goom.sources.freezer import make_freezer
from goom.sources.live_target import find_target


@pytest.mark.real_go
@pytest.mark.real_cgroup
def test_it_is_held_still_at_the_brink_only_when_asked_to(tmp_path: Path) -> None:
    limit, freezer = 96 << 20, make_freezer()
    if freezer is None:
        pytest.skip("no cgroup that can be frozen can be made here")
    group = make_cgroup(limit)
    binary = build(PROGRAM, obtain(), BuildOptions(flags=("-ldflags=-s -w",)))
    command = [str(binary), "-kept", "9999999", "-pause", "10ms", "-workers", "1"]
    entrances = (group.entrance(), *freezer.entrances())
    try:
        with subprocess.Popen(
            command,
            stdout=subprocess.DEVNULL,
            preexec_fn=lambda: [os.write(one, b"0") for one in entrances],  # noqa: PLW1509
        ) as process:
            target = replace(find_target(process.pid, ""), endpoint=None)
            capture(target, CaptureOptions(bundle=tmp_path / "x.goom", for_seconds=60, freeze=True))
    finally:
        group.remove()
        freezer.close()
    evidence = read_bundle(tmp_path / "x.goom")
    assert evidence.memstats is not None and evidence.cgroup is not None
    assert 0 < evidence.memstats.last("HeldSeconds") < 1
    times, used = evidence.cgroup.time_seconds, evidence.cgroup.columns["usage_bytes"]
    looks = [look.taken_at_seconds for look in evidence.profiles.of("heap")]
    assert max(np.interp(looks, times[used > 0], used[used > 0])) > 0.96 * limit
