"""Real programs, watched for a few seconds: what is asked of them, and what comes of it."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from goom.case.evidence import Evidence
from goom.case.goroutine_leak import AGAINST, FOR, GoroutineLeak, GoroutineLeaks
from goom.diagnose import diagnose
from goom.golang.build import BuildOptions, build
from goom.golang.toolchain import obtain
from goom.sources.bundle_reader import read_bundle
from goom.sources.capture import CaptureOptions, capture
from goom.sources.live_target import find_target

pytestmark = pytest.mark.real_go
PROGRAM = Path(__file__).parent / "programs" / "waiters"


@contextmanager
def running(way: str, version: str, pace_ms: int) -> Iterator[int]:
    binary = build(PROGRAM, obtain(version), BuildOptions(trimpath=True))
    with subprocess.Popen([str(binary), way, str(pace_ms)]) as process:
        try:
            time.sleep(0.5)
            yield process.pid
        finally:
            process.kill()


def seen(way: str, version: str, folder: Path, seconds: float = 8.0) -> Evidence:
    bundle = folder / "x.goom"
    with running(way, version, 20) as pid:
        options = CaptureOptions(  # a budget that no answer exceeds, however busy the machine is
            bundle=bundle, for_seconds=seconds, every_seconds=1.0, budget_fraction=9.0
        )
        capture(find_target(pid, ""), options)
    return read_bundle(bundle)


def first_of(evidence: Evidence) -> GoroutineLeak:
    found = diagnose(evidence).signals[GoroutineLeaks]
    assert isinstance(found, GoroutineLeaks)
    return max(found.all, key=lambda leak: leak.grown)


def side(leak: GoroutineLeak, signal: str) -> str:
    vote = leak.vote(signal)
    assert vote is not None
    return vote.side


def test_three_signals_agree_on_senders_that_nobody_hears(tmp_path: Path) -> None:
    evidence = seen("late-answer", "1.27.3", tmp_path)
    assert len(evidence.profiles.of("goroutineleak")) == 1
    assert len(evidence.goroutine_dumps.all) == 2
    leak = first_of(evidence)
    assert leak.waits_at.function == "main.fetchQuote.func1"
    assert leak.created_at.function == "main.fetchQuote"
    assert leak.wait == "chan send"
    assert [side(leak, one) for one in ("growth", "age", "never woken")] == [FOR, FOR, FOR]
    assert leak.confidence > 0.95
    assert leak.oldest_seconds > 4
    assert leak.stack_bytes >= 2048 * leak.count


def test_before_1_26_nobody_asks_for_a_profile_that_is_not_there(tmp_path: Path) -> None:
    evidence = seen("subscribers", "1.21.13", tmp_path)
    assert not evidence.profiles.of("goroutineleak")
    assert not [one for one in evidence.not_read if "goroutineleak" in one.what]
    leak = first_of(evidence)
    assert leak.waits_at.function == "main.readMessages"
    assert [side(leak, one) for one in ("growth", "age")] == [FOR, FOR]
    assert leak.confidence > 0.8


def test_more_requests_from_second_to_second_come_and_go(tmp_path: Path) -> None:
    evidence = seen("more-load", "1.27.3", tmp_path)
    leak = first_of(evidence)
    assert leak.grown > 50
    assert side(leak, "age") == AGAINST
    assert leak.confidence < 0.5
    assert diagnose(evidence).verdict.cause != "goroutine_leak"
