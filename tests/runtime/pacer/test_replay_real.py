"""A program that runs now is replayed as well as the kept logs are."""

from __future__ import annotations

import numpy as np
import pytest
from benchmarks.pacer_replay import MEDIAN_BAR, P95_BAR, Run, all_runs, log_of

from goom.formats.gctrace import parse
from goom.runtime.pacer.replay import Replay, replay
from goom.runtime.pacer.replay_errors import ReplayErrors, replay_errors

pytestmark = pytest.mark.real_go


def replayed(run: Run, seconds: float) -> tuple[Replay, ReplayErrors]:
    trace = parse(log_of(run, "1.27.3", seconds=seconds, plain=False))
    told = replay(trace, run.settings("1.27.3"))
    return told, replay_errors([told])


def test_a_steady_program_is_replayed_within_the_bars() -> None:
    run = next(run for run in all_runs() if run.name == "steady")
    told, errors = replayed(run, seconds=1.5)
    if errors.goal.count < 3:  # others had the machine meanwhile
        told, errors = replayed(run, seconds=15)
    assert errors.goal.count >= 3
    assert errors.goal.median_fraction <= MEDIAN_BAR
    assert errors.goal.p95_fraction <= P95_BAR
    assert np.mean(told.goal.overlap(told.observed_goal)) > 0.9
