"""What X-ray reads is what the process says of itself at the same moment, on real Go."""

from __future__ import annotations

import re
import statistics
import time
from itertools import pairwise
from pathlib import Path

import pytest
from tests.sources.xray_subjects import NO_LIMIT, Subject, own_words, running

from goom.signals.xray_pacer import xray_pacer
from goom.sources.xray.attach import attach
from goom.sources.xray.state import Sampler
from goom.sources.xray.target import Target

pytestmark = pytest.mark.real_go
VERSIONS = ("1.21.13", "1.22.10", "1.27.3")
STRIPPED = ("-ldflags=-s -w",)
KINDS = {
    "unstripped": (),
    "stripped": STRIPPED,
    "PIE": ("-buildmode=pie",),
    "stripped PIE": (*STRIPPED, "-buildmode=pie"),
}
_TRIES = 40
_CACHED_BYTES = 16 << 10


def quiet_figures(subject: Subject, target: Target) -> tuple[dict[str, int], dict[str, int]]:
    """What the process says, and what was read while it said the same before and after."""
    sampler = Sampler(target)
    before = subject.ask()
    for _ in range(_TRIES):
        time.sleep(0.02)
        sample = sampler.sample()
        after = subject.ask()
        if before == after:
            assert not sample.torn
            return before, own_words(sample, target.about.go_version)
        before = after
    raise AssertionError("the process is never quiet")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("version", VERSIONS)
def test_every_figure_is_equal_when_the_process_is_quiet(version: str, kind: str) -> None:
    with running(version, KINDS[kind], gogc=70, memory_limit=300 << 20) as subject:
        target = attach(subject.pid)
        said, read = quiet_figures(subject, target)
        assert {name: read[name] for name in said} == said
        assert target.about.addresses_from == ("fingerprints" if "str" in kind[:3] else "symbols")
        assert said["NumGoroutine"] == 58
        # The runtime tells nobody its heapLive; with its caches flushed it is HeapAlloc and a bit.
        live = Sampler(target).sample().pacer.heap_live_bytes
        assert 0 <= live - said["HeapAlloc"] <= _CACHED_BYTES
        target.close()


@pytest.mark.parametrize(("gogc", "limit"), [(100, NO_LIMIT), (-1, 12 << 20), (400, 4 << 20)])
def test_goal_and_settings_are_equal_under_every_regime(gogc: int, limit: int) -> None:
    with running("1.22.10", STRIPPED, gogc=gogc, memory_limit=limit) as subject:
        target = attach(subject.pid)
        said, read = quiet_figures(subject, target)
        assert {name: read[name] for name in said} == said
        target.close()


def test_gogc_off_and_no_limit_is_no_goal() -> None:
    with running("1.27.3", STRIPPED, gogc=-1) as subject:
        target = attach(subject.pid)
        assert own_words(Sampler(target).sample(), "1.27.3")["NextGC"] == -1
        target.close()


@pytest.mark.parametrize("version", VERSIONS)
def test_a_process_that_allocates_is_read_in_one_piece(version: str) -> None:
    """Few samples are torn, and none that is tried for long; the rest keep every rule that exists.

    What a thread has half written when another takes its CPU stays so until it has it again.
    """
    with running(version, STRIPPED, mode="churn") as subject:
        target = attach(subject.pid)
        sampler = Sampler(target)
        samples = []
        for _ in range(400):
            samples.append(sampler.sample())
            assert not samples[-1].torn or not sampler.sample(attempts=100).torn
            time.sleep(0.002)
        whole = [sample for sample in samples if not sample.torn]
        assert len(whole) >= 0.95 * len(samples)  # 0.99 and more where nobody else wants a CPU
        for one in whole:
            assert one.memory.mapped_ready_bytes == (
                one.memory.sys_bytes - one.memory.heap_released_bytes
            )
            assert 0 < one.memory.heap_alloc_bytes <= one.memory.heap_in_use_bytes
        for earlier, later in pairwise(whole):
            assert later.collector.cycles >= earlier.collector.cycles
            assert later.memory.total_alloc_bytes >= earlier.memory.total_alloc_bytes
            assert (
                later.collector.pause_total_nanoseconds >= earlier.collector.pause_total_nanoseconds
            )
        assert whole[-1].collector.cycles > whole[0].collector.cycles
        target.close()


_TRIGGERED = re.compile(r"work \([^)]*\) in (\d+) B ->.*?\ngc (\d+) @", re.DOTALL)


@pytest.mark.parametrize("version", VERSIONS)
def test_the_next_cycle_begins_at_the_trigger_that_was_read(version: str, tmp_path: Path) -> None:
    """The runtime's pacer trace says where each cycle began: at the trigger, or just after it."""
    log = tmp_path / "stderr"
    environment = {"GODEBUG": "gctrace=1,gcpacertrace=1"}
    triggers: dict[int, int] = {}
    with (
        log.open("wb") as file,
        running(version, STRIPPED, mode="churn", environment=environment, log=file) as subject,
    ):
        target = attach(subject.pid)
        sampler = Sampler(target)
        until = time.monotonic() + 1.5
        while time.monotonic() < until:
            sample = sampler.sample()
            trigger = xray_pacer(sample, version).trigger_bytes
            if sample.collector.phase == "off" and not sample.torn and trigger is not None:
                triggers[sample.collector.cycles + 1] = trigger
        target.close()
    began = {int(cycle): int(at) for at, cycle in _TRIGGERED.findall(log.read_text())}
    both = sorted(triggers.keys() & began.keys())
    late = [began[cycle] / triggers[cycle] for cycle in both]
    assert len(both) >= 10
    assert min(late) >= 1
    assert statistics.median(late) < 1.03
