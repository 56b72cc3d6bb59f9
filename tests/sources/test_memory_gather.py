"""Many regions at once: what is not there hides nothing that is."""

from __future__ import annotations

import ctypes
import mmap
import os

import numpy as np
import pytest

from goom.case.errors import BadInput
from goom.sources.memory_gather import gather
from goom.sources.process_memory import ProcessMemory

PAGE = 4096


def test_a_region_that_is_not_there_is_left_out_and_the_others_are_read() -> None:
    pages = mmap.mmap(-1, 3000 * 8)
    for number in range(3000):
        pages[8 * number : 8 * number + 8] = (number + 1).to_bytes(8, "little")
    start = ctypes.addressof(ctypes.c_char.from_buffer(pages))
    addresses = start + 8 * np.arange(3000, dtype=np.uint64)
    nowhere = (0, 5, 1023, 1024, 2999)
    addresses[list(nowhere)] = [0, PAGE, 1 << 63, (1 << 47) - 8, PAGE]
    memory = ProcessMemory(os.getpid())
    found = gather(memory, addresses, np.full(3000, 8, np.int64))
    assert np.flatnonzero(~found.there).tolist() == list(nowhere)
    there = [number + 1 for number in range(3000) if number not in nowhere]
    assert found.words().tolist() == there
    assert found.data[found.starts[7] : found.starts[8]].tobytes() == (8).to_bytes(8, "little")
    memory.close()


def test_sizes_may_differ_and_none_is_beyond_reason() -> None:
    held = ctypes.create_string_buffer(b"goroutines", 64)
    memory = ProcessMemory(os.getpid())
    addresses = np.full(4, ctypes.addressof(held), np.uint64)
    found = gather(memory, addresses, np.array([2, 1 << 40, 10, -5]))
    assert found.there.tolist() == [True, False, True, False]
    assert found.data.tobytes() == b"gogoroutines"
    with pytest.raises(BadInput, match="at once"):
        gather(memory, np.full(5, addresses[0]), np.full(5, 64 << 20))
    memory.close()


def test_regions_that_belong_together_are_there_together_or_not_at_all() -> None:
    held = ctypes.create_string_buffer(bytes(range(64)), 64)
    memory = ProcessMemory(os.getpid())
    addresses = ctypes.addressof(held) + np.tile(np.arange(3, dtype=np.uint64), 1000)
    addresses[[3 * 400 + 1, 3 * 700]] = [PAGE, 0]  # one that the kernel finds, one that we do
    found = gather(memory, addresses, np.full(3000, 1, np.int64), together=3)
    broken = [1200, 1201, 1202, 2100, 2101, 2102]
    assert np.flatnonzero(~found.there).tolist() == broken
    assert found.rows(1)[:, 0].tolist() == [0, 1, 2] * 998
    assert memory.calls == 4
    memory.close()


def test_of_nothing_there_is_nothing() -> None:
    memory = ProcessMemory(os.getpid())
    found = gather(memory, np.zeros(0, np.uint64), np.zeros(0, np.int64))
    assert found.words().tolist() == []
    assert len(found.data) == 0
    memory.close()
