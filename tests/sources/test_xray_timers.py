"""Timers read from outside are those that the program has set."""

from __future__ import annotations

import numpy as np
import pytest
from tests.sources.fake_memory import FakeMemory, fake_target
from tests.sources.xray_depth_subjects import running

from goom.case.errors import BadInput
from goom.formats.pc_frames import PcFrames
from goom.formats.pclntab import FunctionTable
from goom.sources.xray.attach import attach
from goom.sources.xray.names import pc_frames
from goom.sources.xray.timers import read_timers

NOBODY = PcFrames(
    FunctionTable(
        table=memoryview(b""), entries=np.zeros(0, np.uint64),
        function_offsets=np.zeros(0, np.uint32), functions_at=0, names_at=0, units_at=0,
        files_at=0, programs_at=0, pc_quantum=1,
    )
)  # fmt: skip


@pytest.mark.real_go
@pytest.mark.parametrize(("version", "tickers"), [("1.21.13", 10), ("1.22.10", 10), ("1.27.3", 7)])
def test_tickers_and_calls_to_come_are_counted(version: str, tickers: int) -> None:
    """Since 1.23 a ticker that nobody waits for is in no heap: it is no leak any more."""
    with running(version) as subject:
        target = attach(subject.pid)
        found = read_timers(target, pc_frames(target))
        target.close()
    groups = {
        (one.calls, one.callback): (one.count, one.is_periodic, one.shortest_period_seconds)
        for one in found.groups
    }
    assert groups["time.sendTime", ""] == (tickers, True, 3600.0)
    assert groups["time.goFunc", "main.later"] == (5, False, 0.0)
    assert groups["runtime.goroutineReady", ""] == (10, False, 0.0)


@pytest.mark.parametrize("version", ["1.19.8", "1.22.10", "1.23.1", "1.27.3"])
@pytest.mark.parametrize("filler", [b"\x01", b"\xff", b"\x00\x00\x10\x00\x00\x00\x00\x00"])
def test_a_process_that_lies_costs_little(version: str, filler: bytes) -> None:
    memory = FakeMemory(lambda region: filler * (region.size_bytes // len(filler) + 1))
    target = fake_target(memory, version)
    with pytest.raises(BadInput):
        read_timers(target, NOBODY)
    assert sum(region.size_bytes for region in memory.asked) < 1 << 20
