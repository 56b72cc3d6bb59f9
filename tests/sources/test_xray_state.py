"""Samples of processes that lie, change under the reader, or are torn."""

from __future__ import annotations

import struct

import pytest
from tests.sources.fake_memory import FakeMemory, fake_target

from goom.case.errors import BadInput
from goom.sources.process_memory import Region
from goom.sources.xray import invariants as xray_invariants
from goom.sources.xray.invariants import AGAIN, SEQUENCE
from goom.sources.xray.state import Sampler


@pytest.mark.parametrize("version", ["1.19", "1.22.10", "1.27.3"])
@pytest.mark.parametrize("byte", [0x00, 0x7F, 0x80, 0xFF])
def test_a_process_of_one_byte_is_refused_in_a_sentence(version: str, byte: int) -> None:
    memory = FakeMemory(lambda region: bytes([byte]) * region.size_bytes)
    with pytest.raises(BadInput):
        Sampler(fake_target(memory, version)).sample()
    assert sum(region.size_bytes for region in memory.asked) < 1 << 20


def with_procs(count: int, address: int, procs: int = 0x4000_0000) -> FakeMemory:
    """Zeros everywhere, but for ``runtime.allp`` and the pointers that it leads to."""
    places: dict[int, bytes] = {}
    memory = FakeMemory(
        lambda region: places.get(region.address, b"").ljust(region.size_bytes, b"\0")
    )
    target = fake_target(memory)
    places[target.address("runtime.allp")] = struct.pack("<QQQ", address, count, count)
    places[address] = struct.pack("<Q", procs) * min(count, 1 << 12)
    return memory


@pytest.mark.parametrize(
    ("count", "address", "procs"),
    [(1 << 40, 0x5000, 1), (1 << 63, 0x5000, 1), (0, 0x5000, 1), (4, 0, 1), (4, 1 << 63, 1),
     (4, 0x5000, (1 << 64) - 1), (1 << 16, 0x5000, 1 << 62), ((1 << 16) + 1, 0x5000, 1)],
)  # fmt: skip
def test_a_hostile_list_of_ps_costs_nothing(count: int, address: int, procs: int) -> None:
    memory = with_procs(count, address, procs)
    with pytest.raises(BadInput):
        Sampler(fake_target(memory)).sample()
    assert sum(region.size_bytes for region in memory.asked) <= 1 << 20


def test_more_ps_than_one_call_takes_are_still_one_call() -> None:
    sample = Sampler(fake_target(with_procs(5000, 0x5000))).sample()
    assert sample.goroutines == 1


def test_a_sample_of_zeros_holds_every_rule() -> None:
    sample = Sampler(fake_target(with_procs(4, 0x5000))).sample()
    assert sample.torn == ()
    assert sample.attempts == 1
    assert sample.memory.sys_bytes == 0


def test_ps_that_move_are_followed() -> None:
    moved = iter([0x5000] * 3 + [0x9000] * 9)
    memory = FakeMemory(lambda region: _of(region, next(moved) if region.address == allp else 0))
    target = fake_target(memory)
    allp = target.address("runtime.allp")
    sampler = Sampler(target)
    sampler.sample()
    sampler.sample()
    assert any(region.address == 0x9000 for region in memory.asked)


def _of(region: Region, address: int) -> bytes:
    """The list of Ps at its own place, four Ps elsewhere."""
    if address:
        return struct.pack("<QQQ", address, 4, 4)
    return struct.pack("<Q", 0x4000_0000) * 4 if region.address < 0x1_0000 else b""


def raw(**changed: int) -> dict[str, int]:
    """Figures that agree, but for what is changed."""
    names = ("stacks_sys", "mspan_sys", "mcache_sys", "buckhash_sys", "gcMiscSys", "other_sys")
    figures = {f"memstats.{name}": 1000 for name in names}
    figures |= dict.fromkeys(SEQUENCE, 7) | {"gcphase": 0}
    figures |= {
        "gc.heapInUse": 8192, "stats.inHeap": 8192, "gc.heapFree": 4096, "gc.heapReleased": 100,
        "stats.released": 100, "stats.inStacks": 2048, "stats.inWorkBufs": 1024,
        "stats.inPtrScalarBits": 0, "stats.committed": 8192 + 4096 + 2048 + 1024,
        "gc.mappedReady": 8192 + 4096 + 2048 + 1024 + 6000, "gc.heapLive": 5000,
        "gc.heapMarked": 4000,
    }  # fmt: skip
    figures |= {AGAIN + name: figures[name] for name in SEQUENCE}
    return figures | {name.replace("__", "."): value for name, value in changed.items()}


def test_figures_that_agree_are_whole() -> None:
    assert xray_invariants.torn(raw()) == ()


@pytest.mark.parametrize(
    ("name", "affected"),
    [
        ("stats__inHeap", "heap_in_use_bytes"),
        ("stats__released", "heap_released_bytes"),
        ("stats__committed", "heap_free_bytes"),
        ("gc__mappedReady", "goal of GOMEMLIMIT"),
        ("memstats__numgc", "pacer"),
        ("memstats__mspan_sys", "mapped_ready_bytes"),
    ],
)
def test_a_figure_that_moved_is_named_with_what_it_affects(name: str, affected: str) -> None:
    found = xray_invariants.torn(raw(**{name: 3}))
    assert affected in {one for each in found for one in each.affects}
    assert all(one.difference for one in found)


def test_a_heap_below_what_was_marked_is_torn_unless_a_mark_is_on() -> None:
    assert xray_invariants.torn(raw(gc__heapLive=10))
    marking = raw(gc__heapLive=10, gcphase=1) | {AGAIN + "gcphase": 1}
    assert not xray_invariants.torn(marking)


@pytest.mark.parametrize("started", [8, 6])
def test_a_stopped_world_between_two_cycles_is_torn_unless_a_mark_is_on(started: int) -> None:
    """The phase is off a while before the end of a cycle is counted, its goal already the next."""
    between = {"work.cycles": started, AGAIN + "work.cycles": started}
    found = xray_invariants.torn(raw() | between)
    assert [one.difference for one in found] == [started - 7]
    assert "trigger" in found[0].affects
    assert not xray_invariants.torn(raw() | between | {"gcphase": 1, AGAIN + "gcphase": 1})
