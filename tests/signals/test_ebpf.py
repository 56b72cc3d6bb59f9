"""What is derived from eBPF looks: what is still mapped, what grew, when it collected."""

from __future__ import annotations

import random
from math import isnan

import numpy as np
import pytest

from goom.case.profile import Frame
from goom.case.series import Mappings
from goom.signals.ebpf.collector import collector
from goom.signals.ebpf.growth import growers
from goom.signals.ebpf.mappings import account, kind_of
from goom.signals.ebpf.ranges import Ranges
from tests.ebpf_looks import DEEP, IN_C, LEAK, look, mapped, unmapped

PAGE = 4096


def test_a_mapping_ends_with_its_munmap_in_whole_or_in_part() -> None:
    events = [mapped(0x10000, 8 * PAGE), unmapped(0x10000, PAGE), unmapped(0x12000, PAGE),
              mapped(0x40000, PAGE), unmapped(0x40000, PAGE)]  # fmt: skip
    found = account(look("mmap", events))
    (row,) = found.rows
    assert (row.kind, row.stack, row.calls) == ("mmap", LEAK, 2)
    assert row.mapped_bytes == 9 * PAGE
    assert row.still_mapped_bytes == 6 * PAGE
    assert row.still_mapped_ranges == 2
    assert found.unmapped_older_bytes == 0


def test_a_mapping_over_another_takes_its_place() -> None:
    found = account(look("mmap", [mapped(0x10000, 4 * PAGE, 2), mapped(0x11000, PAGE, 0)]))
    held = {row.kind: row.still_mapped_bytes for row in found.rows}
    assert held == {"go_heap": 3 * PAGE, "mmap": PAGE}


def test_what_failed_or_began_before_the_look_is_no_mapping() -> None:
    failed = ("mmap", 0.0, (-12, 0, PAGE, 3, 0x22, -1), 0)
    halved = ("mmap", 0.0, (0x10000, 0, 0, 0, 0, 0), 0)
    found = account(look("mmap", [failed, halved, unmapped(0x90000, 3 * PAGE)]))
    assert not found.rows
    assert found.unmapped_older_bytes == 3 * PAGE


def test_mremap_moves_and_grows() -> None:
    moved = ("mremap", 0.0, (0x80000, 0x10000, PAGE, 3 * PAGE, 1), 1)
    found = account(look("mmap", [mapped(0x10000, PAGE), moved]))
    assert [row.still_mapped_bytes for row in found.rows] == [3 * PAGE, 0]


def test_brk_grows_from_where_the_heap_ended_and_shrinks() -> None:
    steps = (0x50000, 0x53000, 0x52000)
    events = [("brk", 0.0, (at, at), 3) for at in steps]
    found = account(look("mmap", events, heap_end=0x50000))
    (row,) = found.rows
    assert (row.kind, row.still_mapped_bytes) == ("c", 2 * PAGE)
    unknown = account(look("mmap", events))  # where it ended is learned from the first
    assert unknown.rows[0].still_mapped_bytes == 2 * PAGE


def test_what_is_resident_is_the_share_of_a_merged_mapping() -> None:
    nothing = np.zeros(2)
    smaps = Mappings(
        taken_at_seconds=1.0,
        start=np.array([0x10000, 0x90000], dtype=np.uint64),
        end=np.array([0x14000, 0x91000], dtype=np.uint64),
        permissions=("rw-p", "rw-p"),
        names=("", ""),
        rss_bytes=np.array([2.0 * PAGE, PAGE]),
        pss_bytes=nothing,
        anonymous_bytes=nothing,
        private_dirty_bytes=nothing,
        anon_huge_bytes=nothing,
        swap_bytes=nothing,
    )
    found = account(look("mmap", [mapped(0x10000, 2 * PAGE)]), smaps)
    assert found.rows[0].resident_bytes == PAGE
    assert isnan(account(look("mmap", [mapped(0x10000, PAGE)])).rows[0].resident_bytes)


@pytest.mark.parametrize(
    ("stack", "flags", "kind"),
    [
        (LEAK, 0x22, "mmap"),
        (LEAK, 0x02, "file"),
        (IN_C, 0x22, "c"),
        (IN_C, 0x20022, "thread_stack"),
        ((Frame("runtime.sysMmap", "src/runtime/sys_linux_amd64.s", 1),
          Frame("runtime.persistentalloc1", "src/runtime/malloc.go", 1)), 0x22, "go_metadata"),
        ((), 0x22, "mmap"),
    ],
)  # fmt: skip
def test_whose_memory_it_is(stack: tuple[Frame, ...], flags: int, kind: str) -> None:
    assert kind_of(stack, flags) == kind


def test_ranges_are_those_of_a_list_of_pages() -> None:
    chance = random.Random(7)
    pages: dict[int, int] = {}
    ranges = Ranges()
    for step in range(400):
        start, end = sorted(chance.sample(range(60), 2))
        if chance.random() < 0.6:
            ranges.put(start, end, step)
            pages |= dict.fromkeys(range(start, end), step)
        else:
            gone = sum(count for _, count in ranges.cut(start, end))
            assert gone == sum(pages.pop(page, None) is not None for page in range(start, end))
        assert {page: owner for low, high, owner in ranges for page in range(low, high)} == pages


def test_growth_is_by_the_function_that_ran_and_shrinks_are_apart() -> None:
    grown = [("copystack", 0.1 * n, (8192 << n, 4096 << n), 4) for n in range(3)]
    shrunk = ("copystack", 1.0, (4096, 8192), -1)
    found = growers(look("stacks", [*grown, shrunk]))
    assert (found.growths, found.shrinks, found.added_bytes) == (3, 1, 28 << 10)
    (row,) = found.rows
    assert (row.frame, row.largest_bytes) == (DEEP[0], 32 << 10)
    assert row.sizes == ((8192, 1), (16384, 1), (32768, 1))
    assert found.per_second == 0.3


def test_a_cycle_is_put_together_from_its_entries() -> None:
    names = (
        *("gcStart", "stopTheWorld", "startCycle", "startTheWorld", "gcMarkDone", "gcMarkDone"),
        *("stopTheWorld", "gcMarkTermination", "startTheWorld", "gcStart", "startCycle"),
    )
    events = [(name, 0.1 * row, (), -1) for row, name in enumerate(names)]
    found = collector(look("gc", events), look("assists", [("gcAssistAlloc", 0.0, (), 0)] * 5))
    (cycle,) = found.cycles
    assert cycle.start_seconds == 0.0
    assert cycle.marking == pytest.approx(0.5)
    assert cycle.terminating == pytest.approx(0.1)
    assert [length for _, length in found.pauses] == pytest.approx([0.2, 0.2])
    assert (found.start_calls, found.done_calls, found.assists) == (2, 2, 5)
    assert found.assisting == ((LEAK, 5),)
    assert found.assists_per_second == 0.5


def test_a_look_that_begins_within_a_cycle_tells_what_it_saw() -> None:
    events = [("gcMarkTermination", 0.1, (), -1), ("startTheWorld", 0.2, (), -1)]
    found = collector(look("gc", events), None)
    assert isnan(found.cycles[0].marking)
    assert found.cycles[0].terminating == pytest.approx(0.1)
    assert not found.pauses
