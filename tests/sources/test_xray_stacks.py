"""Stacks that change while they are walked: nothing of two moments is put together."""

from __future__ import annotations

from typing import cast

import numpy as np
import pytest
from numpy.typing import NDArray
from tests.sources.fake_memory import FakeMemory

from goom.case.profile import Flags
from goom.case.xray_depth import Addresses
from goom.formats.stack_steps import GO_ON, UNKNOWN, Steps
from goom.formats.stack_tree import NOWHERE
from goom.sources.memory_gather import Bytes
from goom.sources.process_memory import Region
from goom.sources.xray import stacks as xray_stacks
from goom.sources.xray.stacks import Seals, Standing, Walker

RECORD, STACK, STACK_BYTES = 0x10_0000, 0x20_0000, 4096
END = 0x999


class EveryFrameIsOneWord:
    """Steps in which all return addresses but END have a caller, right above."""

    def of(self, pcs: Addresses) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Distances and kinds."""
        return np.zeros(len(pcs), np.int64), np.where(pcs == END, UNKNOWN, GO_ON)


class Subject:
    """One goroutine; whenever its stack is read, its stops may be counted on."""

    def __init__(self, frames: int, stops: dict[int, int]) -> None:
        self.words = [*range(1, frames), END, *[0] * (STACK_BYTES // 8 - frames)]
        self.record, self.stops, self.reads = 0, stops, 0

    def __call__(self, region: Region) -> bytes:
        if region.address == RECORD:
            return self.record.to_bytes(8, "little")
        at = (region.address - STACK) // 8
        data = np.array(self.words[at:], "<u8").tobytes()[: region.size_bytes]
        self.record += self.stops.get(self.reads, 0)
        self.reads += 1
        return data


def of_record_0(rows: NDArray[np.intp], before: Bytes, after: Bytes) -> Flags:
    return np.asarray((before[rows, 0] == 0) & (after[rows, 0] == 0))


def standing() -> Standing:
    no = np.zeros(1, np.bool_)
    pc, sp, high = (np.array([one], np.uint64) for one in (0x777, STACK, STACK + STACK_BYTES))
    return Standing(pc, sp, high, in_system_call=no, trapped=no)


def walker(subject: Subject) -> Walker:
    return Walker(FakeMemory(subject), cast(Steps, EveryFrameIsOneWord()), 1 << 20)


SEALS = Seals(np.array([RECORD], np.uint64), 8, of_record_0)


@pytest.mark.parametrize(
    ("frames", "window", "windows"), [(5, 1024, 1), (300, 1024, 3), (300, 1 << 20, 1)]
)
def test_a_stack_that_stands_still_is_walked_to_its_end(
    frames: int, window: int, windows: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(xray_stacks, "_WINDOW_BYTES", window)
    read = walker(Subject(frames, {}))
    found = read.walk(standing(), SEALS)
    assert found.windows.tolist() == [windows]
    assert (1 << 20) - read.left_bytes == min(windows * window, STACK_BYTES)  # nothing twice
    assert not found.moved[0]
    assert read.tree.stack(int(found.nodes[0])) == (0x777, *range(1, frames))


@pytest.mark.parametrize("at", [0, 1])
def test_one_that_stops_again_while_a_window_is_read_has_no_stack(
    at: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(xray_stacks, "_WINDOW_BYTES", 1024)
    found = walker(Subject(300, {at: 1})).walk(standing(), SEALS)
    assert found.moved.tolist() == [True]
    assert found.nodes.tolist() == [NOWHERE]
    assert not found.cut[0]


def test_without_a_seal_nobody_sees_it() -> None:
    """What the seals are for."""
    found = walker(Subject(300, {0: 1})).walk(standing())
    assert not found.moved[0]
    assert found.nodes[0] != NOWHERE


def many(sps: list[int], highs: list[int]) -> Standing:
    count = len(sps)
    no = np.zeros(count, np.bool_)
    pcs = np.full(count, 0x777, np.uint64)
    ends = np.array(highs, np.uint64)
    return Standing(pcs, np.array(sps, np.uint64), ends, in_system_call=no, trapped=no)


def test_a_few_deep_stacks_hide_nobody() -> None:
    """The budget is for two of three deep ones; the shallow ones come after them in the list."""
    memory = FakeMemory(lambda region: END.to_bytes(8, "little") * (region.size_bytes // 8))
    read = Walker(memory, cast(Steps, EveryFrameIsOneWord()), 5 << 19)
    deep, shallow = [1 << 30, 2 << 30, 3 << 30], [(4 << 30) + 4096 * one for one in range(20)]
    found = read.walk(many(deep + shallow, [one + (1 << 20) for one in deep]
                           + [one + 512 for one in shallow]))  # fmt: skip
    assert found.cut.tolist() == [False, False, True] + [False] * 20
    assert read.left_bytes >= 0


def test_a_stack_of_half_the_address_space_costs_one_window() -> None:
    memory = FakeMemory(lambda region: END.to_bytes(8, "little") * (region.size_bytes // 8))
    read = Walker(memory, cast(Steps, EveryFrameIsOneWord()), 2 << 20)
    found = read.walk(many([8, 1 << 30], [(1 << 63) + 8, (1 << 30) + 512]))
    assert (2 << 20) - read.left_bytes == (1 << 20) + 512
    assert found.nodes[1] != NOWHERE


def test_a_tree_of_stacks_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xray_stacks, "_MOST_NODES", 100)
    memory = FakeMemory(lambda region: np.arange(1, region.size_bytes // 8 + 1).tobytes())
    read = Walker(memory, cast(Steps, EveryFrameIsOneWord()), 1 << 20)
    found = read.walk(many([1 << 30], [(1 << 30) + (1 << 16)]))
    assert found.cut.tolist() == [True]
    assert len(read.tree) <= 102
